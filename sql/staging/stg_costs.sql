-- One row per cost booked on a customer.
select
    customer_id,
    date as cost_date,
    cost_type,
    amount
from loaded.costs
