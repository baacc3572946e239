-- One row per move of a rival at a customer.
select
    customer_id,
    date as event_date,
    rival,
    kind
from loaded.competitor_events
