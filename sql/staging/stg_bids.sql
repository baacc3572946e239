-- One row per tender.
select
    tender_id,
    customer_id,
    open_date,
    result,
    price_weight
from loaded.bids
