-- One row per tender that we worked on: the first day, from its case, else from visits in the year before.
with bids as (select * from stg_bids),

stages as (select * from stg_stages),

activities as (select * from stg_activities),

customers as (select * from dim_customers),

opened as (
    select
        case_id as tender_id,
        min(entered_at) as engaged_date
    from stages
    group by case_id
),

visits as (
    select
        customers.group_id,
        activities.activity_date
    from activities
    inner join customers on activities.customer_id = customers.customer_id
),

visited as (
    select
        bids.tender_id,
        min(visits.activity_date) as engaged_date
    from bids
    inner join customers on bids.customer_id = customers.customer_id
    inner join visits on customers.group_id = visits.group_id
    where visits.activity_date between bids.publish_date - interval '365' day and bids.open_date
    group by bids.tender_id
),

final as (
    select
        bids.tender_id,
        coalesce(opened.engaged_date, visited.engaged_date) as engaged_date
    from bids
    left join opened on bids.tender_id = opened.tender_id
    left join visited on bids.tender_id = visited.tender_id
    where coalesce(opened.engaged_date, visited.engaged_date) is not null
)

select * from final
