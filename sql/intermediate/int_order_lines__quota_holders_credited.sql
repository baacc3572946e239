-- One row per holder of a quota and day: the sales that count towards it.
with quotas as (
    select distinct
        holder_kind,
        holder_id
    from stg_quotas
),

order_lines as (select * from fct_order_lines),

ancestors as (select * from int_territories__ancestors_listed),

by_territory as (
    select
        territory_id,
        order_date,
        sum(net_amount) as net_amount
    from order_lines
    group by territory_id, order_date
),

final as (
    select
        quotas.holder_kind,
        quotas.holder_id,
        order_lines.order_date,
        sum(order_lines.net_amount) as net_amount
    from quotas
    inner join order_lines
        on
            (quotas.holder_kind = 'distributor' and quotas.holder_id = order_lines.distributor_id)
            or (quotas.holder_kind = 'person' and quotas.holder_id = order_lines.person_id)
    group by quotas.holder_kind, quotas.holder_id, order_lines.order_date
    union all
    select
        quotas.holder_kind,
        quotas.holder_id,
        by_territory.order_date,
        sum(by_territory.net_amount) as net_amount
    from quotas
    inner join ancestors
        on quotas.holder_kind = 'territory' and quotas.holder_id = ancestors.ancestor_id
    inner join by_territory on ancestors.territory_id = by_territory.territory_id
    group by quotas.holder_kind, quotas.holder_id, by_territory.order_date
)

select * from final
