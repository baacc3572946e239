-- One row per rebate of a customer for a period.
select
    program_id,
    customer_id,
    period_start,
    period_end,
    rate,
    accrued_amount
from loaded.rebates
