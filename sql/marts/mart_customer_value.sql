-- One row per customer group and month: what it bought, at what cost, in how many orders.
with order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

groups as (
    select
        group_id,
        max(group_name) as group_name,
        max(group_role) as group_role,
        max(group_region_name) as group_region_name,
        max(group_industry_name) as group_industry_name
    from customers
    group by group_id
),

months as (
    select
        group_id,
        month,
        sum(net_amount) as net_amount,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount,
        count(distinct case when net_amount > 0 then order_id end) as order_count,
        min(case when net_amount > 0 then order_date end) as first_order_date,
        max(case when net_amount > 0 then order_date end) as last_order_date
    from order_lines
    group by group_id, month
),

final as (
    select
        months.group_id as customer_id,
        groups.group_name as customer_name,
        groups.group_role as role,
        groups.group_region_name as region_name,
        groups.group_industry_name as industry_name,
        months.month,
        months.net_amount,
        months.cost_amount,
        months.net_amount - months.cost_amount as margin_amount,
        months.order_count,
        months.first_order_date,
        months.last_order_date
    from months
    inner join groups on months.group_id = groups.group_id
)

select * from final
