-- One row per rejected row of a source file, with its first failing column.
select
    file,
    row as row_number_in_file,
    target_table,
    customer_id,
    "column" as column_name,
    value,
    reason
from loaded.rejects
