"""How old what is owed is: by days past due or since posting, and by years (catalogue S4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import polars as pl

BOUNDS = (30, 60, 90, 180)
BASES = {"due": "due_date", "posting": "document_date"}
MONEY = pl.Decimal(38, 2)


def buckets(basis: str) -> list[str]:
    """The ageing columns in order: by days past due (`due`) or days since posting (`posting`)."""
    first = ["not_due_amount", "due_1_30_amount"] if basis == "due" else ["posting_0_30_amount"]
    middle = [f"{basis}_{a + 1}_{b}_amount" for a, b in pairwise(BOUNDS)]
    return [*first, *middle, f"{basis}_over_{BOUNDS[-1]}_amount"]


def ageing_names(basis: str) -> list[str]:
    """The same, and what has no date to count from."""
    return [*buckets(basis), "undated_amount"]


def aged(items: pl.DataFrame, as_of: date, basis: str) -> pl.DataFrame:
    """Open amount by bucket and overdue amount, per group; `advance_amount` is not used up yet."""
    age = (pl.lit(as_of) - pl.col(BASES[basis])).dt.total_days()
    late = (pl.lit(as_of) - pl.col("due_date")).dt.total_days()
    lows = ([None, 0] if basis == "due" else [None]) + list(BOUNDS)
    highs = ([0] if basis == "due" else []) + [*BOUNDS, None]
    owed = pl.col("open_amount") > 0

    def within(low: int | None, high: int | None) -> pl.Expr:
        above = age > low if low is not None else age.is_not_null()
        return above & (age <= high) if high is not None else above

    def total(condition: pl.Expr) -> pl.Expr:
        return pl.col("open_amount").filter(owed & condition).sum()

    parts = {
        name: total(within(low, high))
        for name, low, high in zip(buckets(basis), lows, highs, strict=True)
    }
    invoices = items.filter(pl.col("document") == "invoice")
    # Nothing open is nothing overdue; open without any due date is not known.
    has_due = invoices.is_empty() or invoices["due_date"].is_not_null().any()
    return items.group_by("customer_id").agg(
        open_amount=total(pl.lit(True)),
        **parts,
        undated_amount=total(age.is_null()),
        undue_amount=total(late <= 0) if has_due else pl.lit(None, dtype=MONEY),
        overdue_amount=total(late > 0) if has_due else pl.lit(None, dtype=MONEY),
        overdue_over_90_amount=total(late > 90) if has_due else pl.lit(None, dtype=MONEY),
        oldest_overdue_days=late.filter(owed & (late > 0)).max(),
        advance_amount=-pl.col("open_amount").filter(~owed).sum(),
    )


def ageing_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Open amount and its share by bucket; `frame` has the buckets as columns."""
    # Transposing would lose the scale of the decimals.
    sums = pl.DataFrame(
        {"bucket": frame.columns, "open_amount": list(frame.sum().row(0))},
        schema={"bucket": pl.String, "open_amount": MONEY},
    )
    return sums.with_columns(amount_share=_share())


def statutory_of(items: pl.DataFrame, as_of: date, years: Sequence[int]) -> pl.DataFrame:
    """Open amount by whole years since posting: the ageing note of annual accounts (S4).

    Years are of the calendar: what was posted on the day `years` before is that old and no older.

    Args:
        items: one row per open document, with `customer_id`, `document_date`, `open_amount`.
        as_of: the day to count back from.
        years: the bounds, such as 1, 2, 3, in rising order.

    Returns:
        One row per bucket, youngest first: `above_years` (0 for the first), `up_to_years` (null for
        the last), `customer_count`, `open_amount`, `amount_share`.
    """
    owed = items.filter(pl.col("open_amount") > 0)
    posted = pl.col("document_date")
    back = [pl.lit(as_of).dt.offset_by(f"-{year}y") for year in years]
    bucket = pl.sum_horizontal((posted < limit).cast(pl.Int64) for limit in back)
    shape = pl.DataFrame(
        {
            "bucket": range(len(years) + 1),
            "above_years": [0, *years],
            "up_to_years": [*years, None],
        },
        schema=dict.fromkeys(("bucket", "above_years", "up_to_years"), pl.Int64),
    )
    summed = owed.group_by(bucket=bucket).agg(
        customer_count=pl.col("customer_id").n_unique().cast(pl.Int64),
        open_amount=pl.col("open_amount").sum(),
    )
    return (
        shape.join(summed, on="bucket", how="left", maintain_order="left")
        .with_columns(pl.col("customer_count", "open_amount").fill_null(0))
        .with_columns(amount_share=_share())
        .drop("bucket")
    )


def _share() -> pl.Expr:
    amount = pl.col("open_amount").cast(pl.Float64)
    return amount / pl.when(amount.sum() > 0).then(amount.sum())
