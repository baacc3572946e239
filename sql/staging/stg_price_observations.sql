-- One row per resale price seen in the market.
select
    product_id,
    territory_id,
    seen_date,
    price
from loaded.price_observations
