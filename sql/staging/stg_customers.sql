-- One row per party: customer, distributor, second tier, competitor.
select
    customer_id,
    customer_name,
    role,
    coalesce(group_id, customer_id) as group_id,
    territory_id,
    industry_name,
    size_band,
    potential_amount,
    potential_source,
    potential_year,
    unified_credit_code
from loaded.customers
