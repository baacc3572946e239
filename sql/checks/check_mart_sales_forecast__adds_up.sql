-- Months in which the regions do not add up to the total, or the total not to the sales lines.
with series as (
    select
        month,
        sum(case when level = 'total' then net_amount else 0 end) as total_amount,
        sum(case when level = 'region' then net_amount else 0 end) as region_amount
    from mart_sales_forecast
    group by month
),

facts as (
    select
        month,
        sum(net_amount) as net_amount
    from fct_order_lines
    group by month
)

select
    series.month,
    series.total_amount,
    series.region_amount,
    facts.net_amount as fact_amount
from series
left join facts on series.month = facts.month
where
    series.total_amount <> series.region_amount
    or series.total_amount <> coalesce(facts.net_amount, 0)
