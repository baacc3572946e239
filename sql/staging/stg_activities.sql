-- One row per visit, proposal, service, complaint or training.
select
    activity_id,
    customer_id,
    person_id,
    date as activity_date,
    contact_id,
    type as activity_type,
    level
from loaded.activities
