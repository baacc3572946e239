-- One row per file and table that it feeds: what became of it since the load before.
select
    file,
    target_table,
    change,
    rows_before,
    rows_after,
    amount_before,
    amount_after
from loaded.changes
