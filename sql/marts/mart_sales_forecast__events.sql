-- One row per campaign, reorganisation, price rise, outage or policy: when, where, at what cost.
with events as (select * from stg_events),

final as (
    select
        event_id,
        event_name,
        event_type,
        start_date,
        end_date,
        scope_json,
        cost_amount
    from events
)

select * from final
