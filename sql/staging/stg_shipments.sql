-- One row per shipped line; freight that the buyer pays is not our cost and is left empty.
select
    ship_no,
    line_no,
    order_id,
    order_line_no,
    ship_date,
    delivered_date,
    quantity,
    mode,
    freight_payer,
    case when coalesce(freight_payer, 'us') = 'us' then freight_amount end as freight_amount
from loaded.shipments
