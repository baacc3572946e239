-- One row per customer and time in which a credit limit and term hold.
select
    customer_id,
    credit_limit,
    term_days,
    valid_from,
    valid_to
from loaded.credit_terms
