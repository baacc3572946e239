-- One row per announced price rise: the day from which the new prices held.
with events as (select * from stg_events),

final as (
    select
        event_id,
        event_name,
        start_date
    from events
    where event_type = 'price_rise'
)

select * from final
