-- One row per series of the forecast and complete month; a month without sales is 0.
with order_lines as (select * from fct_order_lines),

taken_out as (select * from int_order_lines__taken_out),

accounts as (select * from int_customers__key_accounts_chosen),

months as (select * from dim_months),

products as (select * from stg_products),

names as (select * from int_series__named),

-- A family without | leaves the last | of a cell's key to part region and family.
lines as (
    select
        order_lines.month,
        coalesce(order_lines.region_id, '-') as region_id,
        coalesce(replace(products.family, '|', '/'), '-') as family,
        coalesce(order_lines.distributor_id, '-') as distributor_id,
        coalesce(accounts.group_id, 'others') as account_id,
        order_lines.net_amount,
        case when taken_out.reason = 'tender' then order_lines.net_amount else 0 end as tender_amount,
        case when taken_out.reason = 'lumpy' then order_lines.net_amount else 0 end as lumpy_amount
    from order_lines
    left join taken_out
        on order_lines.order_id = taken_out.order_id and order_lines.line_no = taken_out.line_no
    left join accounts on order_lines.group_id = accounts.group_id
    left join products on order_lines.product_id = products.product_id
),

sales as (
    select
        case
            when region_id is not null and family is not null then 'region_family'
            when region_id is not null then 'region'
            when family is not null then 'product_family'
            when distributor_id is not null then 'distributor'
            when account_id is not null then 'key_account'
            else 'total'
        end as level,
        coalesce(region_id || '|' || family, region_id, family, distributor_id, account_id, 'total') as key,
        month,
        sum(net_amount) as net_amount,
        sum(tender_amount) as tender_amount,
        sum(lumpy_amount) as lumpy_amount
    from lines
    group by
        grouping sets (
            (month),
            (month, region_id),
            (month, family),
            (month, region_id, family),
            (month, distributor_id),
            (month, account_id)
        )
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
        coalesce(names.name, series.key) as key_name,
        months.month,
        coalesce(sales.net_amount, 0) as net_amount,
        coalesce(sales.net_amount - sales.tender_amount - sales.lumpy_amount, 0) as base_amount,
        coalesce(sales.tender_amount, 0) as tender_amount,
        coalesce(sales.lumpy_amount, 0) as lumpy_amount
    from series
    inner join months on series.first_month <= months.month
    left join sales
        on series.level = sales.level and series.key = sales.key and months.month = sales.month
    left join names on series.level = names.level and series.key = names.key
    where months.is_complete
)

select * from final
