-- Files whose money is not all accounted for: in = loaded + rejected + left out + rounding, to the cent.
select
    file,
    target_table,
    amount_in,
    amount_loaded,
    amount_rejected,
    amount_left_out,
    rounding_amount
from stg_files
where
    amount_in is not null
    and abs(
        amount_in - amount_loaded - amount_rejected - amount_left_out - rounding_amount
    ) > 0.01
