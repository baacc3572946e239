-- One row per document with something that nobody allocated: debits are owed to us, credits settle.
with invoices as (select * from stg_invoices),

payments as (select * from stg_payments),

allocations as (select * from int_payments__allocated),

customers as (select * from dim_customers),

run as (select * from stg_run),

settled as (
    select
        invoice_no,
        sum(amount) as amount
    from allocations
    group by invoice_no
),

spent as (
    select
        payment_no,
        sum(amount) as amount
    from allocations
    group by payment_no
),

documents as (
    select
        invoices.customer_id,
        'invoice' as document,
        invoices.invoice_no as document_no,
        invoices.invoice_date as document_date,
        invoices.due_date,
        invoices.amount - coalesce(settled.amount, 0) as rest_amount
    from invoices
    left join settled on invoices.invoice_no = settled.invoice_no
    union all
    select
        payments.customer_id,
        'payment' as document,
        payments.payment_no as document_no,
        payments.pay_date as document_date,
        payments.pay_date as due_date,
        coalesce(spent.amount, 0) - payments.amount as rest_amount
    from payments
    left join spent on payments.payment_no = spent.payment_no
),

-- Returns are negative invoices and settle; a refund is a negative payment and is owed again.
sides as (
    select
        coalesce(customers.group_id, documents.customer_id) as group_id,
        documents.document,
        documents.document_no,
        documents.document_date,
        documents.due_date,
        case when documents.rest_amount > 0 then 'debit' else 'credit' end as side,
        abs(documents.rest_amount) as rest_amount
    from documents
    cross join run
    left join customers on documents.customer_id = customers.customer_id
    where documents.rest_amount <> 0 and documents.document_date <= run.as_of
),

-- What falls due first is paid first.
final as (
    select
        *,
        row_number() over (
            partition by group_id, side
            order by coalesce(due_date, document_date), document_date, document, document_no
        ) as place,
        sum(rest_amount) over (
            partition by group_id, side
            order by coalesce(due_date, document_date), document_date, document, document_no
            rows between unbounded preceding and current row
        ) as cumulative_amount
    from sides
)

select * from final
