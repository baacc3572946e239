-- One row per person, account and time in which the person looks after it.
select
    customer_id,
    person_id,
    role,
    valid_from,
    valid_to
from loaded.account_team
