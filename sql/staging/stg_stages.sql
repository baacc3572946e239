-- One row per stage of a sales case.
select
    case_id,
    customer_id,
    stage_no,
    entered_at
from loaded.stages
