-- One row per tender and buying role known at the customer: was anybody of it met before the opening?
with bids as (select * from stg_bids),

contacts as (select * from stg_contacts),

activities as (select * from stg_activities),

customers as (select * from dim_customers),

run as (select * from stg_run),

tenders as (
    select
        bids.tender_id,
        coalesce(bids.open_date, run.as_of) as open_date,
        coalesce(customers.group_id, bids.customer_id) as group_id
    from bids
    cross join run
    left join customers on bids.customer_id = customers.customer_id
),

people as (
    select
        contacts.*,
        coalesce(customers.group_id, contacts.customer_id) as group_id
    from contacts
    left join customers on contacts.customer_id = customers.customer_id
),

first_met as (
    select
        contact_id,
        min(activity_date) as met_date
    from activities
    where contact_id is not null
    group by contact_id
),

final as (
    select
        tenders.tender_id,
        coalesce(people.buying_role, '-') as buying_role,
        max(case when people.has_veto then 1 else 0 end) = 1 as has_veto,
        max(case when first_met.met_date <= tenders.open_date then 1 else 0 end) = 1 as is_contacted,
        max(
            case
                when people.has_veto and coalesce(first_met.met_date > tenders.open_date, true) then 1
                else 0
            end
        ) = 1 as is_veto_missed
    from tenders
    inner join people on tenders.group_id = people.group_id
    left join first_met on people.contact_id = first_met.contact_id
    where
        coalesce(people.valid_from, tenders.open_date) <= tenders.open_date
        and (people.valid_to is null or people.valid_to > tenders.open_date)
    group by tenders.tender_id, coalesce(people.buying_role, '-')
)

select * from final
