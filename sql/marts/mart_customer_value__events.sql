-- One row per customer group, month and kind of event up to the as-of date; an offence is its offender's.
with customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

bids as (select * from stg_bids),

contacts as (select * from stg_contacts),

stages as (select * from stg_stages),

cases as (select * from stg_cases),

happened as (
    select
        customer_id,
        open_date as event_date,
        'tender_lost' as kind
    from bids
    where result = 'lost'
    union all
    select
        customer_id,
        valid_to as event_date,
        'contact_left' as kind
    from contacts
    union all
    select
        customer_id,
        entered_at as event_date,
        'case_opened' as kind
    from stages
    where stage_no = 1
    union all
    -- Evidence of grade C is a lead for inspection, no finding.
    select
        offender_id as customer_id,
        case_date as event_date,
        case_type as kind
    from cases
    where case_type in ('diversion', 'price') and evidence_grade in ('A', 'B')
),

final as (
    select
        customers.group_id as customer_id,
        calendar.month,
        happened.kind,
        count(*) as event_count
    from happened
    cross join run
    inner join customers on happened.customer_id = customers.customer_id
    inner join calendar on happened.event_date = calendar.calendar_date
    where happened.event_date <= run.as_of
    group by customers.group_id, calendar.month, happened.kind
)

select * from final
