-- One row per territory.
select
    territory_id,
    territory_name,
    level,
    parent_id,
    potential_index
from loaded.territories
