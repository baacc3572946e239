-- Tenders whose price weight is no share from 0 to 1.
with gates as (
    select max(case when name = 'rate_block_share' then value end) as block_share
    from stg_gates
),

judged as (
    select
        count(*) as rate_count,
        sum(case when price_weight between 0 and 1 then 0 else 1 end) as fault_count
    from stg_bids
    where price_weight is not null
)

select
    faulty.tender_id,
    faulty.customer_id,
    faulty.price_weight,
    case
        when
            cast(judged.fault_count as double)
            > gates.block_share * cast(judged.rate_count as double)
            then 'block'
        else 'warn'
    end as severity
from stg_bids as faulty
cross join judged
cross join gates
where not faulty.price_weight between 0 and 1
