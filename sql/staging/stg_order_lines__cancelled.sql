-- One row per cancelled line of a sales document.
select
    order_id,
    line_no,
    order_date,
    customer_id,
    net_amount,
    source_file,
    source_row,
    load_id
from loaded.order_lines
where status = 'cancelled'
