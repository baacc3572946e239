-- One row per part of a debit and the credit that settles it: open without credit, unused without debit.
with documents as (select * from int_receivables__listed),

allocations as (select * from int_payments__allocated),

invoices as (select * from stg_invoices),

customers as (select * from dim_customers),

-- Debits and credits laid end to end: every end of a document cuts the line, and the part before the cut
-- belongs to the debit and the credit that were running there.
cuts as (
    select
        group_id,
        cumulative_amount,
        coalesce(max(cumulative_amount) over (
            partition by group_id order by cumulative_amount, side
            rows between unbounded preceding and 1 preceding
        ), 0) as start_amount,
        count(case when side = 'debit' then 1 end) over (
            partition by group_id order by cumulative_amount, side
            rows between unbounded preceding and 1 preceding
        ) + 1 as debit_place,
        count(case when side = 'credit' then 1 end) over (
            partition by group_id order by cumulative_amount, side
            rows between unbounded preceding and 1 preceding
        ) + 1 as credit_place
    from documents
),

final as (
    select
        cuts.group_id,
        debits.document as debit_document,
        debits.document_no as debit_no,
        credits.document as credit_document,
        credits.document_no as credit_no,
        cuts.cumulative_amount - cuts.start_amount as amount,
        true as is_first_in_first_out
    from cuts
    left join documents as debits
        on
            cuts.group_id = debits.group_id
            and debits.side = 'debit'
            and cuts.debit_place = debits.place
    left join documents as credits
        on
            cuts.group_id = credits.group_id
            and credits.side = 'credit'
            and cuts.credit_place = credits.place
    where cuts.cumulative_amount > cuts.start_amount
    union all
    select
        coalesce(customers.group_id, invoices.customer_id) as group_id,
        'invoice' as debit_document,
        allocations.invoice_no as debit_no,
        'payment' as credit_document,
        allocations.payment_no as credit_no,
        allocations.amount,
        false as is_first_in_first_out
    from allocations
    inner join invoices on allocations.invoice_no = invoices.invoice_no
    left join customers on invoices.customer_id = customers.customer_id
)

select * from final
