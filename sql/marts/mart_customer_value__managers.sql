-- One row per customer group, account manager and time in which he or she looked after it.
with account_team as (select * from stg_account_team),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

-- A team that says nobody's part has managers only.
managers as (
    select distinct
        coalesce(customers.group_id, account_team.customer_id) as group_id,
        account_team.person_id,
        account_team.valid_from,
        account_team.valid_to
    from account_team
    cross join run
    left join customers on account_team.customer_id = customers.customer_id
    where
        coalesce(account_team.role, 'KAM') = 'KAM'
        and coalesce(account_team.valid_from, run.as_of) <= run.as_of
),

final as (
    select
        managers.group_id as customer_id,
        managers.person_id,
        managers.valid_from,
        managers.valid_to,
        coalesce(starts.month, cast(date_trunc('month', managers.valid_from) as date)) as first_month,
        coalesce(ends.month, cast(date_trunc('month', managers.valid_to) as date)) as last_month
    from managers
    left join calendar as starts on managers.valid_from = starts.calendar_date
    left join calendar as ends on managers.valid_to = ends.calendar_date
)

select * from final
