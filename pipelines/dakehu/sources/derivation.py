"""What a load adds to the files: derived dimensions, the calendar, the as-of date."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

# Which facts name the keys of a dimension that no source fills.
NAMED_BY = {
    "customers": (
        ("order_lines", "customer_id"),
        ("order_lines", "fulfilled_by"),
        ("sell_out", "distributor_id"),
        ("sell_out", "downstream_id"),
    ),
    "products": (("order_lines", "product_id"), ("sell_out", "product_id")),
    "territories": (("order_lines", "ship_to_territory_id"), ("customers", "territory_id")),
}
DERIVED = "(derived)"
FORWARD_DAYS = 730  # the calendar reaches past any forecast horizon in use


def derive_dimensions(
    connection: duckdb.DuckDBPyConnection, mapped: set[str], load_id: str
) -> None:
    """Fill each dimension that no source feeds from the keys that the facts use; name = key."""
    for table, origins in NAMED_BY.items():
        if table in mapped:
            continue
        singular = {"customers": "customer", "products": "product", "territories": "territory"}[
            table
        ]
        keys = " union ".join(
            f"select {column} as id from loaded.{origin} where {column} is not null"
            for origin, column in origins
        )
        role = ", role" if table == "customers" else ""
        value = ", 'customer'" if table == "customers" else ""
        connection.execute(
            f"insert into loaded.{table} "
            f"({singular}_id, {singular}_name{role}, source_file, load_id) "
            f"select id, id{value}, ?, ? from ({keys}) order by id",
            [DERIVED, load_id],
        )


def last_complete_month(last_sale: date, month_end_day: int) -> date:
    """The end of the last fiscal month that the sales reach: the sale's own if it falls on its end.

    `month_end_day` is the day that closes a month, 31 for calendar months.
    """
    end = _month_end(last_sale.year, last_sale.month, month_end_day)
    if last_sale >= end:
        return end
    before = last_sale.replace(day=1) - timedelta(days=1)
    return _month_end(before.year, before.month, month_end_day)


def write_calendar(
    connection: duckdb.DuckDBPyConnection, first: date, as_of: date, month_end_day: int
) -> None:
    """loaded.calendar: each date with its fiscal month (the first of it) and that month's last day.

    A month that closes on the 25th runs from the 26th to the 25th and is named after its last day.
    """
    last = as_of + min(timedelta(days=FORWARD_DAYS), date.max - timedelta(days=62) - as_of)
    connection.execute(
        """
        insert into loaded.calendar
        with days as (
            select cast(unnest(generate_series(?::date, ?::date, interval 1 day)) as date) as date
        ),
        ends as (
            select
                date,
                cast(date_trunc('month', date) as date) as own,
                least(last_day(date), cast(date_trunc('month', date) as date) + (? - 1)) as own_end
            from days
        ),
        months as (
            select
                date,
                case
                    when date > own_end then cast(own + interval 1 month as date) else own
                end as month
            from ends
        )
        select date, month, least(last_day(month), month + (? - 1)) as month_end
        from months
        order by date
        """,
        [first, last, month_end_day, month_end_day],
    )


def _month_end(year: int, month: int, day: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(following - timedelta(days=1), date(year, month, 1) + timedelta(days=day - 1))
