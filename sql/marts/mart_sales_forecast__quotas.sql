-- One row per series and period with a target, as it stood on the as-of date.
with quotas as (select * from int_quotas__versions_chosen),

final as (
    select
        level,
        key,
        key_name,
        period_start,
        period_end,
        month_end_day,
        target_amount
    from quotas
)

select * from final
