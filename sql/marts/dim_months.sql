-- One row per fiscal month from the first sale to the as-of date; complete when it has ended by then.
with calendar as (select * from stg_calendar),

run as (select * from stg_run),

order_lines as (select * from stg_order_lines),

spans as (
    select
        min(order_lines.order_date) as first_date,
        max(run.as_of) as as_of
    from order_lines
    cross join run
    where order_lines.order_date <= run.as_of and not order_lines.is_cancelled
),

final as (
    select
        calendar.month,
        max(calendar.month_end) as month_end,
        max(calendar.month_end) <= max(spans.as_of) as is_complete
    from calendar
    cross join spans
    where calendar.calendar_date between spans.first_date and spans.as_of
    group by calendar.month
)

select * from final
