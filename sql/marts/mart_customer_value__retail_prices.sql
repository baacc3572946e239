-- One row per customer group, product and month of sale lines whose day has a published retail price.
with order_lines as (select * from fct_order_lines),

price_lists as (select * from stg_price_lists),

products as (select * from stg_products),

-- The price of the territory or of its region goes before the one for everywhere.
priced as (
    select
        order_lines.order_id,
        order_lines.line_no,
        order_lines.group_id,
        order_lines.product_id,
        order_lines.month,
        order_lines.quantity,
        order_lines.net_amount,
        cast(
            order_lines.quantity * coalesce(
                min(case when price_lists.territory_id is not null then price_lists.price end),
                min(price_lists.price)
            ) as decimal(18, 2)
        ) as retail_amount
    from order_lines
    inner join price_lists
        on
            order_lines.product_id = price_lists.product_id
            and order_lines.order_date >= price_lists.valid_from
            and order_lines.order_date < coalesce(price_lists.valid_to, date '9999-12-31')
            and (
                price_lists.territory_id is null
                or price_lists.territory_id in (order_lines.territory_id, order_lines.region_id)
            )
    where
        price_lists.tier = 'retail'
        and order_lines.quantity > 0
        and coalesce(order_lines.doc_type, 'sale') = 'sale'
    group by
        order_lines.order_id,
        order_lines.line_no,
        order_lines.group_id,
        order_lines.product_id,
        order_lines.month,
        order_lines.quantity,
        order_lines.net_amount
),

final as (
    select
        priced.group_id as customer_id,
        priced.product_id,
        max(coalesce(products.product_name, priced.product_id)) as product_name,
        priced.month,
        count(*) as priced_count,
        sum(case when priced.net_amount > priced.retail_amount then 1 else 0 end) as line_count,
        sum(case when priced.net_amount > priced.retail_amount then priced.net_amount else 0 end)
            as net_amount,
        sum(
            case
                when priced.net_amount > priced.retail_amount
                    then priced.net_amount - priced.retail_amount
                else 0
            end
        ) as excess_amount
    from priced
    left join products on priced.product_id = products.product_id
    group by priced.group_id, priced.product_id, priced.month
)

select * from final
