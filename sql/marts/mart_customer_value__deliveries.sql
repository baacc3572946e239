-- One row per customer group and month in which sale lines were due: how they were delivered.
with order_lines as (select * from stg_order_lines),

shipments as (select * from fct_shipments),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

due as (
    select
        order_lines.order_id,
        order_lines.line_no,
        customers.group_id,
        order_lines.quantity,
        order_lines.net_amount,
        coalesce(order_lines.promised_date, order_lines.requested_date) as due_date
    from order_lines
    inner join customers on order_lines.customer_id = customers.customer_id
    where
        not order_lines.is_cancelled
        and order_lines.quantity > 0
        and coalesce(order_lines.doc_type, 'sale') = 'sale'
),

shipped as (
    select
        shipments.order_id,
        shipments.order_line_no,
        sum(shipments.quantity) as quantity,
        sum(shipments.freight_amount) as freight_amount,
        max(coalesce(shipments.delivered_date, shipments.ship_date)) as arrived_date,
        max(case when shipments.mode = 'self_pickup' then 1 when shipments.mode is not null then 0 end)
            as is_pickup
    from shipments
    cross join run
    where shipments.ship_date <= run.as_of
    group by shipments.order_id, shipments.order_line_no
),

final as (
    select
        due.group_id as customer_id,
        calendar.month,
        count(*) as line_count,
        sum(
            case
                when shipped.quantity >= due.quantity and shipped.arrived_date <= due.due_date then 1
                else 0
            end
        ) as otif_count,
        sum(case when shipped.order_id is not null then 1 else 0 end) as shipped_count,
        sum(case when shipped.is_pickup is not null then 1 else 0 end) as mode_known_count,
        sum(case when shipped.is_pickup = 0 then 1 else 0 end) as delivered_count,
        sum(case when shipped.order_id is not null then due.net_amount else 0 end) as net_amount,
        sum(shipped.freight_amount) as freight_amount
    from due
    cross join run
    inner join calendar on due.due_date = calendar.calendar_date
    left join shipped on due.order_id = shipped.order_id and due.line_no = shipped.order_line_no
    where due.due_date <= run.as_of
    group by due.group_id, calendar.month
)

select * from final
