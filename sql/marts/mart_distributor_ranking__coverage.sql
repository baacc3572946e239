-- One row per distributor with sell-out and month since its first: whether it reported the whole month.
with covered as (select * from int_sell_out__months_covered),

final as (
    select
        distributor_id,
        month,
        is_reported
    from covered
)

select * from final
