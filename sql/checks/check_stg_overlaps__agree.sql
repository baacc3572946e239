-- Files with rows that a later file holds with other content: the later one counts.
select
    file,
    winner_file,
    target_table,
    row_count,
    changed_count
from stg_overlaps
where changed_count > 0
