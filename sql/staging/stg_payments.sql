-- One row per payment received.
select
    payment_no,
    customer_id,
    pay_date,
    amount,
    method,
    bill_due_date
from loaded.payments
