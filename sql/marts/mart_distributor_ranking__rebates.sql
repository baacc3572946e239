-- One row per rebate of a distributor: rate, amounts, its step and the next, purchases now and a year before.
with rebates as (select * from stg_rebates),

tiers as (select * from stg_rebate_tiers),

order_lines as (select * from fct_order_lines),

run as (select * from stg_run),

bought as (
    select distinct distributor_id from order_lines
    where distributor_id is not null
),

-- A party may be listed twice with one programme and period where a rebate was booked in parts.
booked as (
    select
        rebates.customer_id as distributor_id,
        rebates.program_id,
        rebates.period_start,
        rebates.period_end,
        max(rebates.tier_no) as tier_no,
        max(rebates.rate) as rate,
        sum(rebates.basis_amount) as basis_amount,
        sum(rebates.accrued_amount) as accrued_amount,
        sum(rebates.paid_amount) as paid_amount,
        max(case when rebates.is_off_price then 1 else 0 end) = 1 as is_off_price
    from rebates
    cross join run
    inner join bought on rebates.customer_id = bought.distributor_id
    where rebates.period_end <= run.as_of
    group by 1, 2, 3, 4
),

purchases as (
    select
        booked.distributor_id,
        booked.program_id,
        booked.period_start,
        booked.period_end,
        sum(case when order_lines.order_date >= booked.period_start then order_lines.net_amount end)
            as net_amount,
        sum(
            case
                when order_lines.order_date <= booked.period_end - interval '1' year
                    then order_lines.net_amount
            end
        ) as earlier_amount
    from booked
    inner join order_lines
        on
            booked.distributor_id = order_lines.customer_id
            and order_lines.order_date >= booked.period_start - interval '1' year
            and booked.period_end >= order_lines.order_date
    group by 1, 2, 3, 4
),

final as (
    select
        booked.*,
        tiers.from_amount,
        next_tiers.from_amount as next_from_amount,
        next_tiers.rate as next_rate,
        purchases.net_amount,
        purchases.earlier_amount
    from booked
    left join purchases
        on
            booked.distributor_id = purchases.distributor_id
            and booked.program_id = purchases.program_id
            and booked.period_start = purchases.period_start
            and booked.period_end = purchases.period_end
    left join tiers on booked.program_id = tiers.program_id and booked.tier_no = tiers.tier_no
    left join tiers as next_tiers
        on booked.program_id = next_tiers.program_id and booked.tier_no + 1 = next_tiers.tier_no
)

select * from final
