-- One row per party: its name, group and credit code, and what it bought up to the as-of date.
with customers as (select * from dim_customers),

order_lines as (select * from fct_order_lines),

listed as (select * from stg_customers),

amounts as (
    select
        customer_id,
        sum(net_amount) as net_amount
    from order_lines
    group by customer_id
),

final as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.group_id,
        listed.unified_credit_code,
        coalesce(amounts.net_amount, 0) as net_amount
    from customers
    left join listed on customers.customer_id = listed.customer_id
    left join amounts on customers.customer_id = amounts.customer_id
)

select * from final
