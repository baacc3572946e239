-- Costs to serve up to the as-of date that reach no customer group or no month of the sales history.
with booked as (
    select sum(costs.amount) as cost_amount
    from stg_costs as costs
    cross join stg_run as run
    where costs.cost_date <= run.as_of
),

credited as (
    select sum(cost_amount) as cost_amount
    from mart_customer_value__costs
)

select
    booked.cost_amount as booked_amount,
    credited.cost_amount as credited_amount
from booked
cross join credited
where coalesce(booked.cost_amount, 0) <> coalesce(credited.cost_amount, 0)
