-- Distributors whose sell-out by place differs from the lines of the days on which they held a grant.
with parties as (
    select
        distributor_id,
        sum(line_count) as line_count,
        sum(quantity) as quantity
    from mart_distributor_ranking__places
    group by distributor_id
),

held as (
    select distinct
        sell_out.distributor_id,
        sell_out.doc_date
    from stg_sell_out as sell_out
    cross join stg_run as run
    inner join stg_territory_grants as grants
        on
            sell_out.distributor_id = grants.distributor_id
            and sell_out.doc_date >= grants.valid_from
            and sell_out.doc_date < coalesce(grants.valid_to, date '9999-12-31')
    where sell_out.doc_date <= run.as_of
),

reported as (
    select
        sell_out.distributor_id,
        count(*) as line_count,
        sum(sell_out.quantity) as quantity
    from stg_sell_out as sell_out
    inner join held
        on sell_out.distributor_id = held.distributor_id and sell_out.doc_date = held.doc_date
    where sell_out.ship_to_territory_id is not null
    group by sell_out.distributor_id
)

select
    reported.distributor_id,
    reported.line_count as reported_count,
    parties.line_count as placed_count
from reported
left join parties on reported.distributor_id = parties.distributor_id
where
    reported.line_count <> coalesce(parties.line_count, 0)
    or reported.quantity <> coalesce(parties.quantity, 0)
