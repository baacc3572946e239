-- One row per tender published by the as-of date: bids, budget, orders that came of it, first engagement.
with bids as (select * from stg_bids),

engaged as (select * from int_bids__engaged),

order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

run as (select * from stg_run),

ordered as (
    select
        tender_id,
        sum(net_amount) as ordered_amount,
        sum(quantity) as ordered_quantity,
        nullif(count(distinct ship_to_customer_id), 0) as site_count
    from order_lines
    where tender_id is not null
    group by tender_id
),

region_years as (
    select
        region_id,
        extract(year from order_date) as year,
        sum(net_amount) as region_amount
    from order_lines
    group by region_id, extract(year from order_date)
),

listed as (
    select
        bids.*,
        coalesce(customers.group_id, bids.customer_id) as group_id,
        coalesce(customers.group_name, bids.customer_id) as group_name,
        coalesce(customers.group_role, 'customer') as role,
        customers.region_id,
        customers.region_name
    from bids
    cross join run
    left join customers on bids.customer_id = customers.customer_id
    where coalesce(bids.publish_date, bids.open_date, run.as_of) <= run.as_of
),

final as (
    select
        listed.tender_id,
        listed.group_id as customer_id,
        listed.group_name as customer_name,
        listed.role,
        listed.region_name,
        listed.project_name,
        listed.publish_date,
        listed.open_date,
        listed.project_budget as budget_amount,
        listed.our_bid as bid_amount,
        listed.best_rival_bid as rival_amount,
        listed.winning_bid as winning_amount,
        listed.result,
        listed.veto_contacted as is_veto_contacted,
        ordered.ordered_amount,
        ordered.ordered_quantity,
        ordered.site_count,
        region_years.region_amount,
        engaged.engaged_date
    from listed
    left join ordered on listed.tender_id = ordered.tender_id
    left join region_years
        on
            listed.region_id = region_years.region_id
            and extract(year from listed.open_date) = region_years.year
    left join engaged on listed.tender_id = engaged.tender_id
)

select * from final
