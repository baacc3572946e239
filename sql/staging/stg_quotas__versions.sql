-- One row per version of a quota, as it was set; whatever covers all products has no product scope.
select
    customer_id,
    person_id,
    territory_id,
    case when lower(product_scope_id) not in ('all', '全部', '所有') then product_scope_id end
        as product_scope_id,
    period_start,
    period_end,
    target_amount,
    version,
    set_at
from loaded.quotas
where target_amount is not null
