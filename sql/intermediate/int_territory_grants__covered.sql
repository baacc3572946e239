-- One row per grant and territory that it covers: those within it, and those that it lies in.
with grants as (select * from stg_territory_grants),

ancestors as (select * from int_territories__ancestors_listed),

pairs as (
    select
        ancestor_id as granted_id,
        territory_id
    from ancestors
    union
    -- A place told no finer than a province may lie in the county that was granted.
    select
        territory_id as granted_id,
        ancestor_id as territory_id
    from ancestors
),

final as (
    select
        grants.distributor_id,
        grants.territory_id as granted_id,
        coalesce(pairs.territory_id, grants.territory_id) as territory_id,
        coalesce(grants.is_exclusive, true) as is_exclusive,
        grants.valid_from,
        coalesce(grants.valid_to, date '9999-12-31') as valid_to
    from grants
    left join pairs on grants.territory_id = pairs.granted_id
)

select * from final
