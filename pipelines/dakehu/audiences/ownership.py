"""Which rows of the loaded tables are an audience's own: those of the party that owns them.

A row belongs to its buyer, the distributor that sold on, the holder of the stock; the others to the
rows that they go with, or to their territory.
"""

from __future__ import annotations

import duckdb

from dakehu.sources.relation import literal

# The column with the party whose row it is.
OWNERS = dict.fromkeys(
    (
        "customers", "distributors", "contacts", "account_team", "customer_classes",
        "credit_terms", "order_lines", "invoices", "payments", "rebates",
        "bids", "stages", "activities", "costs", "competitor_events",
    ),
    "customer_id",
) | {
    "territory_grants": "distributor_id",
    "sell_out": "distributor_id",
    "sell_out_coverage": "distributor_id",
    "inventory": "holder_id",
    "scans": "bound_distributor_id",
    "cases": "coalesce(offender_id, victim_id)",
}  # fmt: skip
# The others, each after the tables whose kept rows it looks at.
CONDITIONS = {
    "shipments": "exists (from kept_order_lines as o where o.order_id = {t}.order_id "
    "and coalesce(o.line_no = {t}.order_line_no, true))",
    "payment_allocations": "payment_no in (select payment_no from kept_payments) "
    "and invoice_no in (select invoice_no from kept_invoices)",
    "rebate_tiers": "program_id in (select program_id from kept_rebates)",
    "people": "person_id in (from own_people)",
    "quotas": "case when customer_id is not null then is_own(customer_id) "
    "when person_id is not null then person_id in (from undivided_people) "
    "else is_here(territory_id) end",
    "products": "product_id in (from own_products) "
    "or not (coalesce(is_custom, false) or names_a_stranger(product_name))",
    "territories": "territory_id in (from known_territories)",
    "territory_pairs": "is_here(from_id) and is_here(to_id)",
    "price_observations": "is_here(territory_id)",
    "market": "is_here(territory_id)",
    "weather": "is_here(territory_id)",
    "price_lists": "product_id in (select product_id from kept_products) "
    "and (territory_id is null or is_here(territory_id))",
    "outages": "product_id is null or product_id in (select product_id from kept_products)",
    "assessments": "is_own(subject_id) or subject_id in (select tender_id from kept_bids)",
    "group_memberships": "false",  # no model reads it, and groups cross borders
    "events": "true",  # see events.py: whom one is for stands in a text
}
HELPERS = r"""
create or replace temp macro is_own(id) as id in (from own_parties);
create or replace temp macro is_here(id) as id in (from own_territories);
create or replace temp table stranger_ids as
    select customer_id as stranger from every_party where customer_id not in (from own_parties)
    union select territory_id from {loaded}.territories
    where territory_id not in (from known_territories);
-- A code of letters and digits is looked for as a word, whatever else it is called anywhere.
create or replace temp table stranger_names as
    with strangers as (
        select customer_name as stranger from {loaded}.customers
        where customer_id not in (from own_parties)
        union select territory_name from {loaded}.territories
        where territory_id not in (from known_territories)
        union select name from {loaded}.people where person_id not in (from own_people)
        union from stranger_ids where not regexp_full_match(stranger, '\w+')
    )
    from strangers where length(stranger) > 1
    except select customer_name from {loaded}.customers where customer_id in (from own_parties)
    except select territory_name from {loaded}.territories
    where territory_id in (from known_territories);
create or replace temp macro names_a_stranger(t) as
    exists (from stranger_names where contains(t, stranger)) or exists (
        from stranger_ids where stranger in (select unnest(regexp_extract_all(t, '\w+')))
    );
"""
PEOPLE = """
create or replace temp table served as
    select person_id, customer_id from {loaded}.order_lines
    union select person_id, customer_id from {loaded}.account_team
    union select person_id, customer_id from {loaded}.activities;
create or replace temp table own_people as
    select distinct person_id from served
    where person_id is not null and customer_id in (from own_parties){team};
create or replace temp table undivided_people as
    select person_id from own_people where person_id not in (
        select person_id from served
        where person_id is not null and customer_id not in (from own_parties)
    ){team};
"""
TEAM = " union select person_id from {loaded}.people where org_unit in {values}"
PRODUCTS = """
create or replace temp table own_products as
    select product_id from kept_order_lines union select product_id from kept_sell_out
    union select product_id from kept_inventory
"""


def keep(connection: duckdb.DuckDBPyConnection, loaded: str, teams: tuple[str, ...]) -> None:
    """A temporary view kept_<table> on the rows of each table of `loaded` that the audience sees.

    `teams` are those that make up the audience, else (); their people are its own people.
    """
    values = f"({', '.join(literal(team) for team in teams)})"
    team = TEAM.format(loaded=loaded, values=values) if teams else ""
    connection.execute(PEOPLE.format(loaded=loaded, team=team))
    connection.execute(HELPERS.format(loaded=loaded))
    conditions = {name: f"is_own({owner})" for name, owner in OWNERS.items()} | CONDITIONS
    for name, condition in conditions.items():
        if name == "products":
            connection.execute(PRODUCTS)
        connection.execute(
            f"create or replace temp view kept_{name} as from {loaded}.{name} as {name}_rows "
            f"where {condition.format(t=f'{name}_rows')}"
        )
