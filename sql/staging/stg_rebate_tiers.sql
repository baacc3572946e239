-- One row per step of a rebate programme.
select
    program_id,
    tier_no,
    rate
from loaded.rebate_tiers
