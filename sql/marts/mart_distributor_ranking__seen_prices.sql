-- One row per resale price seen where one distributor alone holds the territory: product, month, price.
with seen as (select * from stg_price_observations),

grants as (select * from int_territory_grants__covered),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

held as (
    select
        seen.territory_id,
        seen.product_id,
        seen.seen_date,
        seen.price,
        min(grants.distributor_id) as distributor_id
    from seen
    cross join run
    inner join grants
        on
            seen.territory_id = grants.territory_id
            and seen.seen_date >= grants.valid_from
            and seen.seen_date < grants.valid_to
    where seen.seen_date <= run.as_of
    group by 1, 2, 3, 4
    having count(distinct grants.distributor_id) = 1
),

final as (
    select
        held.distributor_id,
        held.territory_id,
        held.product_id,
        calendar.month,
        held.seen_date,
        held.price
    from held
    inner join calendar on held.seen_date = calendar.calendar_date
)

select * from final
