"""Forecasts as they were made: what each run keeps, and how earlier ones turned out.

Facts, not re-fits: the forecasts are read back from the folders of earlier runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.models import NAIVE
from dakehu.analysis.sales_forecast.periods import serial

BASE, ACTUAL = "base", "actual"
EFFECTS = ("pipeline", "calendar", "events")
ACTUAL_MONTHS = 12

_MONEY = pl.Decimal(18, 2)
SCHEMA = {
    "run_id": pl.String,
    "made_on": pl.Date,
    "target_period": pl.Date,
    "level": pl.String,
    "key": pl.String,
    "part": pl.String,
    "model": pl.String,
    "mean": _MONEY,
    "q10": _MONEY,
    "q50": _MONEY,
    "q90": _MONEY,
    "actual": _MONEY,
}


@dataclass(frozen=True)
class Memory:
    """Earlier forecasts. `kept` is empty on a first run: then no earlier forecast was kept.

    `judged` has those of the base and the seasonal naive whose month has come, with `actual` and
    `horizon` (1 = the first month after those known). `accuracy` has level, horizon (missing: all),
    cycle_count, forecast_count, actual_amount, wape, bias, naive_wape, skill (1 - wape /
    naive_wape), coverage_80. `previous` has the rows of the last run, every part.
    """

    kept: pl.DataFrame
    judged: pl.DataFrame
    accuracy: pl.DataFrame
    previous: pl.DataFrame

    @property
    def is_first(self) -> bool:
        """Whether no earlier forecast was kept."""
        return self.kept.is_empty()


def forecasts_of(
    forecast: pl.DataFrame,
    naive: pl.DataFrame,
    sales: pl.DataFrame,
    effects: Mapping[str, pl.DataFrame],
    made_on: date,
    run_id: str,
) -> pl.DataFrame:
    """The table forecasts of this run; its `actual` is filled when later runs read it back.

    Args:
        forecast: level, key, month, mean_amount, low_80_amount, high_80_amount, model: the base.
        naive: level, key, month, mean_amount: what the seasonal naive says of the same months.
        sales: as targets.credited_sales gives them; the total's last 12 months are kept as they
            stood, as the part actual, so that a bridge can tell corrections from news.
        effects: of EFFECTS those that are known, each level, key, month, amount: pipeline stands
            beside the base; calendar and events are what they put into the base.
        made_on: the as-of date.
        run_id: the run.
    """
    total = sales.filter(pl.col("level") == "total").sort("month").tail(ACTUAL_MONTHS)
    plain = {"model": pl.lit("")}
    named = {name: frame.select(*SERIES, "month", mean="amount") for name, frame in effects.items()}
    parts = {
        BASE: forecast.select(
            *SERIES, "month", "model", mean="mean_amount", q10="low_80_amount",
            q50="mean_amount", q90="high_80_amount",
        ),
        NAIVE: naive.select(*SERIES, "month", pl.lit(NAIVE).alias("model"), mean="mean_amount"),
        ACTUAL: total.select(*SERIES, "month", mean="amount").with_columns(**plain),
        **{name: frame.with_columns(**plain) for name, frame in named.items()},
    }  # fmt: skip
    money = [
        pl.col(name).cast(pl.Float64).round(2).cast(_MONEY)
        for name in ("mean", "q10", "q50", "q90")
    ]
    rows = [
        pl.DataFrame(schema=SCHEMA),
        *(
            frame.rename({"month": "target_period"}).with_columns(part=pl.lit(part))
            for part, frame in parts.items()
        ),
    ]
    return (
        pl.concat(rows, how="diagonal_relaxed")
        .with_columns(*money, run_id=pl.lit(run_id), made_on=pl.lit(made_on))
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort("part", *SERIES, "target_period")
    )


def memory_of(
    kept: pl.DataFrame, history: pl.DataFrame, cycles: int = 4, min_cycles: int = 3
) -> Memory:
    """Judge earlier forecasts by what came.

    `kept` holds the tables `forecasts` of earlier runs (no row where there are none); `history` the
    sales that the base forecasts: level, key, month, amount. Accuracy is over the last `cycles`
    runs of which a month has come; the share of intervals that held is missing under `min_cycles`.
    """
    known = (
        kept.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        if kept.width
        else pl.DataFrame(schema=SCHEMA)
    )
    judged = _judged(known, history)
    runs = judged["made_on"].unique().sort().tail(cycles)
    return Memory(
        known,
        judged,
        _accuracy(judged.filter(pl.col("made_on").is_in(runs.implode())), min_cycles),
        known.filter(pl.col("made_on") == pl.col("made_on").max()),
    )


def _judged(kept: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    came = history.select(*SERIES, target_period="month", came="amount")
    start = serial(pl.col("target_period")).min().over("made_on", "part")
    return (
        kept.filter(pl.col("part").is_in([BASE, NAIVE]))
        .with_columns(horizon=serial(pl.col("target_period")) - start + 1)
        .join(came, on=[*SERIES, "target_period"])
        .with_columns(actual=pl.col("came").cast(pl.Float64).round(2).cast(_MONEY))
        .drop("came")
        .sort("made_on", *SERIES, "part", "target_period")
    )


def _accuracy(judged: pl.DataFrame, min_cycles: int) -> pl.DataFrame:
    """Base beside naive, over the months that both forecast."""
    run = ["made_on", *SERIES, "target_period"]
    naive = judged.filter(pl.col("part") == NAIVE).select(
        *run, naive=pl.col("mean").cast(pl.Float64)
    )
    amounts = [pl.col(name).cast(pl.Float64) for name in ("mean", "q10", "q90", "actual")]
    both = (
        judged.filter(pl.col("part") == BASE).join(naive, on=run, how="left").with_columns(*amounts)
    )
    every = both.with_columns(horizon=pl.lit(None, dtype=pl.Int64))
    size = pl.col("actual").abs()

    def wape(name: str) -> pl.Expr:
        told = pl.col(name).is_not_null()
        whole = size.filter(told).sum()
        off = (pl.col(name) - pl.col("actual")).abs().sum()
        return pl.when(whole > 0).then(off / whole)

    net = pl.col("actual").sum()
    return (
        pl.concat([every, both])
        .group_by("level", "horizon")
        .agg(
            cycle_count=pl.col("made_on").n_unique().cast(pl.Int64),
            forecast_count=pl.len().cast(pl.Int64),
            actual_amount=net.round(2).cast(pl.Decimal(38, 2)),
            wape=wape("mean"),
            bias=pl.when(net > 0).then((pl.col("mean") - pl.col("actual")).sum() / net),
            naive_wape=wape("naive"),
            coverage_80=pl.when(pl.col("made_on").n_unique() >= min_cycles).then(
                pl.col("actual").is_between("q10", "q90").mean()
            ),
        )
        .with_columns(
            skill=1 - pl.col("wape") / pl.when(pl.col("naive_wape") > 0).then("naive_wape")
        )
        .sort("level", "horizon", nulls_last=False)
    )
