-- One row per territory and ancestor of it, the territory itself included (depth 0), up to four levels.
with territories as (select * from stg_territories),

own as (
    select
        territory_id,
        territory_id as ancestor_id,
        parent_id as next_id,
        0 as depth
    from territories
),

parents as (
    select
        own.territory_id,
        territories.territory_id as ancestor_id,
        territories.parent_id as next_id,
        1 as depth
    from own
    inner join territories on own.next_id = territories.territory_id
),

grandparents as (
    select
        parents.territory_id,
        territories.territory_id as ancestor_id,
        territories.parent_id as next_id,
        2 as depth
    from parents
    inner join territories on parents.next_id = territories.territory_id
),

great_grandparents as (
    select
        grandparents.territory_id,
        territories.territory_id as ancestor_id,
        territories.parent_id as next_id,
        3 as depth
    from grandparents
    inner join territories on grandparents.next_id = territories.territory_id
),

final as (
    select
        territory_id,
        ancestor_id,
        depth
    from own
    union all
    select
        territory_id,
        ancestor_id,
        depth
    from parents
    union all
    select
        territory_id,
        ancestor_id,
        depth
    from grandparents
    union all
    select
        territory_id,
        ancestor_id,
        depth
    from great_grandparents
)

select * from final
