-- Lines of a return with a positive quantity or amount: they add to sales instead of reducing them.
select
    order_id,
    line_no,
    quantity,
    net_amount
from stg_order_lines
where doc_type = 'return' and not is_cancelled and (quantity > 0 or net_amount > 0)
