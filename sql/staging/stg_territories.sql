-- One row per territory.
select
    territory_id,
    territory_name,
    level,
    parent_id
from loaded.territories
