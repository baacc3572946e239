-- One row per distributor, product and month of its own purchases: quantity and invoiced amount.
with order_lines as (select * from fct_order_lines),

final as (
    select
        distributor_id,
        product_id,
        month,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount
    from order_lines
    where distributor_id = customer_id and quantity > 0 and net_amount > 0
    group by 1, 2, 3
)

select * from final
