"""Year on year of periods shorter than a year, with the moving Lunar New Year taken out.

What the holiday does is told from the sales of the whole company, as the sales forecast tells it
(`calendar_effects`): a distributor alone has too few Januaries.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dakehu.analysis import calendar, calendar_effects
from dakehu.analysis.panel import SERIES

NOTABLE = 0.005  # a holiday that moves a period by less is not worth a second figure
UNMOVED = pl.DataFrame(
    schema={"month": pl.Date, "amount": pl.Float64, "clean_amount": pl.Float64}
)  # fmt: skip
"""What `without_holiday` says where no holiday is known to move sales."""


def without_holiday(company: pl.DataFrame, closes_on: int = 31) -> pl.DataFrame:
    """The company's months with their sales as they are and in an average year's calendar.

    `company` has month and net_amount, a row per month with sales. No row where a backtest of past
    Januaries to Marches does not confirm that the holiday moves these sales.
    Columns: month, amount, clean_amount.
    """
    first, last = company["month"].min(), company["month"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return UNMOVED
    months = calendar.fiscal_months(first, last, closes_on)
    history = months.join(company, on="month", how="left", maintain_order="left").select(
        *(pl.lit("company").alias(name) for name in SERIES),
        "month",
        amount=pl.col("net_amount").cast(pl.Float64).fill_null(0.0),
    )
    rules = calendar_effects.CalendarRules()
    effects = calendar_effects.effects_of(history, months, closes_on, rules)
    clean = calendar_effects.adjusted(history, effects)["amount"].alias("clean_amount")
    found = history.select("month", "amount", clean)
    return found if effects.factors.height else UNMOVED


def holiday_moves(months: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """By how much the holiday alone moved each span of months against the year before.

    `months` is what `without_holiday` gives, `spans` has first_month and last_month. Divided by
    1 + moved, a ratio to the year before has the holiday taken out. Missing where nothing notable
    is known. Columns: first_month, last_month, moved.
    """
    every = spans.select("first_month", "last_month").unique()
    pairs = every.join(months, how="cross")
    first, last = (pl.col(name).dt.offset_by("-12mo") for name in ("first_month", "last_month"))
    now = pl.col("month").is_between("first_month", "last_month")
    then = pl.col("month").is_between(first, last)

    def swollen(inside: pl.Expr) -> pl.Expr:
        return pl.col("amount").filter(inside).sum() / pl.col("clean_amount").filter(inside).sum()

    moved = pairs.group_by("first_month", "last_month").agg(moved=swollen(now) / swollen(then) - 1)
    is_notable = pl.col("moved").is_finite() & (pl.col("moved").abs() > NOTABLE)
    return every.join(moved, on=["first_month", "last_month"], how="left").with_columns(
        pl.when(is_notable).then("moved").alias("moved")
    )
