-- One row per column of the canonical schema that a source feeds.
with columns as (select * from stg_columns),

final as (
    select
        table_name,
        column_name
    from columns
    where is_mapped
)

select * from final
