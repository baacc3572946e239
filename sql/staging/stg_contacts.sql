-- One row per contact of a customer, without a word on who the person is.
select
    contact_id,
    customer_id,
    valid_to
from loaded.contacts
