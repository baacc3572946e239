-- One row per customer group, month and kind of cost up to the as-of date.
with costs as (select * from stg_costs),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

final as (
    select
        customers.group_id as customer_id,
        calendar.month,
        costs.cost_type,
        sum(costs.amount) as cost_amount
    from costs
    cross join run
    inner join customers on costs.customer_id = customers.customer_id
    inner join calendar on costs.cost_date = calendar.calendar_date
    where costs.cost_date <= run.as_of
    group by customers.group_id, calendar.month, costs.cost_type
)

select * from final
