-- One row per customer group, month and kind of cost to serve; interest on receivables is not among them.
with costs as (select * from stg_costs),

rebates as (select * from stg_rebates),

bids as (select * from stg_bids),

shipments as (select * from fct_shipments),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

-- Freight of the shipments and the cost of the bids themselves stand instead of the same kind of cost
-- booked on the customer: counted twice they would be wrong, and the finer source is kept.
finer as (
    select 'freight' as cost_type
    from shipments
    having count(freight_amount) > 0
    union all
    select 'bid' as cost_type
    from bids
    having count(bid_cost) > 0
),

listed as (
    select
        costs.customer_id,
        costs.cost_date,
        case
            when costs.cost_type in ('presale', 'service', 'freight', 'promotion', 'bid', 'interest')
                then costs.cost_type
            else 'expense'
        end as cost_type,
        costs.amount
    from costs
    left join finer on costs.cost_type = finer.cost_type
    where finer.cost_type is null
    union all
    select
        customer_id,
        period_end as cost_date,
        'rebate' as cost_type,
        accrued_amount as amount
    from rebates
    where not is_off_price
    union all
    select
        customer_id,
        open_date as cost_date,
        'bid' as cost_type,
        bid_cost as amount
    from bids
),

dated as (
    select
        coalesce(customers.group_id, listed.customer_id) as customer_id,
        coalesce(calendar.month, cast(date_trunc('month', listed.cost_date) as date)) as month,
        listed.cost_type,
        listed.amount
    from listed
    cross join run
    left join customers on listed.customer_id = customers.customer_id
    left join calendar on listed.cost_date = calendar.calendar_date
    where listed.cost_date <= run.as_of
    union all
    select
        group_id as customer_id,
        month,
        'freight' as cost_type,
        freight_amount as amount
    from shipments
),

final as (
    select
        customer_id,
        month,
        cost_type,
        sum(amount) as cost_amount
    from dated
    where amount is not null
    group by customer_id, month, cost_type
)

select * from final
