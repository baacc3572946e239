-- One row per customer group and month in which several of our people met it, its key account manager not.
with activities as (select * from stg_activities),

teams as (select * from stg_account_team),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

managers as (
    select
        coalesce(customers.group_id, teams.customer_id) as group_id,
        teams.person_id,
        teams.valid_from,
        teams.valid_to
    from teams
    left join customers on teams.customer_id = customers.customer_id
    where teams.role = 'KAM'
),

meetings as (
    select
        coalesce(customers.group_id, activities.customer_id) as group_id,
        calendar.month,
        activities.activity_date,
        activities.person_id
    from activities
    cross join run
    inner join calendar on activities.activity_date = calendar.calendar_date
    left join customers on activities.customer_id = customers.customer_id
    where
        activities.activity_type in ('visit', 'proposal')
        and activities.person_id is not null
        and activities.activity_date <= run.as_of
),

-- Whoever had no key account manager on the day is not judged.
final as (
    select
        meetings.group_id as customer_id,
        meetings.month,
        count(distinct meetings.person_id) as person_count
    from meetings
    inner join managers
        on
            meetings.group_id = managers.group_id
            and meetings.activity_date >= coalesce(managers.valid_from, meetings.activity_date)
            and (managers.valid_to is null or meetings.activity_date < managers.valid_to)
    group by meetings.group_id, meetings.month
    having
        count(distinct meetings.person_id) > 1
        and max(case when meetings.person_id = managers.person_id then 1 else 0 end) = 0
)

select * from final
