-- One row per column of the canonical schema: is it filled by a source?
select
    table_name,
    column_name,
    is_mapped
from loaded.columns
