-- One row per person of our own staff.
select
    person_id,
    name as person_name
from loaded.people
