-- Payments and invoices to which more is allocated than they amount to.
with gates as (
    select max(case when name = 'document_tolerance_amount' then value end) as tolerance_amount
    from stg_gates
),

sums as (
    select
        'payment' as document,
        payments.payment_no as document_no,
        payments.amount,
        sum(allocations.amount) as allocated_amount
    from stg_payments as payments
    inner join stg_payment_allocations as allocations
        on payments.payment_no = allocations.payment_no
    group by payments.payment_no, payments.amount
    union all
    select
        'invoice' as document,
        invoices.invoice_no as document_no,
        invoices.amount,
        sum(allocations.amount) as allocated_amount
    from stg_invoices as invoices
    inner join stg_payment_allocations as allocations
        on invoices.invoice_no = allocations.invoice_no
    group by invoices.invoice_no, invoices.amount
)

select
    sums.document,
    sums.document_no,
    sums.amount,
    sums.allocated_amount
from sums
cross join gates
where
    abs(cast(sums.allocated_amount as double))
    > abs(cast(sums.amount as double)) + gates.tolerance_amount + 0.000001
