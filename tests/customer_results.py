"""Results of the customer value report on rich and poor data, and the texts of a block."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from customer_book import SCHEMA, mart
from dakehu.analysis.customer_value import Policy, analyse

AS_OF = date(2024, 12, 31)
HOSTILE = "<script>alert(1)</script>"


def book(months: int, costed: bool) -> pl.DataFrame:
    """A book of 30 customers, some risen, lost, new, quiet, loss-making or only returning."""
    rows = []
    for number in range(30):
        for step in range(months):
            year, month = 2024 - (months - 1 - step) // 12, 12 - (months - 1 - step) % 12
            leaves = number % 7 == 1 and step >= months - 13
            comes = number % 7 == 2 and step < months - 6
            quiet = number % 7 == 3 and step >= months - 4
            if leaves or comes or quiet:
                continue
            amount = Decimal(-5 if number == 29 else 4000 // (number + 1) + step * (number % 5 - 2))
            cost = amount * Decimal("1.1" if number == 4 else "0.7") if costed else None
            ordered = date(year, month, 9) if amount > 0 else None
            rows.append(
                {
                    "customer_id": f"c{number:02}",
                    "customer_name": HOSTILE if number == 0 else f"客户 {number}",
                    "role": "customer",
                    "month": date(year, month, 1),
                    "net_amount": amount,
                    "cost_amount": cost,
                    "margin_amount": None if cost is None else amount - cost,
                    "order_count": 1 if ordered else 0,
                    "first_order_date": ordered,
                    "last_order_date": ordered,
                }
            )
    return pl.DataFrame(rows, schema=SCHEMA)


def marts(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What the parts read beside the sales: all of it known for most customers."""
    names = frame["customer_id"].unique().sort().to_list()
    profiles = [
        {
            "customer_id": name,
            "customer_name": f"名 {name}",
            "role": "customer",
            "industry_name": f"行业 {number % 3}",
            "size_band": "大型",
            "fit_score": None if number == 5 else Decimal(9 - number % 5),
            "is_central": None if number == 6 else number % 4 != 2,
            "is_direct": True,
            "given_class": {0: "A", 2: "B", 20: "A"}.get(number),
        }
        for number, name in enumerate([*names, "prospect"])
    ]
    last = (
        frame.filter(pl.col("order_count") > 0)
        .group_by("customer_id")
        .agg(pl.col("last_order_date").max())
    )
    days = [
        {"customer_id": name, "order_date": day - timedelta(days=9 * n), "net_amount": 90 + n}
        for name, day in last.sort("customer_id").iter_rows()
        for n in range(5)
    ]
    at = date(2024, 11, 1)
    happened = [
        {"customer_id": name, "month": at, "kind": kind, "event_count": 1}
        for name, kind in (("c00", "tender_lost"), ("c03", "diversion"), ("c05", "contact_left"))
    ]
    start = {"first_month": date(2024, 2, 1), "valid_from": date(2024, 2, 9), "valid_to": None}

    def until(day: date) -> dict:
        return {"valid_to": day, "last_month": day.replace(day=1)}

    managed = [
        {"customer_id": "c01", "person_id": person} | start | changed
        for person, changed in (
            ("K1", {"valid_from": None, "first_month": None} | until(date(2024, 2, 9))),
            ("K2", until(date(2024, 5, 9))),
            ("K3", {"valid_from": date(2024, 5, 9), "first_month": date(2024, 5, 1)}),
        )
    ]
    lines = frame.filter(pl.col("month") == at).select("customer_id", "month", "net_amount")
    return {
        **mart("profiles", *profiles),
        **mart("order_days", *days),
        **mart("events", *happened),
        **mart(
            "centralisation",
            {"customer_id": "c00", "month": at, "ordered_amount": 9, "central_amount": 6},
        ),
        **mart("managers", *managed),
        **mart(
            "meetings", {"customer_id": "c02", "month": at, "person_count": 4, "manager_count": 0}
        ),
        **mart("mapped", {"table_name": "bids", "is_mapped": True}),
        "families": lines.select(
            "customer_id", "month", pl.lit("油").alias("family"), "net_amount"
        ),
        "costs": lines.select(
            "customer_id",
            "month",
            pl.lit("service").alias("cost_type"),
            (pl.col("net_amount") * Decimal("0.1")).cast(pl.Decimal(38, 2)).alias("cost_amount"),
        ),
    }


def result(months: int, costed: bool, closed: bool = True, is_rich: bool = False):
    frame = book(months, costed)
    calendar = frame.select("month").unique().sort("month").with_columns(is_closed=pl.lit(closed))
    return analyse(frame, calendar, AS_OF, 12, Policy(), marts(frame) if is_rich else None)


RESULTS = {
    "rich": result(36, costed=True, is_rich=True),
    "poor": result(9, costed=False, closed=False),
    "plain": result(24, costed=False),
}


def strings(value) -> list[str]:
    """Every text in a block, however deep."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []
