"""Where diversion pays: landed prices, what is left between neighbours, the vicious circle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from dakehu.analysis.distributor_ranking.evidence import (
    STATISTICS,
    hypotheses,
    signs,
    student,
    tail_p,
)
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
PAIR = [KEY, "other_id"]
PRODUCTS_MIN = 5  # products, prices or months without which nothing is tested
MONTHS_MIN = 8


@dataclass(frozen=True)
class Arbitrage:
    """`signs` and `hypotheses` of the window (see `evidence`).

    `landed`: distributor_id, product_id, quantity, net_amount, landed_price (P3-1).
    `gaps`: distributor_id, other_id, product_count, freight_per_unit, arbitrage_index (P3-2: what
    is left of the other's landed price after the own one and freight, by the own one, over the
    products that both buy), p_value, share_change, other_share_change (P3-10: sales against all
    distributors', less their change), circle_p_value.
    """

    signs: pl.DataFrame
    hypotheses: pl.DataFrame
    landed: pl.DataFrame
    gaps: pl.DataFrame


def arbitrage_of(read: Mapping[str, pl.DataFrame], window: Window, policy: Policy) -> Arbitrage:
    """Compare neighbours' landed prices, and their sales where a gap pays for the way."""
    landed = landed_prices(read, window)
    gaps = _gaps(landed, read["neighbours"])
    gaps = _with_circle(gaps, read["monthly"], window)
    seen = _seen(read["seen_prices"].filter(window.within), landed)
    best = (
        gaps.filter(pl.col("arbitrage_index") > policy.arbitrage_line)
        .sort("arbitrage_index", "other_id", descending=[True, False])
        .with_columns(month=pl.lit(window.last, pl.Date), value="arbitrage_index")
    )
    circle = gaps.filter(
        (pl.col("arbitrage_index") > 0)
        & (pl.col("share_change") > 0)
        & (pl.col("other_share_change") < 0)
        & pl.col("is_larger")
    ).with_columns(month=pl.lit(window.last, pl.Date), value="other_share_change")
    below = seen.filter(pl.col("value") < 0).with_columns(month=pl.lit(window.last, pl.Date))
    found = [
        (best, "price_gap", "arbitrage_index", policy.arbitrage_line, "price"),
        (circle, "diversion", "vicious_circle", 0, "sales"),
        (below, "price_gap", "seen_price_gap", 0, "market"),
    ]
    return Arbitrage(
        pl.concat(
            [
                signs(rows, kind, measure, line, STATISTICS, record, is_tested=True)
                for rows, kind, measure, line, record in found
            ]
        ),
        pl.concat(
            [
                hypotheses(gaps, "price_gap", "arbitrage_index"),
                hypotheses(
                    gaps.filter((pl.col("arbitrage_index") > 0) & pl.col("is_larger")).with_columns(
                        p_value="circle_p_value"
                    ),
                    "diversion",
                    "vicious_circle",
                ),
                hypotheses(seen, "price_gap", "seen_price_gap"),
            ]
        ),
        landed,
        gaps.drop("is_larger"),
    )


def landed_prices(read: Mapping[str, pl.DataFrame], window: Window) -> pl.DataFrame:
    """Invoice net of rebates and promotions per unit, by distributor and product (P3-1).

    Rebates and promotions are those of its months, spread over all that it bought in them. What is
    off the price already is not taken off again.
    """
    bought = read["landed"].filter(window.within)
    promoted = (
        read["support"]
        .filter(window.within & (pl.col("cost_type") == "promotion"))
        .group_by(KEY)
        .agg(promoted=pl.col("amount").sum().cast(pl.Float64))
    )
    amount = pl.col("net_amount").cast(pl.Float64)
    promotion_rate = pl.col("promoted").fill_null(0) / amount.sum().over(KEY)
    given = pl.col("rebate_rate").fill_null(0) + promotion_rate
    return (
        bought.join(_rebate_rates(read["rebates"], bought), on=[KEY, "month"], how="left")
        .join(promoted, on=KEY, how="left")
        .with_columns(kept=amount * (1 - given))
        .group_by(KEY, "product_id")
        .agg(pl.col("quantity", "net_amount", "kept").sum())
        .with_columns(landed_price=pl.col("kept") / pl.col("quantity").cast(pl.Float64))
        .drop("kept")
        .sort(KEY, "product_id")
    )


def _rebate_rates(rebates: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    """distributor_id, month, rebate_rate: rebates / purchases of the periods that hold it."""
    given = rebates.filter(~pl.col("is_off_price") & (pl.col("net_amount") > 0)).select(
        KEY,
        first=pl.col("period_start").dt.truncate("1mo"),
        last=pl.col("period_end").dt.truncate("1mo"),
        rate=pl.col("accrued_amount").cast(pl.Float64) / pl.col("net_amount").cast(pl.Float64),
    )
    return (
        bought.select(KEY, "month")
        .unique()
        .join(given, on=KEY)
        .filter(pl.col("month").is_between(pl.col("first"), pl.col("last")))
        .group_by(KEY, "month")
        .agg(rebate_rate=pl.col("rate").sum())
    )


def _gaps(landed: pl.DataFrame, neighbours: pl.DataFrame) -> pl.DataFrame:
    """What is left between two neighbours, over the products that both bought in the window."""
    freight = pl.col("freight_per_unit").cast(pl.Float64)
    quantity = pl.col("quantity").cast(pl.Float64)
    price, other = pl.col("landed_price"), pl.col("other_price")
    theirs = landed.select(
        pl.col(KEY).alias("other_id"), "product_id", pl.col("landed_price").alias("other_price")
    )
    left = quantity * (other - price - freight)
    return (
        neighbours.join(landed, on=KEY)
        .join(theirs, on=["other_id", "product_id"])
        .filter((price > 0) & (other > 0))
        .group_by(PAIR)
        .agg(
            product_count=pl.len().cast(pl.Int64),
            freight_per_unit=freight.first(),
            arbitrage_index=left.sum() / (quantity * price).sum(),
            p_value=student((other / (price + freight)).log(), PRODUCTS_MIN),
        )
        .with_columns(tail_p("p_value"))
        .sort(PAIR)
    )


def _with_circle(gaps: pl.DataFrame, monthly: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Whether the one grows against all distributors month by month while the other shrinks.

    Each month is set against the same a year before. Both must be shown, so the larger of the two
    p-values stands for the pair (intersection-union).
    """
    amount = pl.col("net_amount").cast(pl.Float64)
    whole = monthly.group_by("month").agg(whole=amount.sum())
    shares = monthly.join(whole, on="month").select(KEY, "month", share=amount / pl.col("whole"))
    before = shares.select(KEY, pl.col("month").dt.offset_by("12mo"), before="share")
    change = (pl.col("share") / pl.col("before")).log()
    changes = (
        shares.filter(window.compared & (pl.col("share") > 0))
        .join(before.filter(pl.col("before") > 0), on=[KEY, "month"])
        .group_by(KEY)
        .agg(
            share_change=change.mean().exp() - 1,
            up_p=student(change, MONTHS_MIN),
            down_p=student(-change, MONTHS_MIN),
        )
        .with_columns(tail_p("up_p"), tail_p("down_p"))
    )
    size = monthly.filter(window.within).group_by(KEY).agg(size=amount.sum())
    known = changes.join(size, on=KEY, how="left")
    others = known.select(pl.all().name.prefix("other_"))
    others = others.rename({f"other_{KEY}": "other_id"})
    return (
        gaps.join(known, on=KEY, how="left")
        .join(others, on="other_id", how="left")
        .with_columns(
            circle_p_value=pl.when(
                pl.col("up_p").is_not_null() & pl.col("other_down_p").is_not_null()
            ).then(pl.max_horizontal("up_p", "other_down_p")),
            is_larger=pl.col("size") > pl.col("other_size"),
        )
        .select(*gaps.columns, "share_change", "other_share_change", "circle_p_value", "is_larger")
    )


def _seen(seen: pl.DataFrame, landed: pl.DataFrame) -> pl.DataFrame:
    """Resale prices seen in a distributor's territory against its own landed prices there.

    value: the mean price seen against the landed one, less one; below zero someone sells there
    for less than the holder of the territory pays.
    """
    ratio = (pl.col("price").cast(pl.Float64) / pl.col("landed_price")).log()
    return (
        seen.join(landed, on=[KEY, "product_id"])
        .filter((pl.col("price") > 0) & (pl.col("landed_price") > 0))
        .group_by(KEY)
        .agg(value=ratio.mean().exp() - 1, p_value=student(-ratio, PRODUCTS_MIN))
        .with_columns(tail_p("p_value"))
        .sort(KEY)
    )
