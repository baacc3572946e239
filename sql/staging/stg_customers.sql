-- One row per party: customer, distributor, second tier, competitor.
select
    customer_id,
    customer_name,
    role,
    coalesce(group_id, customer_id) as group_id,
    territory_id,
    industry_name,
    unified_credit_code
from loaded.customers
