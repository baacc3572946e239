-- One row per series and period with a target, as it stood on the as-of date.
with quotas as (select * from int_quotas__versions_chosen),

run as (select * from stg_run),

final as (
    select
        quotas.level,
        quotas.key,
        quotas.key_name,
        quotas.period_start,
        quotas.period_end,
        run.fiscal_month_end_day as month_end_day,
        quotas.target_amount
    from quotas
    cross join run
)

select * from final
