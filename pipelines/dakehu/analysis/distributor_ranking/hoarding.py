"""Purchases pulled forward to the quarter's end, against the distributor's own months (S3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.evidence import (
    HYPOTHESES,
    STATISTICS,
    hypotheses,
    rank_sum_p,
    signs,
)
from dakehu.analysis.distributor_ranking.occasions import (
    loads_before,
    occasions_of,
    with_occasions,
)
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.purchases import months_of, with_stock
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
# Steps on the way that nobody needs beside the result.
HIDDEN = [
    "month_start", "month_end", "day_count", "early_index", "late_index", "late_weight",
    "is_distorted", "is_ordinary",
]  # fmt: skip
ENDS_MIN, OTHERS_MIN = 2, 6  # quarter ends and other months without which nothing is tested


@dataclass(frozen=True)
class Hoarding:
    """`signs` and `hypotheses` of the window (see `evidence`).

    `months` has a row per distributor and whole month of the data: distributor_id, month,
    is_quarter_end, occasion (lunar_new_year, price_rise, or null), sell_in_amount, late_share,
    normal (its own usual late share against an even flow), pull_forward, payback, stock_days,
    stock_jump_days, sell_in_over_sell_out, receivables_index, returned_share.
    """

    signs: pl.DataFrame
    hypotheses: pl.DataFrame
    months: pl.DataFrame


def hoarding_of(
    read: Mapping[str, pl.DataFrame], window: Window, as_of: date, policy: Policy
) -> Hoarding:
    """Test each distributor's quarter ends against its other months, and look for confirmation.

    Months before the Lunar New Year or a price rise are no measure of anything: they are left out
    of both sides, and what was loaded then is told as benign.
    """
    occasions = occasions_of(read["price_rises"], policy)
    months = with_stock(months_of(read["days"], as_of, policy), read)
    months = _judged(with_occasions(months, occasions, policy))
    tested = _tested(months, window)
    pushed = months.filter(
        window.within
        & pl.col("is_quarter_end")
        & (pl.col("pull_forward") > policy.pull_forward_line)
    )
    scored = pushed.filter(pl.col("occasion").is_null()).join(tested, on=KEY, how="semi")
    benign = pushed.filter(pl.col("occasion").is_not_null())
    return Hoarding(
        pl.concat(
            [
                _scored(scored, policy),
                signs(
                    benign.with_columns(value="pull_forward"), "hoarding", "pull_forward",
                    policy.pull_forward_line, STATISTICS, "orders", is_benign=True,
                ),
                loads_before(read["days"], occasions, window, policy),
            ]
        ),
        hypotheses(tested, "hoarding", "pull_forward"),
        months.drop(HIDDEN),
    )  # fmt: skip


def _judged(months: pl.DataFrame) -> pl.DataFrame:
    """Each month against the distributor's own usual ones: median, or mean where that is zero.

    Ordinary is a month that ends no quarter and lies near no occasion. Usual is an ordinary month
    that begins no quarter either: a month that pays back is thin, and its last days weigh much.
    """
    place = pl.col("month").dt.month() % 3
    plain = pl.col("is_distorted").not_()
    usual = plain & (place == 2)
    frame = months.with_columns(is_quarter_end=place == 0, is_ordinary=plain & (place != 0)).sort(
        KEY, "month"
    )

    def level(values: pl.Expr) -> pl.Expr:
        middle = values.median()
        return pl.when(middle > 0).then(middle).otherwise(values.mean()).over(KEY)

    normal, early, held = (
        level(pl.col(name).filter(usual)) for name in ("late_index", "early_index", "stock_days")
    )
    following = pl.col("early_index").shift(-1).over(KEY)
    return frame.with_columns(
        normal=normal,
        pull_forward=pl.col("late_index") / pl.when(normal > 0).then(normal),
        payback=pl.when("is_quarter_end").then(following / pl.when(early > 0).then(early)),
        stock_jump_days=pl.col("stock_days") - held,
    )


def _tested(months: pl.DataFrame, window: Window) -> pl.DataFrame:
    """distributor_id, p_value of its quarter ends of the window lying above its ordinary months.

    What is tested is the weight of a month's last days in the whole quarter: the months after a
    push are thin, and within them the last days may weigh anything. Who buys in no usual month, as
    those do that order once a quarter, has nothing to be compared with and is not tested.
    """
    bought = months.filter(pl.col("late_weight").is_not_null() & (pl.col("normal") > 0))
    parts = bought.group_by(KEY, maintain_order=True).agg(
        ends=pl.col("late_weight").filter(
            window.within & pl.col("is_quarter_end") & pl.col("occasion").is_null()
        ),
        others=pl.col("late_weight").filter("is_ordinary"),
    )
    rows = [
        (code, rank_sum_p(_values(ends), _values(others)))
        for code, ends, others in parts.iter_rows()
        if len(ends) >= ENDS_MIN and len(others) >= OTHERS_MIN
    ]
    schema = {name: HYPOTHESES[name] for name in (KEY, "p_value")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _values(column: list[float]) -> np.ndarray:
    """Rounded, so that what is equal ties whatever the last bit says."""
    return np.round(np.asarray(column), 9)


def _scored(pushed: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The push itself, what else its purchases show, and what other records say of the quarter."""
    lines = {
        "pull_forward": (policy.pull_forward_line, "orders", 1),
        "payback": (policy.payback_line, "orders", -1),
        "returned_share": (policy.returned_line, "orders", 1),
        "stock_jump_days": (policy.stock_jump_days, "stock", 1),
        "sell_in_over_sell_out": (policy.sell_in_line, "sell_out", 1),
        "receivables_index": (policy.receivables_line, "ledger", 1),
    }
    return pl.concat(
        [
            signs(
                pushed.filter(sign * pl.col(name) > sign * line).with_columns(value=name),
                "hoarding", name, line, STATISTICS, record, is_tested=True,
            )
            for name, (line, record, sign) in lines.items()
        ]
    )  # fmt: skip
