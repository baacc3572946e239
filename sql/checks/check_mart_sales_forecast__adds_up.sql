-- Months in which a level, or its base with what was taken out, differs from the sales lines.
with series as (
    select
        level,
        month,
        sum(net_amount) as net_amount,
        sum(base_amount) + sum(tender_amount) + sum(lumpy_amount) as parts_amount
    from mart_sales_forecast
    group by level, month
),

facts as (
    select
        fct_order_lines.month,
        sum(fct_order_lines.net_amount) as net_amount
    from fct_order_lines
    inner join dim_months on fct_order_lines.month = dim_months.month
    where dim_months.is_complete
    group by fct_order_lines.month
),

levels as (
    select distinct level
    from mart_sales_forecast
)

select
    levels.level,
    facts.month,
    facts.net_amount as fact_amount,
    series.net_amount as level_amount,
    series.parts_amount
from facts
cross join levels
left join series on levels.level = series.level and facts.month = series.month
where
    facts.net_amount <> coalesce(series.net_amount, 0)
    or facts.net_amount <> coalesce(series.parts_amount, 0)
