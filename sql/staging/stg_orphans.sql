-- One row per foreign key whose both sides are mapped: keys filled, and keys that lead nowhere.
select
    table_name,
    column_name,
    reference_table,
    row_count,
    orphan_count,
    example_key
from loaded.orphans
