"""Which model foretells best what it has not seen, and whether any beats what needs no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import fit_bg_nbd, fit_mbg_cnbd, fit_mbg_nbd
from dakehu.analysis.clv.histories import UNIT_DAYS, Histories, summaries
from dakehu.analysis.clv.pareto_nbd import fit_pareto_nbd
from dakehu.analysis.clv.purchase_model import Fit, PurchaseModel

FITTERS: dict[str, Callable[[Histories], Fit[PurchaseModel]]] = {
    "bg_nbd": fit_bg_nbd,
    "mbg_nbd": fit_mbg_nbd,
    "pareto_nbd": fit_pareto_nbd,
    "mbg_cnbd_k": fit_mbg_cnbd,
}
ZERO, SAME_AS_BEFORE, OWN_RATE = "zero", "same_as_before", "own_rate"
ACTUAL = ("customer_id", "actual_count", "actual_amount")
TOTAL_WITHIN = 0.20


def fit_candidates(
    histories: Histories, is_regular: bool
) -> tuple[dict[str, Fit[PurchaseModel]], dict[str, str]]:
    """Fit every model of purchases, and say why where one cannot be fitted.

    MBG/CNBD-k takes part when the gaps show a rhythm (`regularity`): without one it is MBG/NBD.
    """
    fits: dict[str, Fit[PurchaseModel]] = {}
    failures: dict[str, str] = {}
    histories = histories.distinct()
    for name, fitter in FITTERS.items():
        if name == "mbg_cnbd_k" and not is_regular:
            continue
        try:
            fits[name] = fitter(histories)
        except ValueError as error:
            failures[name] = str(error)
    return fits, failures


def predictions(
    days: pl.DataFrame,
    cut: date,
    end: date,
    fits: Mapping[str, Fit[PurchaseModel]],
    unit_days: float = UNIT_DAYS,
) -> pl.DataFrame:
    """What each model and baseline expects from the day after `cut` to `end`, beside what came.

    `days` is `purchase_days`; `fits` were fitted to `summaries` at `cut`. One row per customer and
    the columns customer_id, actual_count, actual_amount (of the purchases), and the expected
    purchases in one column per baseline and model, named as it is.

    Raises:
        ValueError: when `end` does not lie after `cut`.
    """
    length = (end - cut).days
    if length <= 0:
        raise ValueError(f"the holdout ends on {end}, not after its start on {cut}")
    customers = summaries(days, cut)
    histories = Histories.of(customers, unit_days)
    expected = baselines(days, customers, cut, length) | {
        name: fit.model.expected(histories, length / unit_days) for name, fit in fits.items()
    }
    return _seen(customers, days, cut, end).with_columns(
        pl.Series(name, values) for name, values in expected.items()
    )


def baselines(
    days: pl.DataFrame, customers: pl.DataFrame, cut: date, length: int
) -> dict[str, np.ndarray]:
    """What needs no model: purchases of `customers` in the `length` days after `cut`.

    Nothing at all (zero), as many as in the period of equal length up to the cut (same_as_before),
    the customer's repeat purchases per day since its first (own_rate).
    """
    rate = customers["frequency"] / customers["age_days"].clip(lower_bound=1)
    before = _seen(customers, days, cut - timedelta(days=length), cut)["actual_count"]
    return {
        ZERO: np.zeros(customers.height),
        SAME_AS_BEFORE: before.cast(pl.Float64).to_numpy(),
        OWN_RATE: (rate * length).to_numpy(),
    }


def _seen(customers: pl.DataFrame, days: pl.DataFrame, after: date, end: date) -> pl.DataFrame:
    """Purchases of each of `customers` on the days after `after` until `end`, and their amount."""
    inside = pl.col("is_purchase") & (pl.col("date") > after) & (pl.col("date") <= end)
    bought = days.filter(inside).group_by("customer_id")
    found = bought.agg(
        actual_count=pl.len().cast(pl.Int64), actual_amount=pl.col("amount").cast(pl.Float64).sum()
    )
    return (
        customers.select("customer_id")
        .join(found, on="customer_id", how="left", maintain_order="left")
        .with_columns(pl.col("actual_count", "actual_amount").fill_null(0))
    )


def judged(made: pl.DataFrame) -> pl.DataFrame:
    """Errors of each model of `predictions`, and which one is chosen.

    Chosen is the smallest root mean square error over customers among those whose total is off by
    at most 20 %, or among all where none is; of equals the first, and baselines stand first.
    Columns: model, customer_mae, customer_rmse, total_expected, total_actual, is_chosen.
    """
    actual = pl.col("actual_count")
    table = pl.concat(
        made.select(
            model=pl.lit(name),
            customer_mae=(pl.col(name) - actual).abs().mean(),
            customer_rmse=((pl.col(name) - actual) ** 2).mean().sqrt(),
            total_expected=pl.col(name).sum(),
            total_actual=actual.sum(),
        )
        for name in made.columns
        if name not in ACTUAL
    )
    off = (pl.col("total_expected") - pl.col("total_actual")).abs()
    near = table.filter(off <= TOTAL_WITHIN * pl.col("total_actual"))
    best = (near if near.height else table).sort("customer_rmse", maintain_order=True)
    return table.with_columns((pl.col("model") == best["model"][0]).alias("is_chosen"))
