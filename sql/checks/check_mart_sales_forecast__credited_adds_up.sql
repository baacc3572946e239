-- Months in which the sales credited to the total are not those of the sales lines.
with credited as (
    select
        month,
        sum(net_amount) as net_amount
    from mart_sales_forecast__credited
    where level = 'total'
    group by month
),

facts as (
    select
        fct_order_lines.month,
        sum(fct_order_lines.net_amount) as net_amount
    from fct_order_lines
    inner join dim_months on fct_order_lines.month = dim_months.month
    where dim_months.is_complete
    group by fct_order_lines.month
)

select
    facts.month,
    facts.net_amount as fact_amount,
    credited.net_amount as credited_amount
from facts
left join credited on facts.month = credited.month
where facts.net_amount <> coalesce(credited.net_amount, 0)
