-- One row per month from the first sale to the as-of date: lines, sales, and whether it is closed.
with months as (select * from dim_months),

order_lines as (select * from fct_order_lines),

final as (
    select
        months.month,
        count(order_lines.order_id) as row_count,
        coalesce(sum(order_lines.net_amount), 0) as net_amount,
        months.is_complete as is_closed
    from months
    left join order_lines on months.month = order_lines.month
    group by months.month, months.is_complete
)

select * from final
