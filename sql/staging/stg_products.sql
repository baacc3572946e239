-- One row per product.
select
    product_id,
    product_name,
    family,
    tier,
    std_cost,
    is_custom,
    is_focus,
    launch_date
from loaded.products
