-- One row per customer group and day on which it ordered.
with order_lines as (select * from fct_order_lines),

final as (
    select distinct
        group_id as customer_id,
        order_date
    from order_lines
    where net_amount > 0
)

select * from final
