-- One row per ordered pair of distributors with territories that border on each other: freight between them.
with grants as (select * from stg_territory_grants),

pairs as (select * from stg_territory_pairs),

run as (select * from stg_run),

held as (
    select
        grants.distributor_id,
        grants.territory_id
    from grants
    cross join run
    where
        run.as_of >= grants.valid_from
        and run.as_of < coalesce(grants.valid_to, date '9999-12-31')
),

final as (
    select
        held.distributor_id,
        others.distributor_id as other_id,
        min(pairs.freight_per_unit) as freight_per_unit
    from held
    inner join pairs on held.territory_id = pairs.from_id
    inner join held as others on pairs.to_id = others.territory_id
    where
        pairs.is_adjacent
        and pairs.freight_per_unit is not null
        and held.distributor_id <> others.distributor_id
    group by 1, 2
)

select * from final
