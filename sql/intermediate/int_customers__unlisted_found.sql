-- One row per party that a sales line names but the customer file does not.
with customers as (select * from stg_customers),

order_lines as (select * from stg_order_lines),

named as (
    select customer_id from order_lines
    where not is_cancelled
    union distinct
    select fulfilled_by as customer_id from order_lines
    where fulfilled_by is not null and not is_cancelled
),

final as (
    select named.customer_id
    from named
    left join customers on named.customer_id = customers.customer_id
    where customers.customer_id is null
)

select * from final
