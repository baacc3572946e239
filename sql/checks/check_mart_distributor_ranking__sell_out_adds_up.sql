-- Distributors whose sell-out by party differs from the lines that they reported up to the as-of date.
with parties as (
    select
        distributor_id,
        sum(amount) as amount
    from mart_distributor_ranking__sell_out
    group by distributor_id
),

reported as (
    select
        sell_out.distributor_id,
        sum(sell_out.amount) as amount
    from stg_sell_out as sell_out
    cross join stg_run as run
    where sell_out.doc_date <= run.as_of
    group by sell_out.distributor_id
)

select
    reported.distributor_id,
    reported.amount as reported_amount,
    parties.amount as party_amount
from reported
left join parties on reported.distributor_id = parties.distributor_id
where coalesce(reported.amount, 0) <> coalesce(parties.amount, 0)
