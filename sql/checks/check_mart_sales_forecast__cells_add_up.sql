-- Months in which the cells do not add up to the sales lines other than tender orders.
with cells as (
    select
        month,
        sum(net_amount) as net_amount
    from mart_sales_forecast__cells
    group by month
),

months as (select * from dim_months),

facts as (
    select
        order_lines.month,
        sum(order_lines.net_amount) as net_amount
    from fct_order_lines as order_lines
    inner join months on order_lines.month = months.month
    where months.is_complete and order_lines.tender_id is null
    group by order_lines.month
)

select
    facts.month,
    facts.net_amount as fact_amount,
    cells.net_amount as cell_amount
from facts
left join cells on facts.month = cells.month
where facts.net_amount <> coalesce(cells.net_amount, 0)
