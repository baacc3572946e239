-- One row per pair of parties that a person decided on: the same, or different.
select
    customer_id,
    other_id,
    decision
from loaded.parties
