-- One row per quota of a distributor for pushed products: target and what it bought of them.
with quotas as (
    select * from stg_quotas
    where is_focus and holder_kind = 'distributor'
),

order_lines as (select * from fct_order_lines),

products as (
    select * from stg_products
    where is_focus
),

holders as (select distinct holder_id from quotas),

sales as (
    select
        order_lines.distributor_id,
        order_lines.order_date,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join products on order_lines.product_id = products.product_id
    inner join holders
        on order_lines.distributor_id = holders.holder_id
    group by order_lines.distributor_id, order_lines.order_date
),

final as (
    select
        quotas.holder_id as distributor_id,
        quotas.period_start,
        quotas.period_end,
        max(quotas.target_amount) as target_amount,
        coalesce(sum(sales.net_amount), 0) as net_amount
    from quotas
    left join sales
        on
            quotas.holder_id = sales.distributor_id
            and sales.order_date between quotas.period_start and quotas.period_end
    group by quotas.holder_id, quotas.period_start, quotas.period_end
)

select * from final
