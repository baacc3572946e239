-- One row per score that a rater gave a subject on a criterion.
select
    subject_id,
    criterion_id,
    rater_id,
    rater_org,
    date as assessment_date,
    score
from loaded.assessments
