-- Sales lines whose tax rate is no share from 0 to 1 (13 for 13 %).
with gates as (
    select max(case when name = 'rate_block_share' then value end) as block_share
    from stg_gates
),

judged as (
    select
        count(*) as rate_count,
        sum(case when tax_rate between 0 and 1 then 0 else 1 end) as fault_count
    from stg_order_lines
    where tax_rate is not null and not is_cancelled
)

select
    faulty.order_id,
    faulty.line_no,
    faulty.tax_rate,
    case
        when
            cast(judged.fault_count as double)
            > gates.block_share * cast(judged.rate_count as double)
            then 'block'
        else 'warn'
    end as severity
from stg_order_lines as faulty
cross join judged
cross join gates
where not faulty.tax_rate between 0 and 1 and not faulty.is_cancelled
