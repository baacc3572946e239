-- One row per distributor that buys itself and complete month: what it bought and, as far as known, sold.
with order_lines as (select * from fct_order_lines),

taken_out as (select * from int_order_lines__taken_out),

sell_out as (select * from stg_sell_out),

covered as (select * from int_sell_out__months_covered),

calendar as (select * from stg_calendar),

customers as (select * from dim_customers),

months as (select * from dim_months),

bought as (
    select
        order_lines.distributor_id,
        order_lines.month,
        sum(order_lines.net_amount) as sell_in_amount
    from order_lines
    left join taken_out
        on order_lines.order_id = taken_out.order_id and order_lines.line_no = taken_out.line_no
    where order_lines.distributor_id = order_lines.customer_id and taken_out.order_id is null
    group by order_lines.distributor_id, order_lines.month
),

sold as (
    select
        sell_out.distributor_id,
        calendar.month,
        sum(sell_out.amount) as sell_out_amount
    from sell_out
    inner join calendar on sell_out.doc_date = calendar.calendar_date
    group by sell_out.distributor_id, calendar.month
),

buyers as (
    select
        distributor_id,
        min(month) as first_month
    from bought
    group by distributor_id
),

final as (
    select
        buyers.distributor_id,
        customers.customer_name as distributor_name,
        months.month,
        coalesce(bought.sell_in_amount, 0) as sell_in_amount,
        coalesce(covered.is_reported, false) as is_reported,
        -- A whole month reported without a line sold nothing; one not reported is not known.
        case when covered.is_reported then coalesce(sold.sell_out_amount, 0) end as sell_out_amount
    from buyers
    inner join months on buyers.first_month <= months.month
    inner join customers on buyers.distributor_id = customers.customer_id
    left join bought
        on buyers.distributor_id = bought.distributor_id and months.month = bought.month
    left join sold on buyers.distributor_id = sold.distributor_id and months.month = sold.month
    left join covered
        on buyers.distributor_id = covered.distributor_id and months.month = covered.month
    where months.is_complete
)

select * from final
