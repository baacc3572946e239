-- One row per contact that a customer group has as of the date, the name masked.
with contacts as (select * from stg_contacts),

customers as (select * from dim_customers),

run as (select * from stg_run),

final as (
    select
        customers.group_id as customer_id,
        contacts.contact_id,
        contacts.name_masked,
        contacts.position,
        contacts.buying_role,
        contacts.has_veto
    from contacts
    cross join run
    inner join customers on contacts.customer_id = customers.customer_id
    where
        coalesce(contacts.valid_from, run.as_of) <= run.as_of
        and (contacts.valid_to is null or contacts.valid_to > run.as_of)
)

select * from final
