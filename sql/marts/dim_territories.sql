-- One row per territory, with its region: the nearest ancestor of level 'region', else itself.
with territories as (select * from stg_territories),

ancestors as (select * from int_territories__ancestors_listed),

regions as (
    select
        ancestors.territory_id,
        ancestors.ancestor_id as region_id,
        row_number() over (partition by ancestors.territory_id order by ancestors.depth) as nearness
    from ancestors
    inner join territories on ancestors.ancestor_id = territories.territory_id
    where territories.level = 'region'
),

final as (
    select
        territories.territory_id,
        territories.territory_name,
        territories.level,
        territories.parent_id,
        coalesce(regions.region_id, territories.territory_id) as region_id,
        coalesce(region.territory_name, territories.territory_name) as region_name
    from territories
    left join regions on territories.territory_id = regions.territory_id and regions.nearness = 1
    left join territories as region on regions.region_id = region.territory_id
)

select * from final
