-- One row per payment received.
select
    payment_no,
    customer_id,
    pay_date,
    amount,
    method
from loaded.payments
