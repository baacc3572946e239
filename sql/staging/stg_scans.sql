-- One row per scan of an item code.
select
    code,
    batch_no,
    bound_distributor_id,
    cast(scan_ts as date) as scan_date,
    scan_territory_id,
    accuracy_m
from loaded.scans
