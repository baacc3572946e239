-- One row per document still open as of the date; a payment or return not used up stands negative.
with settled as (select * from int_receivables__settled),

documents as (select * from int_receivables__listed),

open_parts as (
    select
        group_id,
        coalesce(debit_document, credit_document) as document,
        coalesce(debit_no, credit_no) as document_no,
        sum(case when credit_no is null then amount else -amount end) as open_amount
    from settled
    where credit_no is null or debit_no is null
    group by group_id, coalesce(debit_document, credit_document), coalesce(debit_no, credit_no)
),

final as (
    select
        open_parts.group_id as customer_id,
        open_parts.document,
        open_parts.document_no,
        documents.document_date,
        documents.due_date,
        open_parts.open_amount
    from open_parts
    inner join documents
        on
            open_parts.document = documents.document
            and open_parts.document_no = documents.document_no
)

select * from final
