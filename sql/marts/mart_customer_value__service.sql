-- One row per customer group and month: complaints, and the promises due by the as-of date that were kept.
with order_lines as (select * from fct_order_lines),

shipments as (select * from stg_shipments),

activities as (select * from stg_activities),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

first_lines as (
    select
        order_id,
        min(line_no) as line_no
    from order_lines
    group by order_id
),

delivered as (
    select
        order_lines.order_id,
        order_lines.line_no,
        sum(case when shipments.delivered_date <= order_lines.promised_date then shipments.quantity end)
            as timely_quantity
    from shipments
    inner join first_lines on shipments.order_id = first_lines.order_id
    inner join order_lines
        on
            shipments.order_id = order_lines.order_id
            and coalesce(shipments.order_line_no, first_lines.line_no) = order_lines.line_no
    group by order_lines.order_id, order_lines.line_no
),

-- Without a single dated delivery on file nobody knows what arrived when.
known as (
    select count(timely_quantity) > 0 as is_known
    from delivered
),

happened as (
    select
        order_lines.group_id as customer_id,
        order_lines.month,
        'promise' as kind,
        delivered.timely_quantity >= order_lines.quantity as is_kept
    from order_lines
    cross join run
    cross join known
    left join delivered
        on order_lines.order_id = delivered.order_id and order_lines.line_no = delivered.line_no
    where
        known.is_known
        and order_lines.promised_date <= run.as_of
        and order_lines.quantity > 0
    union all
    select
        customers.group_id as customer_id,
        calendar.month,
        'complaint' as kind,
        false as is_kept
    from activities
    cross join run
    inner join customers on activities.customer_id = customers.customer_id
    inner join calendar on activities.activity_date = calendar.calendar_date
    where activities.activity_type = 'complaint' and activities.activity_date <= run.as_of
),

final as (
    select
        customer_id,
        month,
        count(case when kind = 'promise' then 1 end) as due_count,
        count(case when is_kept then 1 end) as kept_count,
        count(case when kind = 'complaint' then 1 end) as complaint_count
    from happened
    group by customer_id, month
)

select * from final
