-- One row per customer group and month: how many of our people met it, and how many of them manage it.
with activities as (select * from stg_activities),

account_team as (select * from stg_account_team),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

met as (
    select distinct
        coalesce(customers.group_id, activities.customer_id) as group_id,
        activities.person_id,
        activities.activity_date,
        calendar.month
    from activities
    cross join run
    inner join calendar on activities.activity_date = calendar.calendar_date
    left join customers on activities.customer_id = customers.customer_id
    where
        activities.activity_date <= run.as_of
        and activities.person_id is not null
        and coalesce(activities.activity_type, 'visit') in ('visit', 'proposal')
),

managers as (
    select
        coalesce(customers.group_id, account_team.customer_id) as group_id,
        account_team.person_id,
        account_team.valid_from,
        account_team.valid_to
    from account_team
    left join customers on account_team.customer_id = customers.customer_id
    where account_team.role = 'KAM' or account_team.role is null
),

-- Whether a manager came is not known of whoever had none on the day.
final as (
    select
        met.group_id as customer_id,
        met.month,
        count(distinct met.person_id) as person_count,
        case
            when count(managers.person_id) > 0
                then count(distinct case when met.person_id = managers.person_id then met.person_id end)
        end as manager_count
    from met
    left join managers
        on
            met.group_id = managers.group_id
            and met.activity_date >= coalesce(managers.valid_from, met.activity_date)
            and met.activity_date < coalesce(managers.valid_to, date '9999-12-31')
    group by met.group_id, met.month
)

select * from final
