"""Forecasts of all levels made to add up, by the method that did best on the past."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.hierarchy import TOTAL, Structure
from dakehu.analysis.sales_forecast.system import (
    METHODS,
    NEEDS_ERRORS,
    Flags,
    Floats,
    cell_forecasts,
    fitted_parts,
)

BASE, MEAN = "base", "mean"
LEAST_ERRORS = 12  # months forecast and come, below which no variance is worth the name
MARGIN = 0.01
LEAST_CUTOFFS = 3  # on fewer no method is judged that would need errors known by then


def reconciled(
    base: pl.DataFrame, structure: Structure, errors: pl.DataFrame, method: str
) -> pl.DataFrame:
    """`base` with mean_amount moved so that every level adds up to the total at each cutoff.

    `base` is what `completed` gives, for one cutoff or many; `errors` are past forecasts of the
    same kind with actual_amount. Of them a cutoff uses the months that had come by then; one that
    knows fewer than twelve is left out under wls_var and mint_shrink. Total, regions, families and
    cells are reconciled as one grouped hierarchy; then each partition is fitted to the reconciled
    total with weights by error variance. No series that never was negative is forecast below zero.

    Raises:
        ValueError: a series of `structure` lacks a forecast in `base` or `errors`.
    """
    if base.is_empty():
        return base
    order = _Order(structure, base)
    past = _Past(order, errors)
    parts = []
    for (cutoff,), made in base.group_by("cutoff", maintain_order=True):
        known = past.known_at(cutoff)
        if method in NEEDS_ERRORS and known.shape[1] < LEAST_ERRORS:
            continue
        parts.append(order.rewritten(made, known, method))
    return pl.concat(parts).sort(*SERIES, "cutoff", "horizon") if parts else base.clear()


class _Order:
    """The series of a structure in the order of the matrices: sums, cells, then partitions."""

    def __init__(self, structure: Structure, base: pl.DataFrame) -> None:
        members = structure.members
        bottom = members.filter(pl.col("level") == structure.bottom_level)
        cells = bottom.select(SERIES).sort("key")
        sums = members.join(cells, on=SERIES, how="anti").select(SERIES).unique().sort(SERIES)
        parts = base.filter(pl.col("level").is_in(structure.partitions)).select(SERIES)
        self.series = pl.concat([sums, cells, parts.unique().sort(SERIES)]).with_row_index("row")
        self.grouped = sums.height + cells.height
        place = self.series.head(self.grouped)
        entries = members.join(place, on=SERIES).join(
            cells.with_row_index("column").select(pl.col("key").alias("cell"), "column"), on="cell"
        )
        self.summing = np.zeros((self.grouped, cells.height))
        self.summing[entries["row"].to_numpy(), entries["column"].to_numpy()] = 1.0
        self.total = self.series.filter(pl.col("level") == TOTAL)["row"].item()
        self.partitions = [
            self.series.filter(pl.col("level") == level)["row"].to_numpy()
            for level in structure.partitions
        ]

    def matrix(self, frame: pl.DataFrame, by: Sequence[str], value: str) -> np.ndarray:
        """`value` of `frame` as a matrix: one row per series, one column per `by`, in its order."""
        ordered = self.series.join(frame, on=SERIES, how="left").sort("row", *by)
        lacking = ordered.filter(
            (pl.len().over("row") < pl.len().over("row").max()) | pl.col(value).is_null()
        )
        if lacking.height:
            level, key = lacking.select(SERIES).row(0)
            raise ValueError(
                f'{level} "{key}" lacks a forecast that other series have; pass all forecasts, '
                "past ones too, through completed() first"
            )
        return ordered[value].to_numpy().reshape(self.series.height, -1)

    def rewritten(self, made: pl.DataFrame, known: Floats, method: str) -> pl.DataFrame:
        """The rows `made` at one cutoff with their reconciled amounts."""
        base = self.matrix(made, ["horizon"], "mean_amount")
        floors: Flags = self.matrix(made, ["horizon"], "is_floored")[:, 0]
        top = slice(self.grouped)
        cells = cell_forecasts(self.summing, base[top], known[top], floors[top], method)
        amounts = np.vstack([self.summing @ cells, np.empty_like(base[self.grouped :])])
        variances = (known**2).mean(axis=1) if known.shape[1] else np.zeros(len(base))
        for rows in self.partitions:
            amounts[rows] = fitted_parts(
                base[rows], variances[rows], floors[rows], amounts[self.total]
            )
        return (
            self.series.join(made, on=SERIES)
            .sort("row", "horizon")
            .with_columns(pl.Series("mean_amount", amounts.ravel()))
            .select(made.columns)
        )


class _Past:
    """Past errors as a matrix, series by forecast months, and when each month came."""

    def __init__(self, order: _Order, errors: pl.DataFrame) -> None:
        gaps = errors.filter(pl.col("actual_amount").is_not_null()).with_columns(
            (pl.col("actual_amount") - pl.col("mean_amount")).alias("gap")
        )
        by = ["cutoff", "horizon"]
        self.months = gaps.select(*by, "month").unique().sort(by)["month"]
        self.gaps = (
            order.matrix(gaps, by, "gap") if gaps.height else np.zeros((order.series.height, 0))
        )

    def known_at(self, cutoff: object) -> Floats:
        """The errors of months that had come by `cutoff`."""
        return self.gaps[:, (self.months <= cutoff).to_numpy()]


def compared(
    past: pl.DataFrame, structure: Structure, methods: Sequence[str] = METHODS
) -> pl.DataFrame:
    """Past forecasts by each method and unreconciled (`base`), on the cutoffs that all can judge.

    `past` is what `completed` gives for past cutoffs; months that have not come are ignored. A
    method that needs errors known by the cutoff is left out where fewer than three cutoffs know
    enough of them.
    Adds method, error (forecast minus actual), score (absolute error over scale) and square_score
    (squared error over square_scale).
    """
    past = past.filter(pl.col("actual_amount").is_not_null())
    made = {name: reconciled(past, structure, past, name) for name in methods}
    judged = {BASE: past} | {
        name: frame
        for name, frame in made.items()
        if name not in NEEDS_ERRORS or frame["cutoff"].n_unique() >= LEAST_CUTOFFS
    }
    shared = set.intersection(*(set(frame["cutoff"]) for frame in judged.values()))
    return scored(
        pl.concat(
            frame.with_columns(pl.lit(name).alias("method")) for name, frame in judged.items()
        ).filter(pl.col("cutoff").is_in(list(shared)))
    )


def scored(past: pl.DataFrame) -> pl.DataFrame:
    """`past`, of months that have come, with error, score and square_score (see `compared`)."""
    error = pl.col("mean_amount") - pl.col("actual_amount")
    return past.filter(pl.col("actual_amount").is_not_null()).with_columns(
        error.alias("error"),
        (error.abs() / pl.col("scale")).alias("score"),
        (error**2 / pl.col("square_scale")).alias("square_score"),
    )


def accuracy(judged: pl.DataFrame) -> pl.DataFrame:
    """WAPE and RMSSE of what `compared` gives: per level and method, and their mean over levels.

    WAPE = sum |f - a| / sum |a| over a level; RMSSE = the root of the mean of squared errors over
    squared yearly changes, a mean over the level's series. Columns: level (`mean` among them),
    method, cutoff_count, wape, rmsse, is_chosen.
    """
    size = pl.col("actual_amount").abs().sum()
    rmsse = (
        judged.group_by(*SERIES, "method")
        .agg(pl.col("square_score").mean().sqrt().alias("rmsse"))
        .group_by("level", "method")
        .agg(pl.col("rmsse").mean())
    )
    levels = (
        judged.group_by("level", "method")
        .agg(
            pl.col("cutoff").n_unique().cast(pl.Int64).alias("cutoff_count"),
            pl.when(size > 0).then(pl.col("error").abs().sum() / size).alias("wape"),
        )
        .join(rmsse, on=["level", "method"])
    )
    means = levels.group_by("method").agg(
        pl.lit(MEAN).alias("level"), pl.col("cutoff_count").first(), pl.col("wape", "rmsse").mean()
    )
    return (
        pl.concat([levels, means.select(levels.columns)])
        .with_columns((pl.col("method") == _best(means)).alias("is_chosen"))
        .sort("level", "method")
    )


def _best(means: pl.DataFrame) -> str:
    """The first of METHODS whose mean WAPE over levels is within a hundredth of the lowest.

    A few past days tell methods apart by less than that; then the order of METHODS decides, from
    the simplest to what rests on most; ols, which weighs a cell like the total, comes last.
    """
    wape = {name: w for name, w in means.select("method", "wape").iter_rows() if w is not None}
    lowest = min((wape[name] for name in METHODS if name in wape), default=0.0)
    near = (name for name in METHODS if wape.get(name, float("inf")) <= lowest * (1 + MARGIN))
    return next(near, METHODS[0])


def chosen_method(found: pl.DataFrame) -> str:
    """The method that `accuracy` marks: the simplest of those near the lowest mean WAPE.

    Bottom-up where there was nothing to judge by.
    """
    marked = found.filter("is_chosen")["method"]
    return marked[0] if marked.len() else METHODS[0]
