-- One row per distributor, day and place where its goods were sold or scanned: was it granted, whose is it.
with sell_out as (select * from stg_sell_out),

scans as (select * from stg_scans),

grants as (select * from int_territory_grants__covered),

visits as (
    select
        distributor_id,
        doc_date as visit_date,
        ship_to_territory_id as territory_id
    from sell_out
    where ship_to_territory_id is not null
    union
    select
        bound_distributor_id as distributor_id,
        scan_date as visit_date,
        scan_territory_id as territory_id
    from scans
    where bound_distributor_id is not null and scan_territory_id is not null
),

-- Who holds no territory on that day is not judged.
judged as (
    select
        visits.distributor_id,
        visits.visit_date,
        visits.territory_id,
        max(case when grants.territory_id = visits.territory_id then 1 else 0 end) as is_granted
    from visits
    inner join grants
        on
            visits.distributor_id = grants.distributor_id
            and visits.visit_date >= grants.valid_from
            and visits.visit_date < grants.valid_to
    group by 1, 2, 3
),

final as (
    select
        judged.distributor_id,
        judged.visit_date,
        judged.territory_id,
        judged.is_granted = 1 as is_granted,
        -- Where several hold one place none of them alone is the victim.
        case
            when count(distinct holders.distributor_id) = 1 then min(holders.distributor_id)
        end as holder_id
    from judged
    left join grants as holders
        on
            judged.territory_id = holders.territory_id
            and judged.distributor_id <> holders.distributor_id
            and judged.visit_date >= holders.valid_from
            and judged.visit_date < holders.valid_to
            and holders.is_exclusive
    group by 1, 2, 3, 4
)

select * from final
