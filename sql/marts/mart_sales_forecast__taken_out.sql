-- One row per order, tender, region and family that left the base of the forecast, and why.
with order_lines as (select * from fct_order_lines),

taken_out as (select * from int_order_lines__taken_out),

customers as (select * from dim_customers),

products as (select * from stg_products),

final as (
    select
        order_lines.order_id,
        taken_out.reason,
        coalesce(order_lines.tender_id, '-') as tender_id,
        coalesce(order_lines.region_id, '-') as region_id,
        coalesce(replace(products.family, '|', '/'), '-') as family,
        order_lines.customer_id,
        max(customers.group_id) as group_id,
        max(customers.customer_name) as customer_name,
        coalesce(order_lines.distributor_id, '-') as distributor_id,
        order_lines.month,
        min(order_lines.order_date) as order_date,
        sum(order_lines.net_amount) as net_amount,
        max(taken_out.usual_amount) as usual_amount
    from order_lines
    inner join taken_out
        on order_lines.order_id = taken_out.order_id and order_lines.line_no = taken_out.line_no
    inner join customers on order_lines.customer_id = customers.customer_id
    left join products on order_lines.product_id = products.product_id
    group by
        order_lines.order_id,
        taken_out.reason,
        order_lines.tender_id,
        order_lines.region_id,
        products.family,
        order_lines.customer_id,
        order_lines.distributor_id,
        order_lines.month
)

select * from final
