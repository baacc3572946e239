-- One row per customer group and each of its last five orders with a positive amount, latest first.
with order_lines as (select * from fct_order_lines),

orders as (
    select
        group_id,
        order_id,
        min(order_date) as order_date,
        sum(net_amount) as net_amount
    from order_lines
    group by group_id, order_id
    having sum(net_amount) > 0
),

placed as (
    select
        *,
        row_number() over (partition by group_id order by order_date desc, order_id desc) as place,
        lag(order_date) over (partition by group_id order by order_date, order_id) as date_before
    from orders
),

final as (
    select
        group_id as customer_id,
        place,
        order_date,
        order_id,
        net_amount,
        date_diff('day', date_before, order_date) as gap_days
    from placed
    where place <= 5
)

select * from final
