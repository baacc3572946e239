-- Months whose sales by channel differ from the sales lines.
with channels as (
    select
        month,
        sum(net_amount) as net_amount
    from mart_customer_value__channels
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
    channels.net_amount as channel_amount
from facts
left join channels on facts.month = channels.month
where channels.net_amount is null or facts.net_amount <> channels.net_amount
