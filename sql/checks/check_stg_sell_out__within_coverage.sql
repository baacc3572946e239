-- Sell-out dated outside every span that its distributor is said to have reported.
with spans as (select distinct distributor_id from stg_sell_out_coverage)

select
    sell_out.distributor_id,
    sell_out.doc_date,
    count(*) as line_count
from stg_sell_out as sell_out
inner join spans on sell_out.distributor_id = spans.distributor_id
left join stg_sell_out_coverage as coverage
    on
        sell_out.distributor_id = coverage.distributor_id
        and sell_out.doc_date between coverage.coverage_from and coverage.coverage_to
where coverage.distributor_id is null
group by sell_out.distributor_id, sell_out.doc_date
