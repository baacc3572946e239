-- Sales lines dated after the as-of date: they wait for the next report.
select
    order_lines.order_id,
    order_lines.line_no,
    order_lines.order_date
from stg_order_lines as order_lines
cross join stg_run as run
where order_lines.order_date > run.as_of and not order_lines.is_cancelled
