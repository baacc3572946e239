-- One row per ordered pair of territories; who keeps no column of borders lists neighbours alone.
select
    from_id,
    to_id,
    coalesce(adjacent, true) as is_adjacent,
    freight_per_unit
from loaded.territory_pairs
