-- One row per part of a payment that somebody allocated to an invoice by the as-of date.
with allocations as (select * from stg_payment_allocations),

payments as (select * from stg_payments),

invoices as (select * from stg_invoices),

run as (select * from stg_run),

final as (
    select
        allocations.payment_no,
        allocations.invoice_no,
        allocations.amount
    from allocations
    inner join payments on allocations.payment_no = payments.payment_no
    inner join invoices on allocations.invoice_no = invoices.invoice_no
    cross join run
    where
        payments.pay_date <= run.as_of
        and invoices.invoice_date <= run.as_of
        and coalesce(allocations.alloc_date, payments.pay_date) <= run.as_of
)

select * from final
