-- One row per distributor with granted places on the as-of date: the potential of these.
with grants as (select * from stg_territory_grants),

territories as (select * from stg_territories),

run as (select * from stg_run),

held as (
    select distinct
        grants.distributor_id,
        grants.territory_id,
        territories.potential_index
    from grants
    cross join run
    inner join territories on grants.territory_id = territories.territory_id
    where
        coalesce(grants.valid_from, run.as_of) <= run.as_of
        and (grants.valid_to is null or grants.valid_to > run.as_of)
),

shared as (
    select
        distributor_id,
        cast(potential_index as double) / cast(count(*) over (partition by territory_id) as double)
            as potential
    from held
),

final as (
    select
        distributor_id,
        sum(potential) as potential
    from shared
    group by distributor_id
)

select * from final
