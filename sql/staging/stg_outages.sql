-- One row per time in which a product, or a site, had nothing to give.
select
    product_id,
    site,
    cast(start_ts as date) as start_date,
    cast(end_ts as date) as end_date
from loaded.outages
