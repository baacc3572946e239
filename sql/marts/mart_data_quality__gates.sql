-- One row per threshold of the data gates and of the page on data quality, as this load used it.
select
    name,
    value,
    description_en,
    description_zh
from stg_gates
