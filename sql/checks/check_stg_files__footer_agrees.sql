-- Files whose own total row is not the sum of their rows: something was cut off, or added by hand.
with gates as (
    select max(case when name = 'document_tolerance_amount' then value end) as tolerance_amount
    from stg_gates
)

select
    files.file,
    files.target_table,
    files.footer_amount,
    files.amount_in,
    files.footer_amount - files.amount_in as gap_amount
from stg_files as files
cross join gates
where
    abs(cast(files.footer_amount - files.amount_in as double)) > gates.tolerance_amount + 0.000001
