-- One row per distributor that ever bought: capacity and twelve months of sell-out.
with order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

declared as (select * from stg_distributors),

sell_out as (select * from stg_sell_out),

prices as (select * from int_order_lines__distributor_prices),

calendar as (select * from stg_calendar),

recent as (
    select month
    from dim_months
    where is_complete
    order by month desc
    limit 12
),

bought as (
    select distinct distributor_id
    from order_lines
    where distributor_id is not null
),

-- At what the distributor paid for the goods, so that it compares with what it is asked to buy.
sold as (
    select
        sell_out.distributor_id,
        cast(sum(cast(sell_out.quantity as double) * prices.price) as decimal(18, 2)) as sold_amount,
        count(distinct calendar.month) as sold_month_count
    from sell_out
    inner join calendar on sell_out.doc_date = calendar.calendar_date
    inner join recent on calendar.month = recent.month
    inner join prices
        on
            sell_out.distributor_id = prices.distributor_id
            and sell_out.product_id = prices.product_id
    group by sell_out.distributor_id
),

final as (
    select
        bought.distributor_id,
        customers.customer_name as distributor_name,
        customers.region_id,
        declared.capacity_amount,
        sold.sold_amount,
        sold.sold_month_count
    from bought
    inner join customers on bought.distributor_id = customers.customer_id
    left join declared on bought.distributor_id = declared.distributor_id
    left join sold on bought.distributor_id = sold.distributor_id
)

select * from final
