-- One row per grant of a territory to a distributor; without an end it runs on.
select
    distributor_id,
    territory_id,
    product_scope,
    exclusive as is_exclusive,
    valid_from,
    valid_to
from loaded.territory_grants
