-- One row per customer group: its size, and what its members say they buy in our category in a year.
with parties as (select * from dim_customers),

customers as (select * from stg_customers),

stated as (
    select
        customer_id,
        size_band,
        potential_amount,
        case when potential_amount is not null then potential_year end as potential_year,
        case when potential_amount is not null then potential_source end as potential_source
    from customers
),

final as (
    select
        parties.group_id as customer_id,
        coalesce(
            max(case when parties.customer_id = parties.group_id then stated.size_band end),
            max(stated.size_band)
        ) as size_band,
        sum(stated.potential_amount) as potential_amount,
        max(stated.potential_year) as potential_year,
        case
            when min(stated.potential_source) <> max(stated.potential_source) then 'several'
            else max(stated.potential_source)
        end as potential_source
    from parties
    left join stated on parties.customer_id = stated.customer_id
    group by parties.group_id
)

select * from final
