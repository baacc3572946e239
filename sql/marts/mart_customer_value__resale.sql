-- One row per month: what distributors sold on, and what the same goods cost them from us that year.
with sell_out as (select * from stg_sell_out),

order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

bought as (
    select
        order_lines.product_id,
        extract(year from order_lines.order_date) as year,
        sum(order_lines.net_amount) as net_amount,
        sum(order_lines.quantity) as quantity
    from order_lines
    inner join customers on order_lines.customer_id = customers.customer_id
    where customers.role = 'distributor'
    group by order_lines.product_id, extract(year from order_lines.order_date)
    having sum(order_lines.quantity) > 0
),

final as (
    select
        calendar.month,
        sum(sell_out.amount) as resold_amount,
        sum(
            cast(
                cast(sell_out.quantity as double) * cast(bought.net_amount as double)
                / cast(bought.quantity as double) as decimal(18, 2)
            )
        ) as purchase_amount
    from sell_out
    cross join run
    inner join calendar on sell_out.doc_date = calendar.calendar_date
    inner join bought
        on
            sell_out.product_id = bought.product_id
            and extract(year from sell_out.doc_date) = bought.year
    where sell_out.doc_date <= run.as_of and sell_out.amount is not null
    group by calendar.month
)

select * from final
