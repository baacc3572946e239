-- One row per distributor that ever bought: capacity, twelve months of sell-out, potential of its places.
with order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

declared as (select * from stg_distributors),

sell_out as (select * from stg_sell_out),

prices as (select * from int_order_lines__distributor_prices),

grants as (select * from stg_territory_grants),

territories as (select * from stg_territories),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

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

held as (
    select distinct
        grants.distributor_id,
        grants.territory_id,
        territories.potential_index
    from grants
    cross join run
    inner join territories on grants.territory_id = territories.territory_id
    where
        grants.valid_from <= run.as_of
        and (grants.valid_to is null or grants.valid_to > run.as_of)
),

-- A place that several hold is shared out evenly.
shared as (
    select
        distributor_id,
        cast(potential_index as double) / cast(count(*) over (partition by territory_id) as double)
            as potential
    from held
),

places as (
    select
        distributor_id,
        sum(potential) as potential
    from shared
    group by distributor_id
),

final as (
    select
        bought.distributor_id,
        customers.customer_name as distributor_name,
        customers.region_id,
        declared.capacity_amount,
        sold.sold_amount,
        sold.sold_month_count,
        places.potential
    from bought
    inner join customers on bought.distributor_id = customers.customer_id
    left join declared on bought.distributor_id = declared.distributor_id
    left join sold on bought.distributor_id = sold.distributor_id
    left join places on bought.distributor_id = places.distributor_id
)

select * from final
