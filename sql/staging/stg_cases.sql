-- One row per case of misconduct or complaint.
select
    case_id,
    type as case_type,
    offender_id,
    date as case_date,
    evidence_grade
from loaded.cases
