-- Words for the state or the kind of a sales line that no report knows: a cancelled line counts as a sale.
with words as (
    select
        order_id,
        'status' as column_name,
        status as word
    from stg_order_lines
    where status not in ('open', 'shipped', 'part', 'cancelled')
    union all
    select
        order_id,
        'doc_type' as column_name,
        doc_type as word
    from stg_order_lines
    where doc_type not in ('sale', 'return', 'gift', 'sample') and not is_cancelled
)

select
    column_name,
    word,
    count(*) as row_count,
    min(order_id) as example_order_id
from words
group by column_name, word
