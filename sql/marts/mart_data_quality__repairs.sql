-- One row per file, column and kind of repair: how many values were mended, and the first as an example.
select
    source_number,
    file,
    target_table,
    column_name,
    kind,
    row_count,
    example_row,
    example_value
from stg_repairs
