-- One row per outage of a product and fiscal month: days out, and its sales of the 90 days before.
with outages as (select * from stg_outages),

order_lines as (select * from fct_order_lines),

products as (select * from stg_products),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

-- Outages of one product that begin together are one.
known as (
    select
        outages.product_id,
        outages.start_date,
        max(coalesce(outages.end_date, run.as_of)) as end_date
    from outages
    cross join run
    where outages.product_id is not null and outages.start_date <= run.as_of
    group by outages.product_id, outages.start_date
),

spells as (
    select
        known.product_id,
        known.start_date,
        calendar.month,
        max(known.end_date) as end_date,
        count(*) as out_days
    from known
    inner join calendar
        on calendar.calendar_date between known.start_date and known.end_date
    cross join run
    where calendar.calendar_date <= run.as_of
    group by known.product_id, known.start_date, calendar.month
),

lengths as (
    select
        month,
        count(*) as month_days
    from calendar
    group by month
),

before as (
    select
        known.product_id,
        known.start_date,
        sum(order_lines.net_amount) as sold_amount
    from known
    inner join order_lines
        on
            known.product_id = order_lines.product_id
            and order_lines.order_date between known.start_date - interval '90' day
            and known.start_date - interval '1' day
    where order_lines.tender_id is null
    group by known.product_id, known.start_date
),

final as (
    select
        spells.product_id,
        products.family,
        spells.start_date,
        spells.end_date,
        spells.month,
        spells.out_days,
        lengths.month_days,
        90 as stocked_days,
        coalesce(before.sold_amount, 0) as sold_amount
    from spells
    inner join lengths on spells.month = lengths.month
    left join before
        on spells.product_id = before.product_id and spells.start_date = before.start_date
    left join products on spells.product_id = products.product_id
)

select * from final
