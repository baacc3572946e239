-- One row per shipped line of an order in scope, with the distributor and month of that order.
with shipments as (select * from stg_shipments),

order_lines as (select * from fct_order_lines),

first_lines as (
    select
        order_id,
        min(line_no) as line_no
    from order_lines
    group by order_id
),

final as (
    select
        shipments.ship_no,
        shipments.line_no,
        order_lines.order_id,
        order_lines.line_no as order_line_no,
        order_lines.group_id,
        order_lines.distributor_id,
        order_lines.month,
        shipments.ship_date,
        shipments.delivered_date,
        shipments.quantity,
        shipments.mode,
        shipments.freight_payer,
        order_lines.quantity as ordered_quantity,
        order_lines.net_amount as ordered_amount,
        shipments.freight_amount
    from shipments
    inner join first_lines on shipments.order_id = first_lines.order_id
    inner join order_lines
        on
            shipments.order_id = order_lines.order_id
            and coalesce(shipments.order_line_no, first_lines.line_no) = order_lines.line_no
)

select * from final
