-- Customer groups whose open items are not their invoices less their payments.
with items as (
    select
        customer_id,
        sum(open_amount) as open_amount
    from mart_customer_value__open_items
    group by customer_id
),

books as (
    select
        customer_id,
        sum(invoiced_amount - received_amount) as book_amount
    from mart_customer_value__accounts
    group by customer_id
)

select
    books.customer_id,
    books.book_amount,
    items.open_amount
from books
left join items on books.customer_id = items.customer_id
where books.book_amount <> coalesce(items.open_amount, 0)
