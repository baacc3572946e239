-- Customer groups whose open items are not their invoices less what was paid on them.
with items as (
    select
        customer_id,
        sum(open_amount) as open_amount
    from mart_customer_value__open_items
    group by customer_id
),

-- A payment may be allocated to an invoice of another group: it leaves the one and settles the other.
moves as (
    select
        customer_id,
        invoiced_amount - received_amount as amount
    from mart_customer_value__accounts
    union all
    select
        coalesce(customers.group_id, invoices.customer_id) as customer_id,
        -allocations.amount as amount
    from int_payments__allocated as allocations
    inner join stg_invoices as invoices on allocations.invoice_no = invoices.invoice_no
    left join dim_customers as customers on invoices.customer_id = customers.customer_id
    union all
    select
        coalesce(customers.group_id, payments.customer_id) as customer_id,
        allocations.amount
    from int_payments__allocated as allocations
    inner join stg_payments as payments on allocations.payment_no = payments.payment_no
    left join dim_customers as customers on payments.customer_id = customers.customer_id
),

books as (
    select
        customer_id,
        sum(amount) as book_amount
    from moves
    group by customer_id
)

select
    books.customer_id,
    books.book_amount,
    items.open_amount
from books
left join items on books.customer_id = items.customer_id
where books.book_amount <> coalesce(items.open_amount, 0)
