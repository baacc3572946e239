-- One row per series of the forecast and period with a target: the newest version set by the as-of date.
with quotas as (select * from stg_quotas__versions),

customers as (select * from dim_customers),

people as (select * from stg_people),

territories as (select * from dim_territories),

products as (select * from stg_products),

run as (select * from stg_run),

families as (
    select distinct family
    from products
    where family is not null
),

versions as (
    select
        quotas.*,
        row_number() over (
            partition by
                quotas.customer_id, quotas.person_id, quotas.territory_id,
                quotas.product_scope_id, quotas.period_start, quotas.period_end
            order by quotas.set_at desc nulls last, quotas.version desc nulls last
        ) as place
    from quotas
    cross join run
    where quotas.set_at is null or quotas.set_at <= run.as_of
),

placed as (
    select
        versions.*,
        case
            when versions.customer_id is not null and customers.role = 'distributor' then 'distributor'
            when versions.customer_id is not null then 'key_account'
            when versions.person_id is not null then 'person'
            when versions.territory_id is null or territories.level = 'nation' then 'total'
            when territories.region_id = versions.territory_id then 'region'
            else 'territory'
        end as holder_level,
        case
            when customers.role = 'distributor' then versions.customer_id
            when territories.level = 'nation' then 'total'
            else
                coalesce(
                    customers.group_id, versions.customer_id, versions.person_id,
                    versions.territory_id, 'total'
                )
        end as holder_key,
        coalesce(customers.group_name, people.person_name, territories.territory_name) as holder_name,
        families.family
    from versions
    left join customers on versions.customer_id = customers.customer_id
    left join people on versions.person_id = people.person_id
    left join territories on versions.territory_id = territories.territory_id
    left join families on versions.product_scope_id = families.family
    where versions.place = 1
),

final as (
    select
        case
            when product_scope_id is null then holder_level
            when family is not null and holder_level = 'total' then 'product_family'
            else 'part'
        end as level,
        case
            when product_scope_id is null then holder_key
            when family is not null and holder_level = 'total' then family
            else concat(holder_key, '|', product_scope_id)
        end as key,
        period_start,
        period_end,
        max(coalesce(family, holder_name, holder_key)) as key_name,
        sum(target_amount) as target_amount
    from placed
    group by 1, 2, 3, 4
)

select * from final
