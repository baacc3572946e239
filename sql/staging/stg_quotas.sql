-- One row per quota: who holds it, for which products and period, how much; the latest version counts.
with versions as (
    select
        *,
        row_number() over (
            partition by
                customer_id, person_id, territory_id, product_scope_id, period_start, period_end
            order by set_at desc nulls last, version desc nulls last
        ) as place
    from loaded.quotas
    where target_amount is not null
)

select
    case
        when customer_id is not null then 'distributor'
        when person_id is not null then 'person'
        else 'territory'
    end as holder_kind,
    coalesce(customer_id, person_id, territory_id) as holder_id,
    coalesce(product_scope_id in ('focus', '主推'), false) as is_focus,
    period_start,
    period_end,
    sum(target_amount) as target_amount
from versions
where place = 1
group by 1, 2, 3, 4, 5
