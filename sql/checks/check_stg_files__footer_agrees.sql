-- Files whose own total row is not the sum of their rows: something was cut off, or added by hand.
select
    file,
    target_table,
    footer_amount,
    amount_in
from stg_files
where abs(footer_amount - amount_in) > 0.01
