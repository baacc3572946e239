-- One row per product family and kind of holder: its newest stock counts, at our mean price of a year.
with inventory as (select * from stg_inventory),

order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

customers as (select * from dim_customers),

run as (select * from stg_run),

recent as (
    select month
    from dim_months
    where is_complete
    order by month desc
    limit 12
),

prices as (
    select
        order_lines.product_id,
        cast(sum(order_lines.net_amount) as double) / cast(sum(order_lines.quantity) as double) as price
    from order_lines
    inner join recent on order_lines.month = recent.month
    where order_lines.quantity > 0 and order_lines.net_amount > 0
    group by order_lines.product_id
),

counts as (
    select
        inventory.*,
        max(inventory.count_date) over (partition by inventory.holder_id) as last_date
    from inventory
    cross join run
    where inventory.count_date <= run.as_of
),

valued as (
    select
        coalesce(products.family, '-') as family,
        case when customers.customer_id is null then 'own' else 'channel' end as holder,
        counts.count_date,
        cast(counts.quantity as double) * prices.price as amount
    from counts
    inner join prices on counts.product_id = prices.product_id
    left join products on counts.product_id = products.product_id
    left join customers on counts.holder_id = customers.customer_id
    where counts.count_date = counts.last_date
),

final as (
    select
        family,
        holder,
        min(count_date) as oldest_count_date,
        cast(sum(amount) as decimal(18, 2)) as stock_amount
    from valued
    group by family, holder
)

select * from final
