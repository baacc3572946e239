-- Sales lines of more than 50 years before the as-of date: mistyped, or a system's word for no date.
select
    order_lines.order_id,
    order_lines.line_no,
    order_lines.order_date
from stg_order_lines as order_lines
cross join stg_run as run
where
    extract(year from order_lines.order_date) < extract(year from run.as_of) - 50
    and not order_lines.is_cancelled
