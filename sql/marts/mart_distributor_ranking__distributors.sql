-- One row per distributor that ever bought: its group, its contract and what it declares of itself.
with order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

parties as (select * from stg_customers),

declared as (select * from stg_distributors),

bought as (
    select distinct distributor_id
    from order_lines
    where distributor_id is not null
),

final as (
    select
        bought.distributor_id,
        customers.customer_name as distributor_name,
        customers.group_id,
        parties.status,
        declared.distributor_level,
        declared.contract_start,
        declared.contract_end,
        declared.capacity_amount,
        declared.warehouse_m2,
        declared.vehicles,
        declared.own_capital_amount,
        declared.declared_sales_amount,
        declared.declared_opex_amount
    from bought
    inner join customers on bought.distributor_id = customers.customer_id
    left join parties on bought.distributor_id = parties.customer_id
    left join declared on bought.distributor_id = declared.distributor_id
)

select * from final
