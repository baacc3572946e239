-- One row per party: customer, distributor, second tier, competitor.
select
    customer_id,
    customer_name,
    role,
    coalesce(group_id, customer_id) as group_id,
    tier_depth,
    is_end_user,
    territory_id,
    industry_name,
    size_band,
    central_purchase,
    fit_score,
    fit_source,
    potential_amount,
    potential_source,
    potential_year,
    status,
    unified_credit_code
from loaded.customers
