-- One row per decided pair: its names, and whether the two stand in one group now.
with decisions as (select * from stg_parties),

customers as (select * from dim_customers),

final as (
    select
        decisions.customer_id,
        decisions.other_id,
        decisions.decision,
        ones.customer_name,
        others.customer_name as other_name,
        ones.group_id,
        others.group_id as other_group_id,
        coalesce(ones.group_id = others.group_id, false) as is_one_group
    from decisions
    left join customers as ones on decisions.customer_id = ones.customer_id
    left join customers as others on decisions.other_id = others.customer_id
)

select * from final
