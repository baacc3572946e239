-- One row per series (the total, each region) and complete month; a month without sales is 0.
with order_lines as (select * from fct_order_lines),

months as (select * from dim_months),

territories as (select * from dim_territories),

regions as (
    select
        region_id,
        max(region_name) as region_name
    from territories
    group by region_id
),

sales as (
    select
        'total' as level,
        'total' as key,
        month,
        sum(net_amount) as net_amount
    from order_lines
    group by month
    union all
    select
        'region' as level,
        coalesce(region_id, '-') as key,
        month,
        sum(net_amount) as net_amount
    from order_lines
    group by region_id, month
),

series as (
    select
        level,
        key,
        min(month) as first_month
    from sales
    group by level, key
),

final as (
    select
        series.level,
        series.key,
        coalesce(regions.region_name, series.key) as key_name,
        months.month,
        coalesce(sales.net_amount, 0) as net_amount
    from series
    inner join months on series.first_month <= months.month
    left join sales
        on
            series.level = sales.level
            and series.key = sales.key
            and months.month = sales.month
    left join regions on series.level = 'region' and series.key = regions.region_id
    where months.is_complete
)

select * from final
