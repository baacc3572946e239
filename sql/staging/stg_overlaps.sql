-- One row per file and later file that holds rows of it again: those count in the later one only.
select
    target_table,
    file,
    winner_file,
    row_count,
    changed_count,
    amount
from loaded."overlaps"
