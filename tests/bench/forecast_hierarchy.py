"""Reconciliation on the whole of Australian tourism: 525 series, 8 levels, two held-out origins.

Base forecasts by the dynamic optimised Theta model. The method and the radii of the intervals are
chosen on eight earlier origins alone. Prints RMSSE per level and method, coverage per level and CPU
seconds; exits 1 when the forecasts do not add up or the chosen method does not beat the base.
"""

from __future__ import annotations

import sys
import time

import polars as pl

from dakehu.analysis.sales_forecast import backtest
from dakehu.analysis.sales_forecast.completion import completed
from dakehu.analysis.sales_forecast.intervals import with_intervals
from dakehu.analysis.sales_forecast.models import THETA
from dakehu.analysis.sales_forecast.reconciliation import (
    BASE,
    accuracy,
    chosen_method,
    compared,
    reconciled,
)
from dakehu.analysis.sales_forecast.system import METHODS
from dakehu.paths import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from tourism import BOTTOM, tourism

FILE = ROOT.parent / "shared" / "data" / "forecast" / "tourism_vn525_monthly.csv"
AHEAD, EARLIER = 12, 8


def rmsse(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Root mean squared scaled error per series, and its mean over the series of each group."""
    square = (pl.col("mean_amount") - pl.col("actual_amount")) ** 2 / pl.col("square_scale")
    series = frame.group_by("cutoff", "level", "key").agg(square.mean().sqrt().alias("rmsse"))
    return series.group_by(by).agg(pl.col("rmsse").mean())


def largest_gap(points: pl.DataFrame, members: pl.DataFrame) -> float:
    """The largest difference between a series and the sum of its cells."""
    run = ["cutoff", "month"]
    cells = points.filter(pl.col("level") == BOTTOM).select(
        pl.col("key").alias("cell"), *run, pl.col("mean_amount").alias("part")
    )
    sums = members.join(cells, on="cell").group_by("level", "key", *run).agg(pl.col("part").sum())
    both = points.join(sums, on=["level", "key", *run])
    return both.select((pl.col("mean_amount") - pl.col("part")).abs().max()).item()


def main() -> int:
    """Measure, print, judge."""
    if not FILE.exists():
        print("not measured: the tourism data is not here")
        return 0
    history, structure = tourism(FILE)
    months = history["month"].unique().sort().to_list()
    tested = [months[-25], months[-13]]
    earlier = [months[-37 - 3 * back] for back in range(EARLIER)]
    series = history.with_columns(
        is_seasonal=pl.lit(True), is_intermittent=pl.lit(False), min_train_months=pl.lit(24)
    )
    started = time.process_time()
    made = backtest.forecasts(series, sorted(earlier + tested), AHEAD)
    modelled = time.process_time()
    every = completed(made.filter(pl.col("model") == THETA), history)
    past = every.filter(pl.col("cutoff") < tested[0])
    judged = compared(past, structure)
    chosen = chosen_method(accuracy(judged))
    future = every.filter(pl.col("cutoff").is_in(tested))
    found = {BASE: future} | {
        method: reconciled(future, structure, past, method) for method in METHODS
    }
    points = with_intervals(found[chosen], judged.filter(pl.col("method") == chosen))
    finished = time.process_time()

    origins, levels = {}, {}
    for name, frame in found.items():
        origins[name] = rmsse(frame, ["cutoff"]).sort("cutoff")["rmsse"].to_list()
        levels[name] = dict(rmsse(frame, ["level"]).iter_rows())
    print(f"{'RMSSE':16}" + "".join(f"{name:>13}" for name in found))
    for i, origin in enumerate(tested):
        print(f"{f'series, {origin}':16}"[:24] + "".join(f"{origins[n][i]:13.3f}" for n in found))
    for level in sorted(levels[BASE]):
        print(f"{level:16}" + "".join(f"{levels[name][level]:13.3f}" for name in found))
    mean = {name: sum(values.values()) / len(values) for name, values in levels.items()}
    print(f"{'mean over levels':16}" + "".join(f"{mean[name]:13.3f}" for name in found))
    print(f"chosen on {EARLIER} earlier origins: {chosen}")

    print(f"\n{'coverage':16}{'80 %':>8}{'95 %':>8}  pool")
    inside = [
        pl.col("actual_amount").is_between(f"low_{p}_amount", f"high_{p}_amount").mean()
        for p in (80, 95)
    ]
    for level, rows in points.sort("level").group_by("level", maintain_order=True):
        low, high = (rows.select(expression).item() for expression in inside)
        pools = ", ".join(rows["interval_pool"].unique().sort().to_list())
        print(f"{level[0]!s:16}{low:8.3f}{high:8.3f}  {pools}")
    gap = largest_gap(points, structure.members)
    print(f"\nlargest difference between a series and its cells: {gap:.1e}")
    print(f"CPU seconds: models {modelled - started:.1f}, all the rest {finished - modelled:.1f}")
    held = gap < 1e-9 and mean[chosen] < mean[BASE]
    return 0 if held and levels[chosen]["total"] < levels[BASE]["total"] else 1


if __name__ == "__main__":
    sys.exit(main())
