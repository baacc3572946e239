-- Complete months in which the orders taken out differ from what the total lost by them.
with series as (
    select
        month,
        sum(tender_amount) as tender_amount,
        sum(lumpy_amount) as lumpy_amount
    from mart_sales_forecast
    where level = 'total'
    group by month
),

orders as (
    select
        month,
        sum(case when reason = 'tender' then net_amount else 0 end) as tender_amount,
        sum(case when reason = 'lumpy' then net_amount else 0 end) as lumpy_amount
    from mart_sales_forecast__taken_out
    group by month
)

select
    series.month,
    series.tender_amount,
    orders.tender_amount as tender_order_amount,
    series.lumpy_amount,
    orders.lumpy_amount as lumpy_order_amount
from series
left join orders on series.month = orders.month
where
    series.tender_amount <> coalesce(orders.tender_amount, 0)
    or series.lumpy_amount <> coalesce(orders.lumpy_amount, 0)
