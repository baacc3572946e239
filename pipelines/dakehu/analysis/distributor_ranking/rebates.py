"""What rebates were given for, what they moved, and whether they are fair (P10-16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window
from dakehu.analysis.year_on_year import holiday_moves

KEY = "distributor_id"
PROGRAM = [KEY, "program_id"]
PERIOD = ["period_start", "period_end"]


@dataclass(frozen=True)
class Rebates:
    """`rebates` has a row per distributor, programme and period that has ended, latest first.

    Columns: distributor_id, program_id, period (its first day), period_end, tier_no, rate (as
    booked, else accrued / basis), basis_amount, rebate_amount, paid_amount, volume_lift (purchases
    against the same period a year before), adjusted_lift (with the moving Lunar New Year taken out,
    where it moved the period), rate_change, peer_rate (median rate of all distributors
    at the same step in the period), rate_gap (rate - peer_rate), from_amount, next_from_amount,
    next_rate, step_amount (what reaching the next step would pay), missing_amount (purchases still
    lacking to it), is_just_above.

    `tiers`: step, count, mean rate, amounts and how unlike the rates at one step are. `figures`:
    rebate_amount, rebate_rate, rebate_elasticity (slope of volume growth on the change of the rate
    in percentage points), just_above_share and just_below_share.
    """

    rebates: pl.DataFrame
    tiers: pl.DataFrame
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        found = {"rebates": self.rebates, "rebate_tiers": self.tiers}
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def rebates_of(
    read: Mapping[str, pl.DataFrame], window: Window, policy: Policy, calm: pl.DataFrame
) -> Rebates:
    """Measure every rebate of `read["rebates"]`; the figures are of periods ended in the window.

    A rebate paid as a lower price counts too: it was given. `calm` are the company's months without
    the moving holiday (`without_holiday`).
    """
    frame = _measured(read["rebates"], read["company"]["month"].min(), policy, calm)
    latest = frame.filter(
        pl.col("period_end").dt.truncate("1mo").is_between(window.first, window.last)
    )
    known = [name for name in frame.columns if frame.is_empty() or frame[name].is_not_null().any()]
    return Rebates(
        rebates=frame.select(known).sort(
            ["period", KEY, "program_id"], descending=[True, False, False]
        ),
        tiers=_tiers(latest),
        figures=_figures(latest, policy),
    )


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    base = below.cast(pl.Float64)
    return above.cast(pl.Float64) / pl.when(base > 0).then(base)


def _measured(
    rebates: pl.DataFrame, first_month: object, policy: Policy, calm: pl.DataFrame
) -> pl.DataFrame:
    basis = pl.coalesce("basis_amount", "net_amount")
    # A year before the data begins nothing was not bought: it is not known.
    is_compared = pl.col("period_start").dt.offset_by("-12mo") >= pl.lit(first_month, pl.Date)
    earlier = pl.when(is_compared).then("earlier_amount")
    frame = rebates.with_columns(
        basis_amount=basis,
        first_month=pl.col("period_start").dt.truncate("1mo"),
        last_month=pl.col("period_end").dt.truncate("1mo"),
        rate=pl.coalesce(pl.col("rate").cast(pl.Float64), _ratio(pl.col("accrued_amount"), basis)),
        volume_lift=_ratio(pl.col("net_amount"), earlier) - 1,
    )
    step = pl.coalesce("from_amount", "tier_no")
    line = pl.col("from_amount").cast(pl.Float64)
    return (
        frame.join(_year_before(frame), on=[*PROGRAM, "period_start", "last_month"], how="left")
        .join(holiday_moves(calm, frame), on=["first_month", "last_month"], how="left")
        .with_columns(peer_rate=pl.col("rate").median().over([*PERIOD, step]))
        .with_columns(
            rate_change=pl.col("rate") - pl.col("earlier_rate"),
            rate_gap=pl.col("rate") - pl.col("peer_rate"),
            adjusted_lift=(1 + pl.col("volume_lift")) / (1 + pl.col("moved")) - 1,
            missing_amount=pl.max_horizontal(
                pl.col("next_from_amount") - pl.col("basis_amount"), pl.lit(0)
            ),
            step_amount=(
                pl.col("next_from_amount").cast(pl.Float64)
                * pl.col("next_rate").cast(pl.Float64)
                - pl.col("accrued_amount").cast(pl.Float64)
            ).cast(pl.Decimal(38, 2)),
            is_just_above=(line > 0)
            & (pl.col("basis_amount").cast(pl.Float64) < line * (1 + policy.just_above_share)),
        )
        .select(
            KEY, "program_id", pl.col("period_start").alias("period"), "period_end", "tier_no",
            "rate", "basis_amount", pl.col("accrued_amount").alias("rebate_amount"), "paid_amount",
            "volume_lift", "adjusted_lift", "rate_change", "peer_rate", "rate_gap", "from_amount",
            "next_from_amount", "next_rate", "step_amount", "missing_amount", "is_just_above",
        )
    )  # fmt: skip


def _year_before(frame: pl.DataFrame) -> pl.DataFrame:
    """The rate of the same programme in the period that began a year before."""
    return frame.select(
        *PROGRAM,
        pl.col("period_start").dt.offset_by("12mo"),
        pl.col("last_month").dt.offset_by("12mo"),
        earlier_rate="rate",
    )


def _tiers(latest: pl.DataFrame) -> pl.DataFrame:
    """By step: rebates, mean rate, amounts, volume lift and the range of rates (fairness)."""
    return (
        latest.group_by("tier_no", "from_amount")
        .agg(
            rebate_count=pl.len().cast(pl.Int64),
            distributor_count=pl.col(KEY).n_unique().cast(pl.Int64),
            basis_amount=pl.col("basis_amount").sum(),
            rebate_amount=pl.col("rebate_amount").sum(),
            low_rate=pl.col("rate").min(),
            high_rate=pl.col("rate").max(),
            just_above_count=pl.col("is_just_above").sum().cast(pl.Int64),
            volume_lift=pl.col("volume_lift").median(),
            adjusted_lift=pl.when(pl.col("adjusted_lift").is_not_null().any()).then(
                pl.col("adjusted_lift").fill_null(pl.col("volume_lift")).median()
            ),
        )
        .with_columns(mean_rate=_ratio(pl.col("rebate_amount"), pl.col("basis_amount")))
        .sort("tier_no", "from_amount")
    )


def _figures(latest: pl.DataFrame, policy: Policy) -> dict[str, tuple[float, str]]:
    if latest.is_empty():
        return {}
    paid, basis = (float(latest[name].sum()) for name in ("rebate_amount", "basis_amount"))
    figures: dict[str, tuple[float, str]] = {"rebate_amount": (paid, "amount")}
    if basis > 0:
        figures["rebate_rate"] = (paid / basis, "share")
    slope = elasticity(latest)
    if slope is not None:
        figures["rebate_elasticity"] = (slope, "ratio")
    if latest["from_amount"].is_not_null().any():
        below = pl.col("missing_amount").cast(pl.Float64) <= (
            pl.col("next_from_amount").cast(pl.Float64) * policy.just_above_share
        )
        figures["just_above_share"] = (
            latest.filter("is_just_above").height / latest.height,
            "share",
        )
        figures["just_below_share"] = (
            latest.filter(below & (pl.col("missing_amount") > 0)).height / latest.height,
            "share",
        )
    return figures


def elasticity(rebates: pl.DataFrame) -> float | None:
    """Slope of `volume_lift` on `rate_change` in percentage points, by least squares.

    What volume grew by with one more point of rebate. Distributors who buy more reach higher steps,
    so it tells how both go together and not what causes what. None below three pairs, or where no
    rate changed differently from another.
    """
    pairs = rebates.select("rate_change", "volume_lift").drop_nulls()
    if pairs.height < 3:
        return None
    change, lift = (pairs[name].to_numpy() for name in pairs.columns)
    spread = change - change.mean()
    if not np.square(spread).sum() > 1e-12:
        return None
    return float(spread @ (lift - lift.mean()) / np.square(spread).sum() / 100)
