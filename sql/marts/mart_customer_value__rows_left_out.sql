-- One row per sales row on file that no figure counts: cancelled, later than the as-of date or rejected.
with cancelled as (select * from stg_order_lines__cancelled),

order_lines as (select * from stg_order_lines),

rejects as (select * from stg_rejects),

customers as (select * from dim_customers),

run as (select * from stg_run),

listed as (
    select
        customer_id,
        'cancelled' as reason,
        source_file,
        source_row,
        order_id,
        order_date,
        net_amount,
        cast(null as varchar) as column_name,
        cast(null as varchar) as value,
        cast(null as varchar) as fault
    from cancelled
    union all
    select
        order_lines.customer_id,
        'after_as_of' as reason,
        order_lines.source_file,
        order_lines.source_row,
        order_lines.order_id,
        order_lines.order_date,
        order_lines.net_amount,
        cast(null as varchar) as column_name,
        cast(null as varchar) as value,
        cast(null as varchar) as fault
    from order_lines
    cross join run
    where order_lines.order_date > run.as_of
    union all
    select
        customer_id,
        'rejected' as reason,
        file as source_file,
        row_number_in_file as source_row,
        cast(null as varchar) as order_id,
        cast(null as date) as order_date,
        cast(null as decimal(18, 2)) as net_amount,
        column_name,
        value,
        reason as fault
    from rejects
    where target_table = 'order_lines'
),

-- Who a rejected row speaks of is not always known.
final as (
    select
        coalesce(customers.group_id, listed.customer_id) as customer_id,
        listed.reason,
        listed.source_file,
        listed.source_row,
        listed.order_id,
        listed.order_date,
        listed.net_amount,
        listed.column_name,
        listed.value,
        listed.fault
    from listed
    left join customers on listed.customer_id = customers.customer_id
)

select * from final
