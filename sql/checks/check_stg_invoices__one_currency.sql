-- Invoices in another currency than the pipeline's: their amounts are added as if they were in it.
select
    invoices.currency,
    count(*) as invoice_count,
    sum(invoices.amount) as amount,
    min(invoices.invoice_no) as example_invoice_no
from stg_invoices as invoices
cross join stg_run as run
where upper(invoices.currency) <> run.currency
group by invoices.currency
