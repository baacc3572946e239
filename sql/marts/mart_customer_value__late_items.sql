-- One row per customer group, due date and day of settlement: invoices settled late, or not yet and past due.
with settled as (select * from int_receivables__settled),

invoices as (select * from stg_invoices),

payments as (select * from stg_payments),

run as (select * from stg_run),

-- A return is a negative invoice and settles on its day, as a payment does.
parts as (
    select
        settled.group_id,
        invoices.due_date,
        coalesce(payments.pay_date, returned.invoice_date) as settled_date,
        settled.amount
    from settled
    inner join invoices
        on settled.debit_document = 'invoice' and settled.debit_no = invoices.invoice_no
    left join payments
        on settled.credit_document = 'payment' and settled.credit_no = payments.payment_no
    left join invoices as returned
        on settled.credit_document = 'invoice' and settled.credit_no = returned.invoice_no
),

final as (
    select
        parts.group_id as customer_id,
        parts.due_date,
        parts.settled_date,
        sum(parts.amount) as late_amount
    from parts
    cross join run
    where
        parts.due_date < run.as_of
        and (parts.settled_date is null or parts.settled_date > parts.due_date)
    group by parts.group_id, parts.due_date, parts.settled_date
)

select * from final
