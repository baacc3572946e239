-- Customer groups whose late items not settled yet are not their invoices open past the due date.
with late as (
    select
        customer_id,
        sum(late_amount) as late_amount
    from mart_customer_value__late_items
    where settled_date is null
    group by customer_id
),

overdue as (
    select
        items.customer_id,
        sum(items.open_amount) as overdue_amount
    from mart_customer_value__open_items as items
    cross join stg_run as run
    where items.document = 'invoice' and items.open_amount > 0 and items.due_date < run.as_of
    group by items.customer_id
)

select
    coalesce(overdue.customer_id, late.customer_id) as customer_id,
    overdue.overdue_amount,
    late.late_amount
from overdue
full outer join late on overdue.customer_id = late.customer_id
where coalesce(overdue.overdue_amount, 0) <> coalesce(late.late_amount, 0)
