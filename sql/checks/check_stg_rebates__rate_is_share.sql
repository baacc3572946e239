-- Rebates whose rate is no share from 0 to 1.
with gates as (
    select max(case when name = 'rate_block_share' then value end) as block_share
    from stg_gates
),

judged as (
    select
        count(*) as rate_count,
        sum(case when rate between 0 and 1 then 0 else 1 end) as fault_count
    from stg_rebates
    where rate is not null
)

select
    faulty.program_id,
    faulty.customer_id,
    faulty.period_start,
    faulty.rate,
    case
        when
            cast(judged.fault_count as double)
            > gates.block_share * cast(judged.rate_count as double)
            then 'block'
        else 'warn'
    end as severity
from stg_rebates as faulty
cross join judged
cross join gates
where not faulty.rate between 0 and 1
