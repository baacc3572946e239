-- Families whose sales by customer group and month differ from the sales lines.
with marts as (
    select
        family,
        sum(net_amount) as net_amount
    from mart_customer_value__families
    group by family
),

facts as (
    select
        products.family,
        sum(lines.net_amount) as net_amount
    from fct_order_lines as lines
    inner join stg_products as products on lines.product_id = products.product_id
    where products.family is not null
    group by products.family
)

select
    facts.family,
    facts.net_amount as fact_amount,
    marts.net_amount as mart_amount
from facts
left join marts on facts.family = marts.family
where marts.net_amount is null or facts.net_amount <> marts.net_amount
