-- One row per customer group and month with lines ordered while their product was out: ordered and shipped.
with order_lines as (select * from stg_order_lines),

outages as (select * from stg_outages),

shipments as (select * from fct_shipments),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

-- Two outages at once are one shortage of a line; cancelled lines were ordered too.
short as (
    select distinct
        order_lines.order_id,
        order_lines.line_no,
        order_lines.order_date,
        order_lines.customer_id,
        order_lines.quantity,
        order_lines.net_amount
    from order_lines
    cross join run
    inner join outages
        on
            order_lines.product_id = outages.product_id
            and order_lines.order_date
            between outages.start_date and coalesce(outages.end_date, run.as_of)
    where
        order_lines.order_date <= run.as_of
        and order_lines.quantity > 0
        and coalesce(order_lines.doc_type, 'sale') = 'sale'
),

shipped as (
    select
        order_id,
        order_line_no,
        sum(quantity) as quantity
    from shipments
    group by order_id, order_line_no
),

final as (
    select
        customers.group_id as customer_id,
        calendar.month,
        count(*) as line_count,
        sum(short.net_amount) as ordered_amount,
        sum(
            case
                when shipped.quantity >= short.quantity then short.net_amount
                else cast(
                        cast(short.net_amount as double) * cast(coalesce(shipped.quantity, 0) as double)
                        / cast(short.quantity as double) as decimal(18, 2)
                    )
            end
        ) as shipped_amount
    from short
    inner join customers on short.customer_id = customers.customer_id
    inner join calendar on short.order_date = calendar.calendar_date
    left join shipped on short.order_id = shipped.order_id and short.line_no = shipped.order_line_no
    group by customers.group_id, calendar.month
)

select * from final
