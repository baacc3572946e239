-- One row per contact of a customer: the part it has in purchases, no name.
select
    contact_id,
    customer_id,
    buying_role,
    has_veto,
    valid_from,
    valid_to
from loaded.contacts
