-- One row per sales case and stage that it entered up to the as-of date; no left_date while it is there.
with stages as (select * from stg_stages),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

stays as (
    select
        stages.case_id,
        stages.stage_no,
        max(stages.customer_id) as party_id,
        min(stages.entered_at) as entered_date,
        case when count(stages.left_at) = count(*) then max(stages.left_at) end as left_date,
        max(case when coalesce(stages.left_at, run.as_of) <= run.as_of then stages.outcome end) as outcome,
        max(run.as_of) as as_of
    from stages
    cross join run
    where stages.entered_at <= run.as_of
    group by stages.case_id, stages.stage_no
),

-- A case that stands in a later stage has left this one, whether somebody wrote the day down or not.
followed as (
    select
        *,
        lead(entered_date) over (partition by case_id order by stage_no) as next_date
    from stays
),

final as (
    select
        followed.case_id,
        followed.stage_no,
        customers.group_id as customer_id,
        customers.group_role as role,
        coalesce(calendar.month, cast(date_trunc('month', followed.entered_date) as date)) as month,
        followed.entered_date,
        case
            when coalesce(followed.left_date, followed.next_date) <= followed.as_of
                then coalesce(followed.left_date, followed.next_date)
        end as left_date,
        followed.next_date is not null as has_advanced,
        followed.outcome
    from followed
    left join customers on followed.party_id = customers.customer_id
    left join calendar on followed.entered_date = calendar.calendar_date
)

select * from final
