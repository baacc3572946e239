"""Targets against what a distributor can carry, and a fair split of a total target (article 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

import polars as pl

from dakehu.analysis.sales_forecast.periods import distance, label

KEY = "distributor_id"
MIN_SOLD_MONTHS = 6
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Split:
    """A total target shared out.

    `quota_split`: distributor_id, distributor_name, period, target_amount (as set),
    forecast_amount, potential_share, capacity_amount and reachable_amount (of the period), overload
    (target over the smaller of the two), is_overloaded, proposed_amount, proposed_overload,
    is_capped.
    `total_amount` less `unplaced_amount` (beyond every capacity) is what the proposals sum to.
    """

    quota_split: pl.DataFrame
    total_amount: Decimal
    unplaced_amount: Decimal
    forecast_weight: float


def split_of(
    distributors: pl.DataFrame,
    potentials: pl.DataFrame,
    forecast: pl.DataFrame,
    targets: pl.DataFrame,
    growth: pl.DataFrame,
    total: Decimal,
    first_month: date,
    last_month: date,
    *,
    forecast_weight: float = 0.5,
    overload_line: float = 1.2,
) -> Split:
    """Judge the targets set for a period, and split `total` by forecast and potential.

    proposed = total x (w x forecast share + (1 - w) x potential share), w = `forecast_weight`; what
    goes beyond a capacity is shared out again among the others, until nobody is above its own.
    Where nobody's potential is known, w is 1; one that lacks it is taken to have as much per
    forecast yuan as the others. A forecast below zero counts as none. Who has no capacity on record
    is not capped. overload (P3-4) = target / min(capacity, 12-month sell-out x (1 + growth of its
    region)), both of as many months as the period.

    Args:
        distributors: mart_sales_forecast__distributors.
        potentials: mart_sales_forecast__potentials.
        forecast: distributor_id, forecast_amount over the period; who is missing gets no share.
        targets: distributor_id, target_amount as set for the period.
        growth: region_id, growth (share) of each region over the coming year.
        total: what is to be shared out, from zero up.
        first_month: the period's first month.
        last_month: the period's last month.
        forecast_weight: w, 0-1.
        overload_line: above it a target is flagged.
    """
    year = (distance(first_month, last_month) + 1) / 12
    known = (
        forecast.select(KEY, pl.col("forecast_amount").cast(pl.Float64))
        .join(distributors, on=KEY)
        .join(potentials, on=KEY, how="left")
        .join(targets.select(KEY, "target_amount"), on=KEY, how="left")
        .join(growth.select("region_id", "growth"), on="region_id", how="left")
        .sort(KEY)
    )
    frame = known.with_columns(
        capacity_amount=_money(pl.col("capacity_amount").cast(pl.Float64) * year),
        reachable_amount=_money(_reachable() * year),
        potential=_potential(),
    )
    weight = 1.0 if frame["potential"].null_count() == frame.height else forecast_weight
    frame = frame.with_columns(potential_share=_share(pl.col("potential")))
    own = _share(pl.col("forecast_amount").clip(lower_bound=0))
    claim = weight * own + (1 - weight) * pl.col("potential_share").fill_null(0)
    claims = frame.select(claim).to_series().to_list()
    proposed = shared_out(total, claims, frame["capacity_amount"].to_list())
    limit = pl.min_horizontal("capacity_amount", "reachable_amount").cast(pl.Float64)
    possible = pl.when(limit > 0).then(limit)
    overload = pl.col("target_amount").cast(pl.Float64) / possible
    table = frame.with_columns(
        pl.lit(label(first_month, last_month)).alias("period"),
        _money(pl.col("forecast_amount")),
        pl.Series("proposed_amount", proposed, dtype=pl.Decimal(38, 2)),
        overload=overload,
        is_overloaded=overload > overload_line,
    ).select(
        KEY, "distributor_name", "period", "target_amount", "forecast_amount", "potential_share",
        "capacity_amount", "reachable_amount", "overload", "is_overloaded", "proposed_amount",
        proposed_overload=pl.col("proposed_amount").cast(pl.Float64) / possible,
        is_capped=(pl.col("proposed_amount") >= pl.col("capacity_amount")).fill_null(False),
    )  # fmt: skip
    return Split(table, total, total - sum(proposed, Decimal("0.00")), weight)


def shared_out(
    total: Decimal, claims: Sequence[float], caps: Sequence[Decimal | None]
) -> list[Decimal]:
    """`total` shared in proportion to `claims`, none above its cap, to the cent (water-filling).

    Rounds: what the capped ones leave is shared among the rest until nobody goes over. Cents left
    over go to the largest remainders. With no claim above zero, all have the same. The sum is
    `total`, or that of the caps where these are less.
    """
    claims = list(claims) if sum(claims) > 0 else [1.0] * len(claims)
    shares = [Decimal("0.00")] * len(claims)
    left, waiting = total, [i for i, claim in enumerate(claims) if claim > 0]
    while waiting and left > 0:
        whole = Decimal(sum(claims[i] for i in waiting))
        wanted = {i: left * Decimal(claims[i]) / whole for i in waiting}
        over = [i for i in waiting if (cap := caps[i]) is not None and wanted[i] >= cap]
        if not over:
            return _rounded(shares, wanted, left)
        for i in over:
            shares[i] = (caps[i] or Decimal(0)).quantize(CENT, ROUND_FLOOR)
            left -= shares[i]
        waiting = [i for i in waiting if i not in over]
    return shares


def _rounded(shares: list[Decimal], wanted: dict[int, Decimal], left: Decimal) -> list[Decimal]:
    floors = {i: amount.quantize(CENT, ROUND_FLOOR) for i, amount in wanted.items()}
    cents = int((left - sum(floors.values())) / CENT)
    by_remainder = sorted(wanted, key=lambda i: (floors[i] - wanted[i], i))
    for i in by_remainder[:cents]:
        floors[i] += CENT
    return [floors.get(i, share) for i, share in enumerate(shares)]


def _money(amount: pl.Expr) -> pl.Expr:
    return amount.round(2).cast(pl.Decimal(38, 2))


def _reachable() -> pl.Expr:
    """A year of sell-out with the region's growth; missing below half a year of reports."""
    enough = pl.col("sold_month_count") >= MIN_SOLD_MONTHS
    yearly = pl.col("sold_amount").cast(pl.Float64) * 12 / pl.col("sold_month_count")
    return pl.when(enough & (yearly > 0)).then(yearly * (1 + pl.col("growth")))


def _potential() -> pl.Expr:
    """Own potential; who lacks it has as much per forecast yuan as those that have it."""
    told = pl.col("potential").is_not_null()
    sales = pl.col("forecast_amount").clip(lower_bound=0)
    whole = sales.filter(told).sum()
    usual = pl.col("potential").sum() / pl.when(whole > 0).then(whole)
    return pl.coalesce("potential", pl.when(told.any()).then(sales * usual))


def _share(amount: pl.Expr) -> pl.Expr:
    whole = amount.sum()
    return pl.when(whole > 0).then(amount / whole).otherwise(amount * 0)
