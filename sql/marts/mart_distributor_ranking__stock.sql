-- One row per distributor and month with a stock count or sell-out, at its mean purchase price.
with inventory as (select * from stg_inventory),

sell_out as (select * from stg_sell_out),

prices as (select * from int_order_lines__distributor_prices),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

counts as (
    select
        inventory.holder_id,
        calendar.month,
        inventory.count_date,
        max(inventory.count_date) over (partition by inventory.holder_id, calendar.month) as last_date,
        cast(cast(inventory.quantity as double) * prices.price as decimal(18, 2)) as stock_amount
    from inventory
    cross join run
    inner join calendar on inventory.count_date = calendar.calendar_date
    inner join prices
        on inventory.holder_id = prices.distributor_id and inventory.product_id = prices.product_id
    where inventory.count_date <= run.as_of
),

moves as (
    select
        holder_id as distributor_id,
        month,
        stock_amount,
        cast(0 as decimal(18, 2)) as sold_amount,
        cast(0 as decimal(18, 2)) as sold_cost_amount
    from counts
    where count_date = last_date
    union all
    select
        sell_out.distributor_id,
        calendar.month,
        cast(null as decimal(18, 2)) as stock_amount,
        sell_out.amount as sold_amount,
        cast(cast(sell_out.quantity as double) * prices.price as decimal(18, 2)) as sold_cost_amount
    from sell_out
    cross join run
    inner join calendar on sell_out.doc_date = calendar.calendar_date
    inner join prices
        on
            sell_out.distributor_id = prices.distributor_id
            and sell_out.product_id = prices.product_id
    where sell_out.doc_date <= run.as_of
),

final as (
    select
        distributor_id,
        month,
        sum(stock_amount) as stock_amount,
        sum(sold_amount) as sold_amount,
        sum(sold_cost_amount) as sold_cost_amount
    from moves
    group by distributor_id, month
)

select * from final
