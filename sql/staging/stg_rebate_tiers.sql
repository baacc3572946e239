-- One row per step of a rebate programme.
select
    program_id,
    tier_no,
    from_amount,
    to_amount,
    rate
from loaded.rebate_tiers
