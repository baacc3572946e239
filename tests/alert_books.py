"""Customers that order at random, as the marts would give them to the alerts."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from dakehu.analysis.customer_value.alert_book import Book, book_of
from dakehu.analysis.customer_value.alerts import Alerts, alerts_of
from dakehu.analysis.customer_value.marts import MARTS, frames
from dakehu.analysis.customer_value.policy import Policy

FIRST, MONTHS = date(2022, 1, 1), 48
MONEY = pl.Decimal(38, 2)
LOST = {
    "customer_id": pl.String,
    "customer_name": pl.String,
    "lost_date": pl.Date,
    "lost_amount": MONEY,
}


def month(number: int) -> date:
    """The first day of month `number` counted from January 2022."""
    return date(2022 + number // 12, number % 12 + 1, 1)


def end(number: int) -> date:
    """The last day of that month."""
    return month(number + 1) - timedelta(days=1)


def calendar(count: int = MONTHS) -> pl.DataFrame:
    """The first `count` months, the mart of the months of the same columns."""
    return pl.DataFrame(
        {
            "month": [month(n) for n in range(count)],
            "first_date": [month(n) for n in range(count)],
            "last_date": [end(n) for n in range(count)],
            "is_closed": [True] * count,
        },
        schema_overrides={"month": pl.Date, "is_closed": pl.Boolean},
    )


def orders(size: int, a_month: float, rhythm: float, seed: int = 1) -> pl.DataFrame:
    """Orders of `size` stationary customers: customer_id, order_date, net_amount.

    Gaps are gamma with the shape `rhythm` (1: random times), amounts are skewed.
    """
    luck, gap = np.random.default_rng(seed), 365.25 / 12 / a_month
    last = (end(MONTHS - 1) - FIRST).days + 1
    count = int(1.5 * a_month * MONTHS) + 20
    gaps = luck.gamma(rhythm, gap / rhythm, (size, count))
    days = np.floor(np.cumsum(gaps, axis=1) - gap * luck.random((size, 1)))
    customer, place = np.nonzero((days >= 0) & (days < last))
    amounts = np.round(100 * luck.lognormal(0, 0.5, len(customer)), 2)
    return pl.DataFrame(
        {"number": customer, "day": days[customer, place], "net_amount": amounts}
    ).select(
        customer_id=pl.format("c{}", pl.col("number").cast(pl.String).str.zfill(5)),
        order_date=pl.lit(FIRST) + pl.duration(days="day"),
        net_amount=pl.col("net_amount").cast(MONEY),
    )


def marts_of(ordered: pl.DataFrame, **others: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The marts of the alerts: order days, the families of their orders, and `others`."""
    by_month = pl.col("order_date").dt.truncate("1mo").alias("month")
    days = ordered.group_by("customer_id", "order_date").agg(pl.col("net_amount").sum())
    given = {
        "months": calendar().drop("is_closed"),
        "order_days": days.sort("customer_id", "order_date"),
    }
    if "family" in ordered.columns:
        given["families"] = ordered.group_by("customer_id", by_month, "family").agg(
            pl.col("net_amount").sum()
        )
    return frames(given | others)


def sales_of(ordered: pl.DataFrame) -> pl.DataFrame:
    """Sales by customer and month."""
    by_month = pl.col("order_date").dt.truncate("1mo").alias("month")
    return ordered.group_by("customer_id", by_month).agg(pl.col("net_amount").sum())


def known_in(ordered: pl.DataFrame) -> pl.DataFrame:
    """Who ordered, with a name."""
    ids = ordered.select(pl.col("customer_id").unique().sort())
    return ids.with_columns(customer_name="name of " + pl.col("customer_id"))


def book(ordered: pl.DataFrame, **others: pl.DataFrame) -> Book:
    """All customers that ordered, as one block."""
    marts = marts_of(ordered, **others)
    return book_of(known_in(ordered), calendar(), sales_of(ordered), marts, 1)


def alerted(
    ordered: pl.DataFrame, lost: pl.DataFrame | None = None, lacking: set[str] | None = None,
    months: int = MONTHS, policy: Policy | None = None, **others: pl.DataFrame,
) -> Alerts:  # fmt: skip
    """The alerts as of the end of the first `months`."""
    return alerts_of(
        known_in(ordered),
        sales_of(ordered),
        marts_of(ordered, **others),
        calendar(months).drop("first_date", "last_date"),
        pl.DataFrame(schema=LOST) if lost is None else lost,
        lacking or set(),
        policy or Policy(),
    )


def rows(name: str, *found: dict) -> pl.DataFrame:
    """A mart by its rows, amounts written as numbers."""
    exact = [
        {k: Decimal(str(v)) if isinstance(v, float) else v for k, v in row.items()} for row in found
    ]
    return pl.DataFrame(exact, schema=MARTS[name])


def random_company(seed: int = 7) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Customers of all paces, some of whom change their ways, with late items and the like."""
    luck = np.random.default_rng(seed)
    paces = pl.concat(
        orders(40, pace, shape, seed).with_columns(
            customer_id=pl.format("{}-{}", pl.lit(str(pace)), "customer_id")
        )
        for pace, shape in ((1, 1), (2, 4), (6, 1))
    )
    leaves = pl.col("customer_id").str.ends_with("3") & (pl.col("order_date") > end(34))
    shrinks = pl.col("customer_id").str.ends_with("5") & (pl.col("order_date") > end(38))
    ordered = paces.filter(~leaves).with_columns(
        net_amount=pl.when(shrinks).then(pl.col("net_amount") / 3).otherwise("net_amount").cast(
            pl.Decimal(38, 2)
        ),
        family=pl.Series(luck.choice(["oil", "grease", "fuel"], paces.height)).head(
            paces.filter(~leaves).height
        ),
    )  # fmt: skip
    ids = ordered["customer_id"].unique().sort().to_list()
    dues = [end(int(n)) - timedelta(days=9) for n in luck.integers(5, MONTHS, 300)]
    items = [
        {
            "customer_id": str(luck.choice(ids)),
            "due_date": due,
            "settled_date": due + timedelta(days=int(luck.integers(1, 200))),
            "late_amount": 5.0,
        }
        for due in dues
    ]
    cheap = [
        {"customer_id": ids[i], "month": month(n), "net_amount": 60.0, "loss_amount": 3.0}
        for i, n in {(int(luck.integers(len(ids))), int(luck.integers(MONTHS))) for _ in range(200)}
    ]
    swarms = [
        {"customer_id": ids[i], "month": month(n), "person_count": 2, "manager_count": 0}
        for i, n in {(int(luck.integers(len(ids))), int(luck.integers(MONTHS))) for _ in range(50)}
    ]
    return ordered, {
        "late_items": rows("late_items", *items).filter(pl.col("settled_date") <= end(MONTHS - 1)),
        "price_inversion": rows("price_inversion", *cheap),
        "meetings": rows("meetings", *swarms),
    }
