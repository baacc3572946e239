-- One row per product.
select
    product_id,
    product_name,
    family,
    tier,
    std_cost
from loaded.products
