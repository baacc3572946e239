-- One row per role, month in which a step ended and step: amounts, and amounts times the days it took.
with shipments as (select * from fct_shipments),

order_lines as (select * from fct_order_lines),

cash as (select * from int_invoices__paid),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

orders as (
    select
        order_id,
        group_id,
        min(order_date) as order_date,
        sum(net_amount) as net_amount
    from order_lines
    group by order_id, group_id
    having sum(net_amount) > 0
),

deliveries as (
    select
        order_id,
        max(coalesce(delivered_date, ship_date)) as delivered_date
    from shipments
    group by order_id
),

steps as (
    select
        orders.group_id,
        'order_to_delivery' as step,
        orders.order_date as start_date,
        deliveries.delivered_date as end_date,
        orders.net_amount as amount
    from orders
    inner join deliveries on orders.order_id = deliveries.order_id
    union all
    select
        cash.group_id,
        'delivery_to_cash' as step,
        deliveries.delivered_date as start_date,
        cash.pay_date as end_date,
        cash.amount
    from cash
    inner join deliveries on cash.order_id = deliveries.order_id
    union all
    select
        group_id,
        'invoice_to_cash' as step,
        invoice_date as start_date,
        pay_date as end_date,
        amount
    from cash
),

heads as (
    select
        group_id,
        max(group_role) as role
    from customers
    group by group_id
),

final as (
    select
        coalesce(heads.role, 'customer') as role,
        calendar.month,
        steps.step,
        sum(steps.amount) as step_amount,
        sum(steps.amount * date_diff('day', steps.start_date, steps.end_date)) as amount_days
    from steps
    cross join run
    inner join calendar on steps.end_date = calendar.calendar_date
    left join heads on steps.group_id = heads.group_id
    where steps.end_date <= run.as_of
    group by coalesce(heads.role, 'customer'), calendar.month, steps.step
)

select * from final
