-- Exclusive grants of one territory and product scope to two distributors at the same time.
with grants as (
    select
        *,
        coalesce(valid_to, date '9999-12-31') as ends_on,
        case
            when lower(coalesce(product_scope, 'all')) in ('all', '全部') then 'all'
            else product_scope
        end as scope
    from stg_territory_grants
    where is_exclusive
)

select
    earlier.territory_id,
    earlier.distributor_id,
    later.distributor_id as other_id,
    earlier.product_scope,
    later.product_scope as other_scope,
    greatest(earlier.valid_from, later.valid_from) as overlap_from
from grants as earlier
inner join grants as later
    on
        earlier.territory_id = later.territory_id
        and earlier.distributor_id < later.distributor_id
        and (earlier.scope = later.scope or earlier.scope = 'all' or later.scope = 'all')
        and earlier.valid_from < later.ends_on
        and earlier.ends_on > later.valid_from
