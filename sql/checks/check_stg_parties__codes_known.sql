-- Codes in the parties file that no customer has: check for lost leading zeros.
with named as (
    select customer_id from stg_parties
    union distinct
    select other_id as customer_id from stg_parties
)

select named.customer_id
from named
left join dim_customers as customers on named.customer_id = customers.customer_id
where customers.customer_id is null
