-- One row per line that a distributor sold on.
select
    doc_date,
    distributor_id,
    downstream_id,
    product_id,
    quantity,
    amount
from loaded.sell_out
