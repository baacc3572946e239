-- Foreign keys with too many values that the table they point to does not have.
with gates as (
    select
        max(case when name = 'orphan_warn_share' then value end) as warn_share,
        max(case when name = 'orphan_block_share' then value end) as block_share
    from stg_gates
),

orphans as (
    select
        *,
        cast(orphan_count as double) / cast(row_count as double) as orphan_share
    from stg_orphans
    where row_count > 0
)

select
    orphans.table_name,
    orphans.column_name,
    orphans.reference_table,
    orphans.row_count,
    orphans.orphan_count,
    orphans.example_key,
    case when orphans.orphan_share > gates.block_share then 'block' else 'warn' end as severity
from orphans
cross join gates
where orphans.orphan_share > gates.warn_share
