-- One row per stage that a sales case went through.
select
    case_id,
    customer_id,
    stage_no,
    entered_at,
    left_at,
    outcome
from loaded.stages
