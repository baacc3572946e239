-- One row per product family: days from order to delivery of its shipped lines, summed.
with shipments as (select * from fct_shipments),

order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

waited as (
    select
        coalesce(products.family, '-') as family,
        date_diff(
            'day', order_lines.order_date, coalesce(shipments.delivered_date, shipments.ship_date)
        ) as days
    from shipments
    inner join order_lines
        on
            shipments.order_id = order_lines.order_id
            and shipments.order_line_no = order_lines.line_no
    left join products on order_lines.product_id = products.product_id
    where coalesce(shipments.delivered_date, shipments.ship_date) >= order_lines.order_date
),

final as (
    select
        family,
        count(*) as line_count,
        sum(cast(days as double)) as days,
        sum(cast(days as double) * cast(days as double)) as squared_days
    from waited
    group by family
)

select * from final
