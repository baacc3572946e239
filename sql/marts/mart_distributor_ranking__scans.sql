-- One row per distributor, month, place and exactness of scans of the codes bound to it: how many, where.
with scans as (select * from stg_scans),

places as (select * from int_territory_grants__places_judged),

lines as (select * from int_sell_out__placed),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

-- Goods of a chain, or of an agreed exception, are scanned where they were meant to go.
meant as (
    select
        distributor_id,
        territory_id,
        batch_no,
        min(doc_date) as first_date
    from lines
    where standing in ('chain', 'agreed')
    group by 1, 2, 3
),

explained as (
    select
        scans.code,
        scans.bound_distributor_id,
        scans.scan_date,
        scans.scan_territory_id,
        count(*) as meant_count
    from scans
    inner join meant
        on
            scans.bound_distributor_id = meant.distributor_id
            and scans.scan_territory_id = meant.territory_id
            and scans.scan_date >= meant.first_date
            and coalesce(scans.batch_no = meant.batch_no, true)
    group by 1, 2, 3, 4
),

final as (
    select
        scans.bound_distributor_id as distributor_id,
        coalesce(calendar.month, cast(date_trunc('month', scans.scan_date) as date)) as month,
        scans.scan_territory_id as territory_id,
        cast(ceil(coalesce(cast(scans.accuracy_m as double), 0) / cast(1000 as double)) as double)
            as accuracy_km,
        case
            when places.is_granted then 'granted'
            when explained.code is not null then 'chain'
            else 'outside'
        end as standing,
        min(places.holder_id) as holder_id,
        count(distinct scans.code) as code_count
    from scans
    cross join run
    left join calendar on scans.scan_date = calendar.calendar_date
    inner join places
        on
            scans.bound_distributor_id = places.distributor_id
            and scans.scan_date = places.visit_date
            and scans.scan_territory_id = places.territory_id
    left join explained
        on
            scans.code = explained.code
            and scans.bound_distributor_id = explained.bound_distributor_id
            and scans.scan_date = explained.scan_date
            and scans.scan_territory_id = explained.scan_territory_id
    where scans.scan_date <= run.as_of
    group by 1, 2, 3, 4, 5
)

select * from final
