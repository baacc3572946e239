-- One row per tender.
select
    tender_id,
    customer_id,
    price_weight
from loaded.bids
