-- One row per invoice, tax included.
select
    invoice_no,
    customer_id,
    invoice_date,
    due_date,
    amount,
    currency,
    order_id
from loaded.invoices
