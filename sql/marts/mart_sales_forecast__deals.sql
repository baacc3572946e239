-- One row per tender or sales case known by the as-of date: what is bid, how far it has come, how it ended.
with bids as (select * from stg_bids),

stages as (select * from stg_stages),

order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

run as (select * from stg_run),

reached as (
    select
        stages.case_id,
        max(stages.customer_id) as customer_id,
        max(stages.stage_no) as stage_no,
        min(stages.entered_at) as entered_date
    from stages
    cross join run
    where stages.entered_at <= run.as_of
    group by stages.case_id
),

ended as (
    select
        stages.case_id,
        max(stages.outcome) as result
    from stages
    cross join run
    where stages.left_at <= run.as_of and stages.outcome in ('won', 'lost', 'void')
    group by stages.case_id
),

ordered as (
    select
        tender_id,
        min(order_date) as first_order_date
    from order_lines
    where tender_id is not null
    group by tender_id
),

listed as (
    select
        bids.tender_id as deal_id,
        bids.customer_id,
        bids.publish_date,
        bids.open_date,
        bids.our_bid as bid_amount,
        coalesce(bids.result, 'open') as result
    from bids
    cross join run
    left join reached on bids.tender_id = reached.case_id
    where
        coalesce(least(bids.publish_date, reached.entered_date), bids.open_date, run.as_of)
        <= run.as_of
    union all
    select
        reached.case_id as deal_id,
        reached.customer_id,
        cast(null as date) as publish_date,
        cast(null as date) as open_date,
        cast(null as decimal(18, 2)) as bid_amount,
        coalesce(ended.result, 'open') as result
    from reached
    left join bids on reached.case_id = bids.tender_id
    left join ended on reached.case_id = ended.case_id
    where bids.tender_id is null
),

final as (
    select
        listed.deal_id,
        coalesce(customers.group_id, listed.customer_id) as customer_id,
        coalesce(customers.group_name, listed.customer_id) as customer_name,
        customers.region_id,
        least(listed.publish_date, listed.open_date, reached.entered_date) as known_date,
        listed.open_date,
        coalesce(reached.stage_no, 0) as stage_no,
        listed.bid_amount,
        listed.result,
        ordered.first_order_date
    from listed
    left join customers on listed.customer_id = customers.customer_id
    left join reached on listed.deal_id = reached.case_id
    left join ordered on listed.deal_id = ordered.tender_id
)

select * from final
