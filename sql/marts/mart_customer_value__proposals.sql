-- One row per proposal up to the as-of date, with the next tender of the customer that was decided.
with activities as (select * from stg_activities),

bids as (select * from stg_bids),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

proposals as (
    select
        activities.activity_id,
        activities.activity_date as proposal_date,
        activities.level,
        customers.group_id,
        customers.group_role
    from activities
    cross join run
    inner join customers on activities.customer_id = customers.customer_id
    where activities.activity_type = 'proposal' and activities.activity_date <= run.as_of
),

decided as (
    select
        customers.group_id,
        bids.tender_id,
        bids.open_date,
        bids.result
    from bids
    cross join run
    inner join customers on bids.customer_id = customers.customer_id
    where bids.result in ('won', 'lost') and bids.open_date <= run.as_of
),

followed as (
    select
        proposals.*,
        decided.open_date,
        decided.result,
        row_number() over (
            partition by proposals.activity_id
            order by decided.open_date, decided.tender_id
        ) as precedence
    from proposals
    left join decided
        on
            proposals.group_id = decided.group_id
            and proposals.proposal_date < decided.open_date
),

final as (
    select
        followed.activity_id,
        followed.group_id as customer_id,
        followed.group_role as role,
        followed.level,
        coalesce(calendar.month, cast(date_trunc('month', followed.proposal_date) as date)) as month,
        followed.proposal_date,
        followed.open_date as tender_date,
        followed.result as tender_result
    from followed
    left join calendar on followed.proposal_date = calendar.calendar_date
    where followed.precedence = 1
)

select * from final
