-- Stages that a case left before it entered them: their days in the stage count for nothing.
select
    case_id,
    stage_no,
    entered_at,
    left_at
from stg_stages
where left_at < entered_at
