"""Who belongs to an audience: its territories, its parties, and the parties that nobody can place.

A party has a home: its territory, the team that looks after it, or, for distributors, itself. One
without a home belongs where the party above it belongs, or the distributor that sells to it.
"""

from __future__ import annotations

from difflib import get_close_matches

import duckdb

from dakehu.audiences.definition import Audience
from dakehu.pipeline import Pipeline, PipelineError
from dakehu.sources.relation import literal

# What a value may be, and the column that a source has to fill.
KNOWN = {
    "regions": (
        "territories.territory_name",
        "select unnest([territory_name, territory_id]) from {loaded}.territories",
    ),
    "teams": ("people.org_unit", "select org_unit from {loaded}.people"),
    "distributors": (
        "customers.role",
        "select unnest([customer_id, customer_name]) from {loaded}.customers "
        "where customer_id in (select customer_id from ({distributors}))",
    ),
}
DISTRIBUTORS = """
    select customer_id from {loaded}.customers where role = 'distributor'
    union select customer_id from {loaded}.distributors
"""
HOMES = {
    "regions": """
        select customer_id, territory_id in (from own_territories) as is_own
        from {loaded}.customers where territory_id is not null
    """,
    # Who looks after a party on the as-of date; where the list is silent, who sold to it last.
    "teams": """
        with listed as (
            select customer_id, person_id from {loaded}.account_team
            where coalesce(valid_from, as_of()) <= as_of() and coalesce(valid_to > as_of(), true)
        ),
        keepers as (
            from listed
            union
            select customer_id, arg_max(person_id, (order_date, order_id, line_no))
            from {loaded}.order_lines
            where person_id is not null and customer_id not in (select customer_id from listed)
            group by customer_id
        )
        select customer_id, bool_or(org_unit in {values}) as is_own
        from keepers inner join {loaded}.people using (person_id)
        where org_unit is not null group by customer_id
    """,
    "distributors": """
        select customer_id, customer_id in {values} or coalesce(customer_name in {values}, false)
            as is_own
        from ({distributors}) left join {loaded}.customers using (customer_id)
    """,
}
PARTIES = """
create or replace temp table links as
    select customer_id as child, parent_customer_id as parent from {loaded}.customers
    where parent_customer_id is not null
    union select downstream_id, distributor_id from {loaded}.sell_out;
create or replace temp table reached as
    with recursive reach as (
        from homes
        union
        select links.child, reach.is_own from reach inner join links
        on reach.customer_id = links.parent
        where links.child not in (select customer_id from homes)
    )
    select customer_id, bool_or(is_own) as is_own from reach group by customer_id;
create or replace temp table every_party as
    select customer_id from {loaded}.customers
    union select customer_id from {loaded}.order_lines
    union select distributor_id from {loaded}.sell_out
    union select downstream_id from {loaded}.sell_out;
create or replace temp table own_parties as select customer_id from reached where is_own;
create or replace temp table unplaced_parties as
    from every_party where customer_id not in (select customer_id from reached);
"""
WITHIN = """
create or replace temp table own_territories as
    with recursive within as (
        select territory_id from {loaded}.territories
        where territory_id in {values} or territory_name in {values}
        union
        select below.territory_id from within inner join {loaded}.territories as below
        on within.territory_id = below.parent_id
    )
    from within
"""
# A team or a distributor is at home wherever its own rows lead.
VISITED = """
create or replace temp table own_territories as
    select distinct territory_id from (
        select customer_id, territory_id from {loaded}.customers
        union all select distributor_id, territory_id from {loaded}.territory_grants
        union all select customer_id, ship_to_territory_id from {loaded}.order_lines
        union all select distributor_id, ship_to_territory_id from {loaded}.sell_out
        union all select bound_distributor_id, scan_territory_id from {loaded}.scans
    ) as visits
    where territory_id is not null and customer_id in (from own_parties)
"""
KEPT_TERRITORIES = """
create or replace temp table known_territories as
    with recursive above as (
        from own_territories
        union
        select parent_id from above inner join {loaded}.territories using (territory_id)
        where parent_id is not null
    )
    select territory_id from above
"""


def choose(connection: duckdb.DuckDBPyConnection, audience: Audience, loaded: str) -> None:
    """Write whose rows an audience sees, read from the schema `loaded`.

    Temporary tables: own_parties and unplaced_parties (customer_id), every_party, own_territories
    and, with the territories above these, known_territories (territory_id).
    """
    texts = {
        "loaded": loaded,
        "values": f"({', '.join(literal(value) for value in audience.values)})",
        "distributors": DISTRIBUTORS.format(loaded=loaded),
    }
    connection.execute(f"create or replace temp macro as_of() as (select as_of from {loaded}.run)")
    if audience.kind == "regions":
        connection.execute(WITHIN.format(**texts))
    homes = HOMES[audience.kind].format(**texts)
    connection.execute(f"create or replace temp table homes as {homes}")
    connection.execute(PARTIES.format(**texts))
    if audience.kind == "distributors":  # who buys from us directly is no distributor's, and known
        connection.execute("delete from unplaced_parties")
    if audience.kind != "regions":
        connection.execute(VISITED.format(**texts))
    connection.execute(KEPT_TERRITORIES.format(**texts))


def check(
    connection: duckdb.DuckDBPyConnection, pipeline: Pipeline, name: str, loaded: str = "loaded"
) -> None:
    """See that every value of the audience `name` occurs in the loaded tables.

    Raises:
        PipelineError: one does not; the sentence names the nearest that do.
    """
    audience = pipeline.audience[name]
    column, query = KNOWN[audience.kind]
    distributors = DISTRIBUTORS.format(loaded=loaded)
    rows = connection.execute(query.format(loaded=loaded, distributors=distributors)).fetchall()
    known = sorted({value for (value,) in rows if value})
    for value in audience.values:
        if value not in known:
            near = get_close_matches(value, known, 3, 0.4) or known[:3]
            listed = ", ".join(f'"{one[:60]}"' for one in near)
            hint = f"the nearest are {listed}" if near else f"no source fills {column}"
            raise PipelineError(
                f'{pipeline.path.name}: audience.{name}.{audience.kind}: "{value}" occurs nowhere '
                f"in the data; {hint}"
            )
