-- One row per cost of serving that was booked on a customer.
select
    customer_id,
    date as cost_date,
    cost_type,
    amount
from loaded.costs
