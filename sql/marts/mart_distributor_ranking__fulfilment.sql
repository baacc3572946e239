-- One row per distributor and month of the order: sale lines due by now, what was shipped and on time.
with order_lines as (select * from fct_order_lines),

shipments as (select * from fct_shipments),

wishes as (select * from stg_order_lines),

run as (select * from stg_run),

-- Before the first shipment on record nobody can tell what was shipped.
record as (
    select min(ship_date) as first_date from shipments
    where quantity is not null
),

shipped as (
    select
        order_id,
        order_line_no,
        case when count(quantity) = count(*) then sum(quantity) end as quantity,
        case when count(delivered_date) = count(*) then max(delivered_date) end as delivered_date
    from shipments
    cross join run
    where ship_date <= run.as_of
    group by order_id, order_line_no
),

due as (
    select
        order_lines.distributor_id,
        order_lines.month,
        order_lines.quantity,
        order_lines.net_amount,
        coalesce(wishes.promised_date, wishes.requested_date) as due_date,
        cast(coalesce(shipped.quantity, 0) as double) / cast(order_lines.quantity as double)
            as shipped_share,
        shipped.delivered_date
    from wishes
    cross join run
    cross join record
    inner join order_lines
        on wishes.order_id = order_lines.order_id and wishes.line_no = order_lines.line_no
    left join shipped
        on order_lines.order_id = shipped.order_id and order_lines.line_no = shipped.order_line_no
    where
        order_lines.distributor_id is not null
        and order_lines.quantity > 0
        and coalesce(order_lines.doc_type, 'sale') = 'sale'
        and coalesce(wishes.promised_date, wishes.requested_date) <= run.as_of
        and order_lines.order_date >= record.first_date
        and (shipped.order_id is null or shipped.quantity is not null)
),

final as (
    select
        distributor_id,
        month,
        count(*) as line_count,
        sum(case when shipped_share >= 1 and delivered_date <= due_date then 1 else 0 end)
            as otif_count,
        sum(case when delivered_date is not null then 1 else 0 end) as dated_count,
        sum(net_amount) as ordered_amount,
        sum(
            case
                when shipped_share >= 1 then net_amount
                else cast(cast(net_amount as double) * shipped_share as decimal(18, 2))
            end
        ) as filled_amount
    from due
    group by distributor_id, month
)

select * from final
