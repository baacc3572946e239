-- One row per part of an invoice and the payment that settled it, with the order and both days.
with settled as (select * from int_receivables__settled),

invoices as (select * from stg_invoices),

payments as (select * from stg_payments),

final as (
    select
        settled.group_id,
        invoices.order_id,
        invoices.invoice_date,
        payments.pay_date,
        settled.amount
    from settled
    inner join invoices
        on settled.debit_document = 'invoice' and settled.debit_no = invoices.invoice_no
    inner join payments
        on settled.credit_document = 'payment' and settled.credit_no = payments.payment_no
)

select * from final
