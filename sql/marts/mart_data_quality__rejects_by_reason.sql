-- One row per file, column and reason: how many rows were rejected, and the first as an example.
with rejects as (select * from stg_rejects),

numbered as (
    select
        *,
        row_number() over (
            partition by target_table, file, reason, column_name
            order by row_number_in_file
        ) as occurrence
    from rejects
),

final as (
    select
        target_table,
        file,
        reason,
        column_name,
        count(*) as row_count,
        max(case when occurrence = 1 then value end) as example_value,
        max(case when occurrence = 1 then row_number_in_file end) as example_row
    from numbered
    group by target_table, file, reason, column_name
)

select * from final
