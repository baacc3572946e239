-- One row per tender.
select
    tender_id,
    customer_id,
    project_name,
    publish_date,
    open_date,
    project_budget,
    our_bid,
    best_rival_bid,
    winning_bid,
    result,
    price_weight,
    bid_cost,
    veto_contacted
from loaded.bids
