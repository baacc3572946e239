-- One row per file, table that it feeds and change: what became of its rows since the load before.
with changes as (select * from stg_changes),

-- Two sheets of one workbook may feed the same table.
final as (
    select
        file,
        target_table,
        change,
        sum(rows_before) as rows_before,
        sum(rows_after) as rows_after,
        sum(amount_before) as amount_before,
        sum(amount_after) as amount_after
    from changes
    group by file, target_table, change
)

select * from final
