-- One row per fiscal month that has begun by the as-of date, with its first and last day so far.
with calendar as (select * from stg_calendar),

run as (select * from stg_run),

final as (
    select
        calendar.month,
        min(calendar.calendar_date) as first_date,
        max(calendar.calendar_date) as last_date
    from calendar
    cross join run
    where calendar.calendar_date <= run.as_of
    group by calendar.month
)

select * from final
