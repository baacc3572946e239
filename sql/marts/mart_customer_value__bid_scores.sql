-- One row per tender and criterion that somebody scored by the as-of date: the mean over the raters.
with assessments as (select * from stg_assessments),

bids as (select * from stg_bids),

run as (select * from stg_run),

final as (
    select
        bids.tender_id,
        assessments.criterion_id,
        avg(cast(assessments.score as double)) as mean_score,
        count(distinct assessments.rater_id) as rater_count
    from assessments
    cross join run
    inner join bids on assessments.subject_id = bids.tender_id
    where assessments.assessment_date <= run.as_of
    group by bids.tender_id, assessments.criterion_id
)

select * from final
