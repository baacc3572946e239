-- One row per sales case: the day it was opened, and the customer's first order on or after that day.
with stages as (select * from stg_stages),

order_lines as (select * from fct_order_lines),

customers as (select * from dim_customers),

run as (select * from stg_run),

cases as (
    select
        stages.case_id,
        max(customers.group_id) as group_id,
        min(stages.entered_at) as requested_date
    from stages
    cross join run
    inner join customers on stages.customer_id = customers.customer_id
    where stages.entered_at <= run.as_of
    group by stages.case_id
),

final as (
    select
        cases.case_id,
        cases.group_id as customer_id,
        cases.requested_date,
        min(order_lines.order_date) as supplied_date
    from cases
    left join order_lines
        on
            cases.group_id = order_lines.group_id
            and cases.requested_date <= order_lines.order_date
            and order_lines.quantity > 0
    group by cases.case_id, cases.group_id, cases.requested_date
)

select * from final
