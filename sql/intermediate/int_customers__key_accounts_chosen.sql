-- One row per key account: the largest direct customer groups of class A, or of all where no class is given.
with order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

classes as (select * from int_customer_classes__held),

months as (select * from dim_months),

gates as (
    select max(case when name = 'key_account_count' then value end) as account_count
    from stg_gates
),

latest as (
    select
        month,
        row_number() over (order by month desc) as age
    from months
    where is_complete
),

parties as (
    select
        customers.group_id,
        max(customers.group_name) as group_name,
        max(case when classes.class_code = 'A' then 1 else 0 end) as is_class_a
    from customers
    left join classes on customers.customer_id = classes.customer_id
    where customers.group_role <> 'distributor'
    group by customers.group_id
),

sales as (
    select
        order_lines.group_id,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join latest on order_lines.month = latest.month
    where latest.age <= 12
    group by order_lines.group_id
),

candidates as (
    select
        parties.group_id,
        parties.group_name,
        parties.is_class_a,
        max(parties.is_class_a) over () as is_any_class_a,
        sales.net_amount
    from parties
    inner join sales on parties.group_id = sales.group_id
    where sales.net_amount > 0
),

ranked as (
    select
        *,
        row_number() over (order by net_amount desc, group_id asc) as size_rank
    from candidates
    where is_class_a = is_any_class_a
),

final as (
    select
        ranked.group_id,
        ranked.group_name
    from ranked
    cross join gates
    where ranked.size_rank <= gates.account_count
)

select * from final
