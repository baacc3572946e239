-- The difference between the sales lines up to the as-of date and the fact table, in lines and money.
with expected as (
    select
        count(*) as row_count,
        sum(order_lines.net_amount) as net_amount
    from stg_order_lines as order_lines
    cross join stg_run as run
    where order_lines.order_date <= run.as_of and not order_lines.is_cancelled
),

actual as (
    select
        count(*) as row_count,
        sum(net_amount) as net_amount
    from fct_order_lines
)

select
    expected.row_count as expected_count,
    actual.row_count as actual_count,
    expected.net_amount as expected_amount,
    actual.net_amount as actual_amount
from expected
cross join actual
where
    expected.row_count <> actual.row_count
    or coalesce(expected.net_amount, 0) <> coalesce(actual.net_amount, 0)
