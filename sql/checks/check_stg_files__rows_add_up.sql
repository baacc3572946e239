-- Files whose rows are not all accounted for: rows = loaded + rejected + left out.
select
    file,
    target_table,
    row_count,
    loaded_count,
    rejected_count,
    left_out_count
from stg_files
where row_count <> loaded_count + rejected_count + left_out_count
