-- One row per line that a distributor sold on to a known place, up to the as-of date: granted, agreed or not.
with sell_out as (select * from stg_sell_out),

places as (select * from int_territory_grants__places_judged),

parties as (select * from stg_customers),

events as (select * from stg_events),

run as (select * from stg_run),

-- An expo or an agreed exception is an event whose scope names the distributor and the place.
agreed as (
    select distinct
        places.distributor_id,
        places.visit_date,
        places.territory_id
    from places
    inner join events
        on
            places.visit_date >= events.start_date
            and places.visit_date <= coalesce(events.end_date, date '9999-12-31')
            and strpos(events.scope_json, concat('"', places.distributor_id, '"')) > 0
            and strpos(events.scope_json, concat('"', places.territory_id, '"')) > 0
    where not places.is_granted
),

final as (
    select
        sell_out.distributor_id,
        sell_out.doc_date,
        sell_out.ship_to_territory_id as territory_id,
        places.holder_id,
        places.is_granted,
        sell_out.batch_no,
        sell_out.quantity,
        sell_out.amount,
        case
            when places.is_granted then 'granted'
            when parties.role = 'chain_ka' or parties.central_purchase then 'chain'
            when agreed.distributor_id is not null then 'agreed'
            else 'outside'
        end as standing
    from sell_out
    cross join run
    inner join places
        on
            sell_out.distributor_id = places.distributor_id
            and sell_out.doc_date = places.visit_date
            and sell_out.ship_to_territory_id = places.territory_id
    left join parties on sell_out.downstream_id = parties.customer_id
    left join agreed
        on
            sell_out.distributor_id = agreed.distributor_id
            and sell_out.doc_date = agreed.visit_date
            and sell_out.ship_to_territory_id = agreed.territory_id
    where sell_out.doc_date <= run.as_of
)

select * from final
