-- One row per line cancelled or shipped in part: what was missed, what was ordered anew in 14 days.
with order_lines as (select * from stg_order_lines),

shipments as (select * from fct_shipments),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

shipped as (
    select
        order_id,
        order_line_no,
        sum(quantity) as quantity
    from shipments
    group by order_id, order_line_no
),

missed as (
    select
        order_lines.*,
        order_lines.quantity - case when order_lines.is_cancelled then 0 else shipped.quantity end
            as missed_quantity
    from order_lines
    cross join run
    left join shipped
        on order_lines.order_id = shipped.order_id and order_lines.line_no = shipped.order_line_no
    where
        order_lines.order_date <= run.as_of
        and order_lines.quantity > 0
        and coalesce(order_lines.doc_type, 'sale') = 'sale'
        and (order_lines.is_cancelled or shipped.quantity < order_lines.quantity)
),

-- A new order makes good for the last day before it on which lines of that product were missed.
anew as (
    select
        missed.customer_id,
        missed.product_id,
        order_lines.order_id,
        order_lines.line_no,
        max(order_lines.quantity) as quantity,
        max(missed.order_date) as missed_date
    from missed
    inner join order_lines
        on
            missed.customer_id = order_lines.customer_id
            and missed.product_id = order_lines.product_id
            and missed.order_date < order_lines.order_date
            and order_lines.order_date - interval '14' day <= missed.order_date
    where not order_lines.is_cancelled and order_lines.quantity > 0
    group by missed.customer_id, missed.product_id, order_lines.order_id, order_lines.line_no
),

made_good as (
    select
        customer_id,
        product_id,
        missed_date,
        sum(quantity) as quantity
    from anew
    group by customer_id, product_id, missed_date
),

final as (
    select
        missed.order_id,
        missed.line_no,
        missed.order_date,
        coalesce(missed.promised_date, missed.requested_date, missed.order_date) as due_date,
        calendar.month,
        missed.customer_id,
        missed.product_id,
        missed.is_cancelled,
        missed.quantity,
        missed.net_amount,
        missed.missed_quantity,
        -- Of all the lines of this customer, product and day.
        coalesce(made_good.quantity, 0) as reordered_quantity
    from missed
    inner join calendar on missed.order_date = calendar.calendar_date
    left join made_good
        on
            missed.customer_id = made_good.customer_id
            and missed.product_id = made_good.product_id
            and missed.order_date = made_good.missed_date
)

select * from final
