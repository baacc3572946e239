-- One row per distributor and month with invoices or payments: tax included.
with invoices as (select * from stg_invoices),

payments as (select * from stg_payments),

order_lines as (select * from fct_order_lines),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

bought as (
    select distinct distributor_id from order_lines
    where distributor_id is not null
),

documents as (
    select
        customer_id,
        invoice_date as doc_date,
        amount as invoiced_amount,
        cast(0 as decimal(18, 2)) as received_amount
    from invoices
    union all
    select
        customer_id,
        pay_date as doc_date,
        cast(0 as decimal(18, 2)) as invoiced_amount,
        amount as received_amount
    from payments
),

final as (
    select
        bought.distributor_id,
        calendar.month,
        sum(documents.invoiced_amount) as invoiced_amount,
        sum(documents.received_amount) as received_amount
    from documents
    cross join run
    inner join bought on documents.customer_id = bought.distributor_id
    inner join calendar on documents.doc_date = calendar.calendar_date
    where documents.doc_date <= run.as_of
    group by 1, 2
)

select * from final
