-- One row per customer group, product and month with lines sold below cost; gifts and samples are not sold.
with order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

-- Lines of one price and one cost a unit: the price is below the cost when the amount is.
inverted as (
    select
        group_id,
        product_id,
        month,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount,
        sum(cost_amount - net_amount) as loss_amount
    from order_lines
    where
        quantity > 0
        and net_amount < cost_amount
        and coalesce(doc_type, 'sale') = 'sale'
    group by group_id, product_id, month
),

final as (
    select
        inverted.group_id as customer_id,
        inverted.product_id,
        coalesce(products.product_name, inverted.product_id) as product_name,
        inverted.month,
        inverted.line_count,
        inverted.quantity,
        inverted.net_amount,
        inverted.loss_amount
    from inverted
    left join products on inverted.product_id = products.product_id
)

select * from final
