-- Rebates larger than the purchases that they are computed on.
select
    program_id,
    customer_id,
    period_start,
    basis_amount,
    accrued_amount
from stg_rebates
where accrued_amount > basis_amount and basis_amount > 0
