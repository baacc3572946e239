"""What an audience sees of its own rows: others that they touch as numbers, people without names.

Where a row touches a party or a place of somebody else's (goods shipped across a border), that one
becomes a number by the order in which the audience's own rows meet it: figures stay whole, and
nothing tells who it is.
"""

from __future__ import annotations

import duckdb

from dakehu.schema import Column, Table, tables
from dakehu.sources.relation import quoted

OUTSIDE = "outside-"
OUTSIDE_NAME = "区外 Outside "
# What a key stands for, beside what the schema says of it.
KINDS = {
    ("customers", "customer_id"): "party",
    ("territories", "territory_id"): "territory",
    ("contacts", "contact_id"): "contact",
    ("inventory", "holder_id"): "party",
    ("assessments", "subject_id"): "party",
    ("assessments", "rater_id"): "rater",
    ("assessments", "rater_org"): "party",
}
KIND_OF = {"customers": "party", "territories": "territory", "contacts": "contact"}
# A sale that somebody else's distributor delivers is a direct sale: it is ranked among our own.
OWN_OR_NOBODY = ("order_lines", "fulfilled_by")
# Codes of a team or an organisation may name another region, and no model reads them.
BLANK = {("order_lines", "org_id"), ("people", "org_unit")}
# A key that leads to a row of somebody else's leads nowhere.
LEADS_TO = {
    ("invoices", "order_id"): ("order_lines", "order_id"),
    ("order_lines", "tender_id"): ("bids", "tender_id"),
    ("activities", "contact_id"): ("contacts", "contact_id"),
    ("products", "successor_product_id"): ("products", "product_id"),
}
# What stands for a party or a territory of somebody else's; a place above it only if it is one too.
OUTSIDERS = {
    "customers": (
        "party", "customer_id", "customer_name",
        "t.role, t.tier_depth, t.is_end_user, t.central_purchase",
    ),
    "territories": (
        "territory", "territory_id", "territory_name",
        "t.level, case when t.parent_id in (from known_territories) then t.parent_id else "
        "(select p.shown from shown_ids as p where p.kind = 'territory' and p.id = t.parent_id) "
        "end as parent_id",
    ),
}  # fmt: skip
# Beside what `scrubbed` takes out of every text. A party may be called by its code.
MASKS = {
    ("people", "name"): "masked(kept.name)",
    ("customers", "customer_name"): (
        "case when kept.customer_name = kept.customer_id then "
        "coalesce((select s.shown from shown_ids as s where s.kind = 'party' "
        "and s.id = kept.customer_id), kept.customer_id) "
        "when is_person(kept.customer_name, kept.unified_credit_code, kept.role) "
        "then masked(kept.customer_name) else scrubbed(kept.customer_name) end"
    ),
    ("customers", "unified_credit_code"): (
        "case when not is_personal(kept.unified_credit_code) then kept.unified_credit_code end"
    ),
}
# A group is called by its head; where that is somebody else's, by its first party of our own.
GROUPS = """
create or replace temp table own_groups as
    with headed as (
        select
            customer_id, coalesce(united.head_id, party.group_id, party.customer_id) as head_id
        from {loaded}.customers as party
        left join {loaded}.united_groups as united
            on coalesce(party.group_id, party.customer_id) = united.group_id
        where is_own(customer_id)
    )
    select customer_id, case
        when head_id in (select customer_id from every_party) and not is_own(head_id)
            then min(customer_id) over (partition by head_id)
        else head_id end as head_id
    from headed
"""


