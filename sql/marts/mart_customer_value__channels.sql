-- One row per month, channel, who won and who serves the account: sales to customers of every role.
with order_lines as (select * from fct_order_lines),

worded as (
    select
        month,
        net_amount,
        coalesce(channel, '-') as channel,
        case
            when developed_by is null then '-'
            when developed_by = 'own' then 'own'
            else 'distributor'
        end as developed_by,
        case when fulfilled_by is null then 'own' else 'distributor' end as fulfilled_by
    from order_lines
),

final as (
    select
        month,
        channel,
        developed_by,
        fulfilled_by,
        sum(net_amount) as net_amount
    from worded
    group by month, channel, developed_by, fulfilled_by
)

select * from final
