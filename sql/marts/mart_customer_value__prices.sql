-- One row per customer group and month: its purchases beside what others of its role paid for the same.
with order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

bought as (
    select
        order_lines.group_id,
        customers.group_role as role,
        order_lines.month,
        order_lines.product_id,
        sum(order_lines.quantity) as quantity,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join customers on order_lines.customer_id = customers.customer_id
    where order_lines.quantity > 0 and order_lines.net_amount > 0
    group by order_lines.group_id, customers.group_role, order_lines.month, order_lines.product_id
),

beside as (
    select
        *,
        cast(sum(quantity) over (partition by role, month, product_id) - quantity as double)
            as other_quantity,
        cast(sum(net_amount) over (partition by role, month, product_id) - net_amount as double)
            as other_amount
    from bought
),

final as (
    select
        group_id as customer_id,
        month,
        sum(net_amount) as bought_amount,
        sum(case when other_quantity > 0 then net_amount end) as compared_amount,
        sum(cast(cast(quantity as double) * other_amount / nullif(other_quantity, 0) as decimal(18, 2)))
            as reference_amount
    from beside
    group by group_id, month
)

select * from final
