-- One row per threshold of the data gates, as the pipeline file sets it or by default.
select
    name,
    value,
    description_en,
    description_zh
from loaded.gates
