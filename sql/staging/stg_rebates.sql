-- One row per rebate of a customer for a period.
select
    program_id,
    customer_id,
    period_start,
    period_end,
    basis_amount,
    tier_no,
    rate,
    accrued_amount,
    paid_amount,
    -- A rebate taken off the price (票折) is already missing from net_amount, marked or not.
    coalesce(in_net_amount, pay_form = 'price_off', false) as is_off_price
from loaded.rebates
