-- One row per line of a sales document; cancelled lines are no sales and stay behind.
select
    order_id,
    line_no,
    order_date,
    customer_id,
    product_id,
    ship_to_territory_id,
    channel,
    developed_by,
    fulfilled_by,
    person_id,
    contract_id,
    tender_id,
    quantity,
    net_amount,
    cost_amount,
    tax_rate,
    tax_amount,
    doc_type,
    status,
    requested_date,
    promised_date,
    sale_type
from loaded.order_lines
where coalesce(status, 'open') <> 'cancelled'
