-- Products that a distributor sold on beyond opening stock + sell-in - closing stock.
with gates as (
    select max(case when name = 'stock_tolerance_share' then value end) as tolerance_share
    from stg_gates
),

spans as (
    select
        holder_id,
        min(count_date) as opening_date,
        max(count_date) as closing_date
    from stg_inventory
    group by holder_id
),

moves as (
    select
        inventory.holder_id,
        inventory.product_id,
        case when inventory.count_date = spans.opening_date then inventory.quantity else 0 end
            as opening_quantity,
        0 as bought_quantity,
        0 as sold_quantity,
        case when inventory.count_date = spans.closing_date then inventory.quantity else 0 end
            as closing_quantity
    from stg_inventory as inventory
    inner join spans on inventory.holder_id = spans.holder_id
    union all
    select
        spans.holder_id,
        order_lines.product_id,
        0 as opening_quantity,
        order_lines.quantity as bought_quantity,
        0 as sold_quantity,
        0 as closing_quantity
    from stg_order_lines as order_lines
    left join dim_customers as customers on order_lines.customer_id = customers.customer_id
    inner join spans
        on
            coalesce(customers.group_id, order_lines.customer_id) = spans.holder_id
            and order_lines.order_date > spans.opening_date
            and order_lines.order_date <= spans.closing_date
            and not order_lines.is_cancelled
    union all
    select
        spans.holder_id,
        sell_out.product_id,
        0 as opening_quantity,
        0 as bought_quantity,
        sell_out.quantity as sold_quantity,
        0 as closing_quantity
    from stg_sell_out as sell_out
    inner join spans
        on
            sell_out.distributor_id = spans.holder_id
            and sell_out.doc_date > spans.opening_date
            and sell_out.doc_date <= spans.closing_date
),

balances as (
    select
        holder_id,
        product_id,
        sum(opening_quantity) as opening_quantity,
        sum(bought_quantity) as bought_quantity,
        sum(sold_quantity) as sold_quantity,
        sum(closing_quantity) as closing_quantity
    from moves
    group by holder_id, product_id
)

select balances.*
from balances
cross join gates
where
    balances.sold_quantity > 0
    and cast(balances.sold_quantity as double)
    > cast(balances.opening_quantity + balances.bought_quantity as double)
    * (1 + gates.tolerance_share)
    - cast(balances.closing_quantity as double)
    + 0.000001
