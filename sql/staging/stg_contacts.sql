-- One row per contact of a customer, its name masked by the loader.
select
    contact_id,
    customer_id,
    name_masked,
    position,
    buying_role,
    has_veto,
    valid_from,
    valid_to
from loaded.contacts
