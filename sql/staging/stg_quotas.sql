-- One row per quota: who holds it, for which period, and how much.
select
    case
        when customer_id is not null then 'distributor'
        when person_id is not null then 'person'
        else 'territory'
    end as holder_kind,
    coalesce(customer_id, person_id, territory_id) as holder_id,
    period_start,
    period_end,
    sum(target_amount) as target_amount
from loaded.quotas
where target_amount is not null
group by 1, 2, 3, 4
