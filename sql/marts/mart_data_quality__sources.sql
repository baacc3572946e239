-- One row per source and file: rows and amounts in, loaded, rejected, left out.
select
    source_number,
    file,
    target_table,
    encoding,
    row_count as rows,
    loaded_count as loaded,
    rejected_count as rejected,
    left_out_count as left_out,
    unmatched_count as unmatched,
    amount_in,
    amount_loaded,
    amount_rejected,
    amount_left_out,
    rounding_amount
from stg_files
