-- One row per distributor and month with products known to be pushed or not: sales of both and of the pushed.
with order_lines as (select * from fct_order_lines),

products as (
    select * from stg_products
    where is_focus is not null
),

final as (
    select
        order_lines.distributor_id,
        order_lines.month,
        sum(order_lines.net_amount) as net_amount,
        sum(case when products.is_focus then order_lines.net_amount else 0 end) as focus_amount
    from order_lines
    inner join products on order_lines.product_id = products.product_id
    where order_lines.distributor_id is not null
    group by order_lines.distributor_id, order_lines.month
)

select * from final
