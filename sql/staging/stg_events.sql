-- One row per campaign, reorganisation, price rise, outage or policy.
select
    event_id,
    name as event_name,
    type as event_type,
    start_date,
    end_date,
    scope_json,
    cost as cost_amount
from loaded.events
