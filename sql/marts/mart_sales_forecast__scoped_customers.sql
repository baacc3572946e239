-- One row per customer group named in an event's scope, region and complete month: sales but tender orders.
with events as (select * from stg_events),

order_lines as (select * from fct_order_lines),

months as (select * from dim_months),

named as (
    select distinct order_lines.group_id
    from order_lines
    inner join events on events.scope_json like '%"' || order_lines.group_id || '"%'
),

final as (
    select
        order_lines.group_id as customer_id,
        coalesce(order_lines.region_id, '-') as region_id,
        order_lines.month,
        sum(order_lines.net_amount) as net_amount
    from order_lines
    inner join named on order_lines.group_id = named.group_id
    inner join months on order_lines.month = months.month
    where months.is_complete and order_lines.tender_id is null
    group by order_lines.group_id, coalesce(order_lines.region_id, '-'), order_lines.month
)

select * from final
