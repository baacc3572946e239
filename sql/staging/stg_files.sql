-- One row per source and file: what was read and what became of it.
select
    source_number,
    file,
    target_table,
    encoding,
    rows as row_count,
    loaded as loaded_count,
    rejected as rejected_count,
    left_out as left_out_count,
    unmatched as unmatched_count,
    amount_in,
    amount_loaded,
    amount_rejected,
    amount_left_out,
    rounding_amount,
    footer_amount
from loaded.files
