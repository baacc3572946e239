-- One row per series with a target, and the total, and complete month: the sales that count towards it.
with quotas as (select * from int_quotas__versions_chosen),

order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

months as (
    select * from dim_months
    where is_complete
),

holders as (
    select distinct
        level,
        key
    from quotas
    union
    select
        'total' as level,
        'total' as key
),

sold as (
    select
        order_lines.month,
        order_lines.region_id,
        order_lines.distributor_id,
        order_lines.group_id,
        order_lines.person_id,
        products.family,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join months on order_lines.month = months.month
    left join products on order_lines.product_id = products.product_id
    group by
        order_lines.month,
        order_lines.region_id,
        order_lines.distributor_id,
        order_lines.group_id,
        order_lines.person_id,
        products.family
),

levels as (select distinct level from holders),

keyed as (
    select
        levels.level,
        case levels.level
            when 'total' then 'total'
            when 'region' then sold.region_id
            when 'distributor' then sold.distributor_id
            when 'key_account' then sold.group_id
            when 'person' then sold.person_id
            when 'product_family' then sold.family
        end as key,
        sold.month,
        sold.net_amount
    from sold
    cross join levels
),

final as (
    select
        keyed.level,
        keyed.key,
        keyed.month,
        sum(keyed.net_amount) as net_amount
    from keyed
    inner join holders on keyed.level = holders.level and keyed.key = holders.key
    group by keyed.level, keyed.key, keyed.month
)

select * from final
