-- One row per distributor, month and party that it sold on to: how much, paid how and handed over how.
with sell_out as (select * from stg_sell_out),

customers as (select * from dim_customers),

parties as (select * from stg_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

final as (
    select
        sell_out.distributor_id,
        coalesce(calendar.month, cast(date_trunc('month', sell_out.doc_date) as date)) as month,
        sell_out.downstream_id,
        coalesce(max(customers.group_id), sell_out.downstream_id) as downstream_group_id,
        max(customers.role) as role,
        max(parties.tier_depth) as tier_depth,
        -- Where the party does not say whether it uses the goods itself, its role does.
        coalesce(max(parties.is_end_user), max(customers.role) in ('customer', 'government'))
            as is_end_user,
        count(distinct case when sell_out.quantity > 0 then sell_out.doc_date end) as visit_count,
        sum(sell_out.amount) as amount,
        sum(case when sell_out.pay_mode is not null then sell_out.amount else 0 end)
            as paid_amount,
        sum(case when sell_out.pay_mode = 'cash' then sell_out.amount else 0 end) as cash_amount,
        sum(case when sell_out.pay_mode = 'bill' then sell_out.amount else 0 end) as bill_amount,
        sum(case when sell_out.term_days is not null then sell_out.amount else 0 end)
            as termed_amount,
        sum(coalesce(sell_out.amount * sell_out.term_days, 0)) as amount_days,
        sum(case when sell_out.pick_mode is not null then sell_out.amount else 0 end)
            as picked_amount,
        sum(case when sell_out.pick_mode = 'self_pickup' then sell_out.amount else 0 end)
            as self_pickup_amount,
        sum(case when sell_out.pick_mode = 'own_delivery' then sell_out.amount else 0 end)
            as own_haul_amount
    from sell_out
    cross join run
    left join calendar on sell_out.doc_date = calendar.calendar_date
    left join customers on sell_out.downstream_id = customers.customer_id
    left join parties on sell_out.downstream_id = parties.customer_id
    where sell_out.doc_date <= run.as_of
    group by 1, 2, 3
)

select * from final
