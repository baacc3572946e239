-- One row per foreign key: how many of its values lead nowhere, and what the gate says to that.
with orphans as (select * from stg_orphans),

gates as (
    select
        max(case when name = 'orphan_warn_share' then value end) as warn_share,
        max(case when name = 'orphan_block_share' then value end) as block_share
    from stg_gates
),

shares as (
    select
        *,
        case
            when row_count > 0 then cast(orphan_count as double) / cast(row_count as double)
        end as orphan_share
    from orphans
),

final as (
    select
        shares.table_name,
        shares.column_name,
        shares.reference_table,
        shares.row_count,
        shares.orphan_count,
        shares.orphan_share,
        shares.example_key,
        case
            when shares.orphan_share > gates.block_share then 'block'
            when shares.orphan_share > gates.warn_share then 'warn'
            else 'pass'
        end as status
    from shares
    cross join gates
)

select * from final
