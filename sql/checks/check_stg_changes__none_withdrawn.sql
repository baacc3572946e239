-- Files that the load before had and this one lacks: their rows are gone from every figure.
select
    file,
    target_table,
    rows_before,
    amount_before
from stg_changes
where change = 'withdrawn'
