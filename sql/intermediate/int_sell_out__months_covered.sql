-- One row per distributor with sell-out and month since its first: whether it reported the whole month.
with sell_out as (select * from stg_sell_out),

spans as (select * from stg_sell_out_coverage),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

days as (
    select
        calendar.calendar_date,
        calendar.month
    from calendar
    cross join run
    where calendar.calendar_date <= run.as_of
),

lengths as (
    select
        month,
        count(*) as day_count
    from days
    group by month
),

covered as (
    select
        spans.distributor_id,
        days.month,
        count(distinct days.calendar_date) as day_count
    from spans
    inner join days on days.calendar_date between spans.coverage_from and spans.coverage_to
    group by spans.distributor_id, days.month
),

sold as (
    select
        sell_out.distributor_id,
        days.month
    from sell_out
    inner join days on sell_out.doc_date = days.calendar_date
    group by sell_out.distributor_id, days.month
),

-- Without spans nobody says what silence means: a month with lines was reported, one without was not.
reported as (
    select
        covered.distributor_id,
        covered.month
    from covered
    inner join lengths on covered.month = lengths.month
    where covered.day_count = lengths.day_count
    union all
    select
        sold.distributor_id,
        sold.month
    from sold
    left join spans on sold.distributor_id = spans.distributor_id
    where spans.distributor_id is null
),

starts as (
    select
        distributor_id,
        min(month) as first_month
    from reported
    group by distributor_id
),

final as (
    select
        starts.distributor_id,
        lengths.month,
        reported.distributor_id is not null as is_reported
    from starts
    inner join lengths on starts.first_month <= lengths.month
    left join reported
        on starts.distributor_id = reported.distributor_id and lengths.month = reported.month
)

select * from final
