-- One row per stock count of a holder, product and batch.
select
    as_of as count_date,
    holder_id,
    product_id,
    quantity
from loaded.inventory
