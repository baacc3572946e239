-- One row per lumpy order: far above what its customer usually orders, and large for a month.
with order_lines as (select * from fct_order_lines),

gates as (
    select
        max(case when name = 'lumpy_order_mad_count' then value end) as mad_count,
        max(case when name = 'lumpy_order_month_share' then value end) as month_share,
        max(case when name = 'lumpy_order_least_count' then value end) as least_count
    from stg_gates
),

-- What a distributor orders is loading, not a project: it is smoothed, never taken out.
orders as (
    select
        order_id,
        customer_id,
        sum(net_amount) as order_amount
    from order_lines
    where
        tender_id is null
        and coalesce(channel, '-') <> 'tender'
        and coalesce(distributor_id, '-') <> customer_id
    group by order_id, customer_id
),

usual as (
    select
        customer_id,
        count(*) as order_count,
        median(cast(order_amount as double)) as usual_value
    from orders
    where order_amount > 0
    group by customer_id
),

-- Who always orders alike has a MAD of nothing: a tenth of its usual order stands in for less.
spreads as (
    select
        usual.customer_id,
        usual.order_count,
        usual.usual_value,
        greatest(
            median(abs(cast(orders.order_amount as double) - usual.usual_value)),
            0.1 * usual.usual_value
        ) as mad_value
    from usual
    inner join orders on usual.customer_id = orders.customer_id
    where orders.order_amount > 0
    group by usual.customer_id, usual.order_count, usual.usual_value
),

average_months as (
    select cast(sum(net_amount) as double) / count(distinct month) as month_value
    from order_lines
),

-- The return of a lumpy order is lumpy too.
final as (
    select
        orders.order_id,
        orders.customer_id,
        cast(spreads.usual_value as decimal(18, 2)) as usual_amount
    from orders
    inner join spreads on orders.customer_id = spreads.customer_id
    cross join gates
    cross join average_months
    where
        spreads.order_count >= gates.least_count
        and abs(orders.order_amount) >= spreads.usual_value + gates.mad_count * spreads.mad_value
        and abs(orders.order_amount) >= gates.month_share * average_months.month_value
)

select * from final
