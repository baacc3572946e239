-- One row per distributor, month, place that it sold to and standing there: how much.
with lines as (select * from int_sell_out__placed),

calendar as (select * from stg_calendar),

final as (
    select
        lines.distributor_id,
        coalesce(calendar.month, cast(date_trunc('month', lines.doc_date) as date)) as month,
        lines.territory_id,
        lines.standing,
        min(lines.holder_id) as holder_id,
        count(*) as line_count,
        sum(lines.quantity) as quantity,
        sum(lines.amount) as amount
    from lines
    left join calendar on lines.doc_date = calendar.calendar_date
    group by 1, 2, 3, 4
)

select * from final
