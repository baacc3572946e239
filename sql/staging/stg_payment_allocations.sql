-- One row per part of a payment that settles an invoice.
select
    payment_no,
    invoice_no,
    amount,
    alloc_date
from loaded.payment_allocations
