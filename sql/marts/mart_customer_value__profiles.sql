-- One row per customer group: what the master data says of it; its head speaks, else a member.
with parties as (select * from dim_customers),

customers as (select * from stg_customers),

classes as (select * from int_customer_classes__held),

final as (
    select
        parties.group_id as customer_id,
        max(parties.group_name) as customer_name,
        max(parties.group_role) as role,
        max(parties.group_industry_name) as industry_name,
        coalesce(
            max(case when parties.is_head then customers.size_band end),
            max(customers.size_band)
        ) as size_band,
        coalesce(
            max(case when parties.is_head then customers.fit_score end),
            max(customers.fit_score)
        ) as fit_score,
        coalesce(
            max(case when parties.is_head then customers.fit_source end),
            max(customers.fit_source)
        ) as fit_source,
        coalesce(
            bool_or(case when parties.is_head then customers.central_purchase end),
            bool_or(customers.central_purchase)
        ) as is_central,
        coalesce(min(customers.tier_depth), 1) = 1 as is_direct,
        max(case when parties.is_head then customers.status end) as status,
        sum(customers.potential_amount) as potential_amount,
        coalesce(
            max(case when parties.is_head then classes.class_code end),
            min(classes.class_code)
        ) as given_class
    from parties
    left join customers on parties.customer_id = customers.customer_id
    left join classes on parties.customer_id = classes.customer_id
    group by parties.group_id
)

select * from final
