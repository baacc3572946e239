-- One row per sales line that no monthly series can foretell: of a tender or of a lumpy order.
with order_lines as (select * from fct_order_lines),

lumpy as (select * from int_orders__lumpy_found),

final as (
    select
        order_lines.order_id,
        order_lines.line_no,
        case when lumpy.order_id is null then 'tender' else 'lumpy' end as reason,
        lumpy.usual_amount
    from order_lines
    left join lumpy
        on
            order_lines.order_id = lumpy.order_id
            and order_lines.customer_id = lumpy.customer_id
            and order_lines.tender_id is null
            and coalesce(order_lines.channel, '-') <> 'tender'
    where
        order_lines.tender_id is not null
        or order_lines.channel = 'tender'
        or lumpy.order_id is not null
)

select * from final
