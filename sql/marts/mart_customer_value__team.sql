-- One row per customer group, person of ours and part in the team as of the date.
with team as (select * from stg_account_team),

people as (select * from stg_people),

customers as (select * from dim_customers),

run as (select * from stg_run),

final as (
    select
        customers.group_id as customer_id,
        coalesce(team.role, '-') as team_role,
        coalesce(people.person_name, team.person_id) as person_name,
        min(team.valid_from) as since_date
    from team
    cross join run
    inner join customers on team.customer_id = customers.customer_id
    left join people on team.person_id = people.person_id
    where
        coalesce(team.valid_from, run.as_of) <= run.as_of
        and (team.valid_to is null or team.valid_to > run.as_of)
    group by 1, 2, 3
)

select * from final
