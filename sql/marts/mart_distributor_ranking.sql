-- One row per distributor and month: its sales and the freight that we paid for them.
with order_lines as (select * from fct_order_lines),

shipments as (select * from fct_shipments),

customers as (select * from dim_customers),

months as (
    select
        distributor_id,
        month,
        sum(net_amount) as net_amount,
        count(distinct case when net_amount > 0 then order_id end) as order_count
    from order_lines
    where distributor_id is not null
    group by distributor_id, month
),

freight as (
    select
        distributor_id,
        month,
        sum(freight_amount) as freight_amount
    from shipments
    where distributor_id is not null
    group by distributor_id, month
),

final as (
    select
        months.distributor_id,
        customers.customer_name as distributor_name,
        customers.region_name,
        months.month,
        months.net_amount,
        months.order_count,
        freight.freight_amount
    from months
    inner join customers on months.distributor_id = customers.customer_id
    left join freight
        on months.distributor_id = freight.distributor_id and months.month = freight.month
)

select * from final
