-- One row per distributor, day of own purchases and launch date of what it bought: bought and given back.
with order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

calendar as (select * from stg_calendar),

months as (
    select
        month,
        min(calendar_date) as month_start
    from calendar
    group by month
),

final as (
    select
        order_lines.distributor_id,
        order_lines.order_date,
        -- What nobody dates was not launched lately.
        coalesce(products.launch_date, date '1900-01-01') as launch_date,
        order_lines.month,
        months.month_start,
        max(calendar.month_end) as month_end,
        sum(case when order_lines.quantity > 0 then order_lines.net_amount else 0 end)
            as bought_amount,
        sum(case when order_lines.quantity < 0 then -order_lines.net_amount else 0 end)
            as returned_amount
    from order_lines
    inner join calendar on order_lines.order_date = calendar.calendar_date
    inner join months on order_lines.month = months.month
    left join products on order_lines.product_id = products.product_id
    where order_lines.distributor_id = order_lines.customer_id
    group by
        order_lines.distributor_id,
        order_lines.order_date,
        products.launch_date,
        order_lines.month,
        months.month_start
)

select * from final
