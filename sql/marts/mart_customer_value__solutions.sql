-- One row per customer group and month: its orders, those of several families, those sold as solutions.
with order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

-- Sold as a solution, or holding a product made for one customer; empty where neither is known.
worded as (
    select
        order_lines.order_id,
        order_lines.group_id,
        order_lines.month,
        order_lines.net_amount,
        case when order_lines.net_amount > 0 then products.family end as family,
        case
            when order_lines.sale_type = 'solution' or products.is_custom then 1
            when order_lines.sale_type is not null or products.is_custom is not null then 0
        end as is_solution,
        case when products.is_custom is not null then order_lines.net_amount end as kind_amount,
        case when products.is_custom then order_lines.net_amount end as custom_amount
    from order_lines
    left join products on order_lines.product_id = products.product_id
),

orders as (
    select
        order_id,
        group_id,
        min(month) as month,
        sum(net_amount) as net_amount,
        count(distinct family) as family_count,
        max(is_solution) as is_solution,
        sum(kind_amount) as kind_amount,
        sum(custom_amount) as custom_amount
    from worded
    group by order_id, group_id
    having sum(net_amount) > 0
),

final as (
    select
        group_id as customer_id,
        month,
        count(*) as order_count,
        count(is_solution) as typed_count,
        count(case when is_solution = 1 then 1 end) as solution_count,
        sum(case when family_count > 0 then net_amount else 0 end) as ordered_amount,
        sum(case when family_count > 1 then net_amount else 0 end) as bundled_amount,
        sum(coalesce(kind_amount, 0)) as kind_amount,
        sum(coalesce(custom_amount, 0)) as custom_amount
    from orders
    group by group_id, month
)

select * from final
