-- One row per distributor and month of the orders shipped: how, at what freight and who paid it.
with shipments as (select * from fct_shipments),

run as (select * from stg_run),

valued as (
    select
        shipments.*,
        coalesce(shipments.quantity, shipments.ordered_quantity) as shipped_quantity,
        case
            when shipments.quantity is null or shipments.ordered_quantity = 0
                then shipments.ordered_amount
            else cast(
                    cast(shipments.ordered_amount as double) * cast(shipments.quantity as double)
                    / cast(shipments.ordered_quantity as double) as decimal(18, 2)
                )
        end as shipped_amount,
        -- What the buyer pays costs us nothing; freight that nobody wrote down is not known.
        case
            when shipments.freight_amount is not null or shipments.freight_payer = 'buyer' then 1
            else 0
        end as is_freight_known
    from shipments
    cross join run
    where shipments.distributor_id is not null and shipments.ship_date <= run.as_of
),

final as (
    select
        distributor_id,
        month,
        sum(case when mode is not null then 1 else 0 end) as line_count,
        sum(case when mode <> 'self_pickup' then 1 else 0 end) as delivered_count,
        sum(case when is_freight_known = 1 then shipped_quantity else 0 end) as freighted_quantity,
        sum(case when is_freight_known = 1 then shipped_amount else 0 end) as freighted_amount,
        sum(freight_amount) as freight_amount,
        sum(case when freight_payer is not null then shipped_amount else 0 end) as payer_amount,
        sum(case when freight_payer = 'us' then shipped_amount else 0 end) as factory_paid_amount
    from valued
    group by distributor_id, month
)

select * from final