def name_outsiders(connection: duckdb.DuckDBPyConnection, loaded: str, *, is_masked: bool) -> None:
    """The temporary table shown_ids (kind, id, shown): what stands for a key that must not.

    Beside it own_groups (customer_id, head_id): what the groups of own parties are called. With
    `is_masked` a number also stands for an own key that is a telephone number or the like.
    """
    connection.execute(GROUPS.format(loaded=loaded))
    met = " union all ".join(
        f"select '{kind}' as kind, {quoted(column.name)} as id, "
        f"cast({_day(table)} as date) as day from kept_{table.name} "
        f"where {quoted(column.name)} is not null"
        for table in tables().values()
        for column in table.columns.values()
        if (kind := kind_of(table, column)) and (table.name, column.name) != OWN_OR_NOBODY
    )
    connection.execute(
        f"""
        create or replace temp table shown_ids as
        with met as ({met}),
        judged as (
            select kind, id, min(day) as first_day, count(*) as row_count, case kind
                when 'party' then id in (select customer_id from every_party)
                    and not is_own(id)
                when 'territory' then id not in (from known_territories)
                else kind = 'rater' and id not in (from own_people) end as is_outside
            from met group by kind, id
        ),
        chosen as (
            select *, case when is_outside and kind <> 'rater' then '{OUTSIDE}'
                when is_outside then 'rater-' else 'person-' end as prefix
            from judged where is_outside or ({str(is_masked).lower()} and is_personal(id))
        )
        select kind, id, prefix || row_number() over (
            partition by kind, prefix order by first_day, row_count desc, md5(id)
        ) as shown from chosen
        """
    )


def kind_of(table: Table, column: Column) -> str | None:
    """What a column's key stands for where it may be somebody else's: party, territory, ..."""
    reference = column.reference
    return KINDS.get((table.name, column.name)) or (
        KIND_OF.get(reference.table) if reference else None
    )


def shown(kind: str, key: str) -> str:
    """The SQL of a key as the audience sees it."""
    return (
        f"coalesce((select s.shown from shown_ids as s where s.kind = '{kind}' and s.id = {key}), "
        f"{key})"
    )


def written(table: Table, loaded: str, *, is_masked: bool) -> str:
    """The SELECT of a table as the audience sees it: kept rows, strangers and people without name.

    Its columns are those of the schema and where each row comes from.
    """
    values = [
        f"{_value(table, column, loaded, is_masked)} as {quoted(column.name)}"
        for column in table.columns.values()
    ]
    traces = [f"{shown_file('kept.source_file')} as source_file", "kept.source_row", "kept.load_id"]
    select = f"select {', '.join([*values, *traces])} from kept_{table.name} as kept"
    return (
        f"{select} union all by name {outsiders}"
        if (outsiders := _outsiders(table, loaded))
        else select
    )


def shown_file(label: str) -> str:
    """The SQL of a file's name as the audience sees it."""
    return f"coalesce((select f.shown from shown_files as f where f.file = {label}), {label})"


def _outsiders(table: Table, loaded: str) -> str:
    """The SELECT of the parties or territories that are numbers now, "" for any other table.

    What a model has to know of them stays; nothing that tells who they are.
    """
    if table.name not in OUTSIDERS:
        return ""
    kind, key, name, taken = OUTSIDERS[table.name]
    return (
        f"select s.shown as {key}, '{OUTSIDE_NAME}' || replace(s.shown, '{OUTSIDE}', '') "
        f"as {name}, {taken} from shown_ids as s "
        f"left join {loaded}.{table.name} as t on s.id = t.{key} "
        f"where s.kind = '{kind}' and starts_with(s.shown, '{OUTSIDE}')"
    )


def _day(table: Table) -> str:
    """The first date of a row, by which it is told when a stranger was first met."""
    dates = [column.name for column in table.columns.values() if column.kind in ("date", "time")]
    return quoted(dates[0]) if dates else "null"


def _value(table: Table, column: Column, loaded: str, is_masked: bool) -> str:
    key, place = f"kept.{quoted(column.name)}", (table.name, column.name)
    if place in BLANK:
        return f"cast(null as {column.sql_type})"
    if place == ("customers", "group_id"):
        return shown(
            "party",
            "(select g.head_id from own_groups as g where g.customer_id = kept.customer_id)",
        )
    kind = kind_of(table, column)
    seen = shown(kind, key) if kind else key
    if place == OWN_OR_NOBODY:
        return f"case when is_own({key}) then {seen} end"
    if place in LEADS_TO:
        target, target_key = LEADS_TO[place]
        ours = f"{key} in (select {target_key} from kept_{target})"
        strange = f"{key} in (select {target_key} from {loaded}.{target})"
        return f"case when {ours} or not coalesce({strange}, false) then {seen} end"
    if kind:
        return seen
    if is_masked and place in MASKS:
        return MASKS[place]
    if is_masked and column.kind == "text" and not column.values:
        return f"scrubbed({key})"
    return key
