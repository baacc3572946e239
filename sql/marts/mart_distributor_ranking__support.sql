-- One row per distributor, month and kind of cost that we bear for it.
with costs as (select * from stg_costs),

order_lines as (select * from fct_order_lines),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

bought as (
    select distinct distributor_id from order_lines
    where distributor_id is not null
),

final as (
    select
        bought.distributor_id,
        calendar.month,
        coalesce(costs.cost_type, '-') as cost_type,
        sum(costs.amount) as amount
    from costs
    cross join run
    inner join bought on costs.customer_id = bought.distributor_id
    inner join calendar on costs.cost_date = calendar.calendar_date
    where costs.cost_date <= run.as_of
    group by 1, 2, 3
)

select * from final
