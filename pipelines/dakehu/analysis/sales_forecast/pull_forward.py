"""What of distributors' purchases was demand, and what came out of months to come (S3)."""

from __future__ import annotations

from math import ceil

import numpy as np
import polars as pl

KEY = "distributor_id"
LEVEL = 0.8
LEAST_MONTHS = 6
SELL_OUT, OWN_MONTHS = "sell_out", "own_months"
SCHEMA = {
    KEY: pl.String, "month": pl.Date, "sell_in_amount": pl.Float64,
    "pulled_amount": pl.Float64, "low_amount": pl.Float64, "high_amount": pl.Float64,
}  # fmt: skip


def loaded(months: pl.DataFrame, level: float = LEVEL) -> pl.DataFrame:
    """What distributors bought in a month's last days beyond what the rest of it lets expect.

    The days before the last ones flow as ever: what the last days would have brought is that flow
    times the usual ratio of the two, the median over the distributor's own ordinary months; the
    ratios' conformal quantile gives the interval. Months that pay back count as none of these.

    Args:
        months: `Hoarding.months` of the distributor ranking: distributor_id, month,
            sell_in_amount, late_share, is_quarter_end, occasion.
        level: coverage of the interval.

    Returns:
        A row per distributor and month that ends a quarter or lies before an occasion, where it has
        6 ordinary months at least: distributor_id, month, sell_in_amount, pulled_amount,
        low_amount, high_amount; negative where the last days were thin.
    """
    place = pl.col("month").dt.month() % 3
    share = pl.col("late_share")
    told = months.filter(share.is_not_null() & (share < 1)).with_columns(
        ratio=share / (1 - share), amount=pl.col("sell_in_amount").cast(pl.Float64)
    )
    ordinary = told.filter(pl.col("occasion").is_null() & (place == 2))
    usual = {code: np.sort(part["ratio"].to_numpy()) for (code,), part in ordinary.group_by(KEY)}
    rows = []
    pushed = told.filter(pl.col("is_quarter_end") | pl.col("occasion").is_not_null())
    for row in pushed.sort(KEY, "month").iter_rows(named=True):
        ratios = usual.get(row[KEY], np.empty(0))
        if len(ratios) < LEAST_MONTHS:
            continue
        late, rest = row["amount"] * row["late_share"], row["amount"] * (1 - row["late_share"])
        middle, high = float(np.median(ratios)), _quantile(ratios, level)
        low = max(2 * middle - high, 0.0)
        bounds = [late - rest * one for one in (middle, high, low)]
        rows.append((row[KEY], row["month"], row["amount"], *bounds))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def beyond_sell_out(months: pl.DataFrame, span: int = 3, level: float = LEVEL) -> pl.DataFrame:
    """What distributors bought in the last `span` months beyond what they sold on.

    Sell-in less sell-out at the distributor's usual ratio of the two over its earlier covered spans
    (median); their conformal quantile gives the interval.

    Args:
        months: distributor_id, month, sell_in_amount, sell_out_amount, is_covered (sell-out was
            reported for the whole month), no gap.
        span: months.
        level: coverage of the interval.

    Returns:
        A row per distributor whose last `span` months are covered, with 6 earlier spans at least:
        distributor_id, month (the last), sell_in_amount, pulled_amount, low_amount, high_amount.
    """
    covered = pl.col("is_covered").cast(pl.Int64).rolling_sum(span).over(KEY) == span
    frame = months.sort(KEY, "month").with_columns(
        sell_in=pl.col("sell_in_amount").cast(pl.Float64).rolling_sum(span).over(KEY),
        sold=pl.col("sell_out_amount").cast(pl.Float64).fill_null(0).rolling_sum(span).over(KEY),
        covered=covered.fill_null(False),
    )
    rows = []
    for (code,), part in frame.group_by(KEY, maintain_order=True):
        last = part.row(-1, named=True)
        earlier = part.head(max(part.height - span, 0)).filter(
            pl.col("covered") & (pl.col("sold") > 0)
        )
        ratios = np.sort((earlier["sell_in"] / earlier["sold"]).to_numpy())
        if not last["covered"] or len(ratios) < LEAST_MONTHS:
            continue
        middle, high = float(np.median(ratios)), _quantile(ratios, level)
        low = max(2 * middle - high, 0.0)
        bounds = [last["sell_in"] - last["sold"] * one for one in (middle, high, low)]
        rows.append((code, last["month"], last["sell_in"], *bounds))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def pulled_forward(by_sell_out: pl.DataFrame, by_own_months: pl.DataFrame) -> pl.DataFrame:
    """One row per distributor: by its sell-out where it is known, else by its last pushed month.

    Adds basis (sell_out, own_months). The last pushed month counts only if it is the last month of
    all of them: what was pulled into an earlier quarter's end has been paid back since.
    """
    newest = by_own_months.filter(pl.col("month") == pl.col("month").max())
    rest = newest.join(by_sell_out, on=KEY, how="anti")
    return pl.concat(
        [
            by_sell_out.with_columns(basis=pl.lit(SELL_OUT)),
            rest.with_columns(basis=pl.lit(OWN_MONTHS)),
        ]
    ).sort("pulled_amount", KEY, descending=[True, False])


def total(pulled: pl.DataFrame) -> tuple[float, float, float]:
    """Sum over distributors with bounds; their errors are taken as independent of each other."""
    pulled = pulled.select(pl.col("pulled_amount", "low_amount", "high_amount").cast(pl.Float64))
    middle = float(pulled["pulled_amount"].sum())
    below = pulled.select(((pl.col("pulled_amount") - pl.col("low_amount")) ** 2).sum().sqrt())
    above = pulled.select(((pl.col("high_amount") - pl.col("pulled_amount")) ** 2).sum().sqrt())
    return middle, middle - float(below.item()), middle + float(above.item())


def _quantile(values: np.ndarray, level: float) -> float:
    """Median plus the distance from it that a new value keeps with probability `level`."""
    middle = float(np.median(values))
    away = np.sort(np.abs(values - middle))
    rank = min(ceil((len(away) + 1) * level - 1e-9), len(away))
    return middle + float(away[rank - 1])
