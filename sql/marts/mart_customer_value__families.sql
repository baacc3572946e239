-- One row per customer group, month and product family: what it bought; lines without a family stay out.
with order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

final as (
    select
        order_lines.group_id as customer_id,
        order_lines.month,
        products.family,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join products on order_lines.product_id = products.product_id
    where products.family is not null
    group by order_lines.group_id, order_lines.month, products.family
)

select * from final
