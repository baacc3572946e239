-- One row per party, month and kind of move that a rival made at it.
with events as (select * from stg_competitor_events),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

final as (
    select
        events.customer_id as downstream_id,
        calendar.month,
        coalesce(events.kind, '-') as kind,
        count(*) as event_count
    from events
    cross join run
    inner join calendar on events.event_date = calendar.calendar_date
    where events.event_date <= run.as_of
    group by events.customer_id, calendar.month, coalesce(events.kind, '-')
)

select * from final
