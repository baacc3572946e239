-- One row per region, distributor or key account that may have a series: its name.
with territories as (select * from dim_territories),

customers as (select * from dim_customers),

accounts as (select * from int_customers__key_accounts_chosen),

final as (
    select
        'region' as level,
        region_id as key,
        max(region_name) as name
    from territories
    group by region_id
    union all
    select
        'distributor' as level,
        customer_id as key,
        customer_name as name
    from customers
    where role = 'distributor'
    union all
    select
        'key_account' as level,
        group_id as key,
        group_name as name
    from accounts
)

select * from final
