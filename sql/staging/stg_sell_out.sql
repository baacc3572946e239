-- One row per line that a distributor sold on; cash needs no term.
select
    doc_date,
    distributor_id,
    downstream_id,
    product_id,
    quantity,
    amount,
    pay_mode,
    coalesce(term_days, case when pay_mode = 'cash' then 0 end) as term_days,
    pick_mode,
    ship_to_territory_id,
    batch_no
from loaded.sell_out
