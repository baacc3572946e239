-- Months whose sales by distributor differ from the distributors' part of company sales.
with marts as (
    select
        month,
        sum(net_amount) as net_amount
    from mart_distributor_ranking
    group by month
),

company as (select * from mart_distributor_ranking__company)

select
    company.month,
    company.distributor_amount,
    marts.net_amount as mart_amount
from company
left join marts on company.month = marts.month
where company.distributor_amount <> coalesce(marts.net_amount, 0)
