-- One row per quota for all products: target and sales of its holder in the period, up to the as-of date.
with quotas as (
    select * from stg_quotas
    where not is_focus
),

sales as (select * from int_order_lines__quota_holders_credited),

customers as (select * from dim_customers),

people as (select * from stg_people),

territories as (select * from dim_territories),

final as (
    select
        quotas.holder_kind,
        quotas.holder_id,
        coalesce(
            max(customers.customer_name),
            max(people.person_name),
            max(territories.territory_name),
            quotas.holder_id
        ) as holder_name,
        quotas.period_start,
        quotas.period_end,
        max(quotas.target_amount) as target_amount,
        coalesce(sum(sales.net_amount), 0) as net_amount
    from quotas
    left join sales
        on
            quotas.holder_kind = sales.holder_kind
            and quotas.holder_id = sales.holder_id
            and sales.order_date between quotas.period_start and quotas.period_end
    left join customers
        on quotas.holder_kind = 'distributor' and quotas.holder_id = customers.customer_id
    left join people on quotas.holder_kind = 'person' and quotas.holder_id = people.person_id
    left join territories
        on quotas.holder_kind = 'territory' and quotas.holder_id = territories.territory_id
    group by quotas.holder_kind, quotas.holder_id, quotas.period_start, quotas.period_end
)

select * from final
