-- One row per person of ours on an account for a time.
select
    customer_id,
    person_id,
    role,
    valid_from,
    valid_to
from loaded.account_team
