-- One row per region, product and complete month with sales other than tender orders.
with order_lines as (select * from fct_order_lines),

months as (select * from dim_months),

products as (select * from stg_products),

final as (
    select
        coalesce(order_lines.region_id, '-') as region_id,
        coalesce(order_lines.product_id, '-') as product_id,
        max(coalesce(products.family, '-')) as family,
        order_lines.month,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join months on order_lines.month = months.month
    left join products on order_lines.product_id = products.product_id
    where months.is_complete and order_lines.tender_id is null
    group by
        coalesce(order_lines.region_id, '-'),
        coalesce(order_lines.product_id, '-'),
        order_lines.month
)

select * from final
