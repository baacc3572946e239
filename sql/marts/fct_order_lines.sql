-- One row per sales line up to the as-of date, credited to its group, region and distributor.
with order_lines as (select * from stg_order_lines),

customers as (select * from dim_customers),

territories as (select * from dim_territories),

products as (select * from stg_products),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

final as (
    select
        order_lines.order_id,
        order_lines.line_no,
        order_lines.order_date,
        calendar.month,
        order_lines.customer_id,
        customers.group_id,
        order_lines.product_id,
        coalesce(
            order_lines.fulfilled_by,
            case when customers.role = 'distributor' then order_lines.customer_id end
        ) as distributor_id,
        order_lines.ship_to_customer_id,
        coalesce(order_lines.ship_to_territory_id, customers.territory_id) as territory_id,
        coalesce(territories.region_id, customers.region_id) as region_id,
        order_lines.channel,
        order_lines.developed_by,
        order_lines.fulfilled_by,
        order_lines.person_id,
        order_lines.contract_id,
        order_lines.tender_id,
        order_lines.doc_type,
        order_lines.quantity,
        order_lines.net_amount,
        coalesce(
            order_lines.cost_amount,
            cast(order_lines.quantity * products.std_cost as decimal(18, 2))
        ) as cost_amount,
        order_lines.sale_type,
        order_lines.promised_date,
        order_lines.source_file,
        order_lines.source_row,
        order_lines.load_id
    from order_lines
    cross join run
    inner join calendar on order_lines.order_date = calendar.calendar_date
    inner join customers on order_lines.customer_id = customers.customer_id
    left join territories on order_lines.ship_to_territory_id = territories.territory_id
    left join products on order_lines.product_id = products.product_id
    where order_lines.order_date <= run.as_of and not order_lines.is_cancelled
)

select * from final
