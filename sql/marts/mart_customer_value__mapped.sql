-- One row per canonical table: does a source feed it?
with columns as (select * from stg_columns),

final as (
    select
        table_name,
        bool_or(is_mapped) as is_mapped
    from columns
    group by table_name
)

select * from final
