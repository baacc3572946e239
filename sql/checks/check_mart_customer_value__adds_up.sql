-- Months whose sales by customer group differ from the sales lines.
with marts as (
    select
        month,
        sum(net_amount) as net_amount
    from mart_customer_value
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
    facts.month,
    facts.net_amount as fact_amount,
    marts.net_amount as mart_amount
from facts
left join marts on facts.month = marts.month
where marts.net_amount is null or facts.net_amount <> marts.net_amount
