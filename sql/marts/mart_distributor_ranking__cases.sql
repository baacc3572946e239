-- One row per distributor at fault, month, kind of case and grade of its evidence: how many.
with cases as (select * from stg_cases),

order_lines as (select * from fct_order_lines),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

bought as (
    select distinct distributor_id from order_lines
    where distributor_id is not null
),

final as (
    select
        bought.distributor_id,
        calendar.month,
        cases.case_type,
        coalesce(cases.evidence_grade, '-') as evidence_grade,
        count(*) as case_count
    from cases
    cross join run
    inner join bought on cases.offender_id = bought.distributor_id
    inner join calendar on cases.case_date = calendar.calendar_date
    where cases.case_date <= run.as_of
    group by 1, 2, 3, 4
)

select * from final
