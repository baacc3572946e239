-- One row per distributor and product that it bought: the mean price that it paid.
with order_lines as (select * from fct_order_lines),

final as (
    select
        customer_id as distributor_id,
        product_id,
        cast(sum(net_amount) as double) / cast(sum(quantity) as double) as price
    from order_lines
    where customer_id = distributor_id and quantity > 0 and net_amount > 0
    group by customer_id, product_id
)

select * from final
