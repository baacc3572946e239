-- One row per file and later file that holds rows of it again: those count in the later one only.
with repeated as (select * from stg_overlaps),

final as (
    select
        target_table,
        file,
        winner_file,
        sum(row_count) as row_count,
        sum(changed_count) as changed_count,
        sum(amount) as amount
    from repeated
    group by target_table, file, winner_file
)

select * from final
