-- One row per customer group and day on which it ordered, with what it bought that day, returns deducted.
with order_lines as (select * from fct_order_lines),

final as (
    select
        group_id as customer_id,
        order_date,
        sum(net_amount) as net_amount
    from order_lines
    group by group_id, order_date
    having max(net_amount) > 0
)

select * from final
