-- Sales lines of a customer that the customer file does not name.
select
    order_lines.order_id,
    order_lines.line_no,
    order_lines.customer_id
from stg_order_lines as order_lines
left join stg_customers as customers on order_lines.customer_id = customers.customer_id
where customers.customer_id is null
