-- Sales lines of a product that the product file does not name.
select
    order_lines.order_id,
    order_lines.line_no,
    order_lines.product_id
from stg_order_lines as order_lines
left join stg_products as products on order_lines.product_id = products.product_id
where products.product_id is null
