-- One row: the load that this warehouse holds and the date as of which the marts speak.
select
    pipeline,
    title_zh,
    title_en,
    currency,
    as_of,
    fiscal_month_end_day,
    load_id
from loaded.run
