-- One row per party, those included that only the facts name; a group speaks through its head.
with customers as (select * from stg_customers),

unknown as (select * from int_customers__unlisted_found),

territories as (select * from dim_territories),

united_groups as (select * from stg_united_groups),

listed as (
    select
        customer_id,
        customer_name,
        role,
        group_id,
        territory_id,
        industry_name,
        true as is_known
    from customers
    union all
    select
        customer_id,
        customer_id as customer_name,
        'customer' as role,
        customer_id as group_id,
        cast(null as varchar) as territory_id,
        cast(null as varchar) as industry_name,
        false as is_known
    from unknown
),

-- What a person decided in the parties file unites whole groups.
united as (
    select
        listed.customer_id,
        listed.customer_name,
        listed.role,
        coalesce(united_groups.head_id, listed.group_id) as group_id,
        listed.territory_id,
        listed.industry_name,
        listed.is_known
    from listed
    left join united_groups on listed.group_id = united_groups.group_id
),

heads as (
    select
        *,
        row_number() over (
            partition by group_id
            order by case when customer_id = group_id then 0 else 1 end, customer_id
        ) as precedence
    from united
),

final as (
    select
        united.customer_id,
        united.customer_name,
        united.role,
        united.group_id,
        heads.customer_name as group_name,
        heads.role as group_role,
        united.customer_id = heads.customer_id as is_head,
        heads.industry_name as group_industry_name,
        group_territories.region_name as group_region_name,
        united.territory_id,
        territories.region_id,
        territories.region_name,
        united.industry_name,
        united.is_known
    from united
    inner join heads on united.group_id = heads.group_id and heads.precedence = 1
    left join territories on united.territory_id = territories.territory_id
    left join territories as group_territories
        on heads.territory_id = group_territories.territory_id
)

select * from final
