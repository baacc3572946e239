-- One row per price of a list and time in which it holds.
select
    product_id,
    tier,
    territory_id,
    valid_from,
    valid_to,
    price
from loaded.price_lists
