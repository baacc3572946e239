-- Orders that were invoiced for more than the sum of their lines with tax.
with gates as (
    select max(case when name = 'document_tolerance_amount' then value end) as tolerance_amount
    from stg_gates
),

-- Each line may be rounded by itself; an order with a line of unknown tax has no known total.
orders as (
    select
        order_id,
        count(*) as line_count,
        sum(net_amount + coalesce(tax_amount, cast(net_amount * tax_rate as decimal(18, 2))))
            as line_amount
    from stg_order_lines
    where not is_cancelled
    group by order_id
    having count(*) = count(coalesce(tax_amount, tax_rate))
),

invoiced as (
    select
        order_id,
        sum(amount) as invoice_amount
    from stg_invoices
    where order_id is not null
    group by order_id
)

select
    invoiced.order_id,
    orders.line_amount,
    invoiced.invoice_amount
from invoiced
inner join orders on invoiced.order_id = orders.order_id
cross join gates
where
    cast(invoiced.invoice_amount as double)
    > cast(orders.line_amount as double)
    + gates.tolerance_amount * cast(orders.line_count as double)
    + 0.000001
