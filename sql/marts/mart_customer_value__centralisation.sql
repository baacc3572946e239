-- One row per customer group of several parties and month: what its head or a contract ordered of it all.
with order_lines as (select * from fct_order_lines),

parties as (select * from dim_customers),

several as (
    select group_id
    from parties
    group by group_id
    having count(*) > 1
),

final as (
    select
        order_lines.group_id as customer_id,
        order_lines.month,
        sum(order_lines.net_amount) as ordered_amount,
        sum(
            case
                when parties.is_head or order_lines.contract_id is not null
                    then order_lines.net_amount
                else 0
            end
        ) as central_amount
    from order_lines
    inner join several on order_lines.group_id = several.group_id
    inner join parties on order_lines.customer_id = parties.customer_id
    where order_lines.net_amount > 0
    group by order_lines.group_id, order_lines.month
)

select * from final
