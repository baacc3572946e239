-- One row per month: sales of the company and the part that distributors carry.
with order_lines as (select * from fct_order_lines),

final as (
    select
        month,
        sum(net_amount) as net_amount,
        sum(case when distributor_id is not null then net_amount else 0 end) as distributor_amount
    from order_lines
    group by month
)

select * from final
