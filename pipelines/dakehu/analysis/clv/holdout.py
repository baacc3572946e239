"""Which model foretells best what it has not seen, and whether any beats what needs no model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import fit_bg_nbd, fit_mbg_cnbd, fit_mbg_nbd
from dakehu.analysis.clv.histories import UNIT_DAYS, Histories, summaries
from dakehu.analysis.clv.pareto_nbd import fit_pareto_nbd
from dakehu.analysis.clv.purchase_model import Fit, PurchaseModel

ZERO, SAME_AS_BEFORE, OWN_RATE = "zero", "same_as_before", "own_rate"
TOTAL_WITHIN = 0.20


def fit_candidates(
    histories: Histories, is_regular: bool
) -> tuple[dict[str, Fit[PurchaseModel]], dict[str, str]]:
    """Fit every model of purchases, and say why where one cannot be fitted.

    MBG/CNBD-k takes part when the gaps show a rhythm (`regularity`): without one it is MBG/NBD.
    """
    fitters = [fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd, *([fit_mbg_cnbd] if is_regular else [])]
    fits: dict[str, Fit[PurchaseModel]] = {}
    failures: dict[str, str] = {}
    for fitter in fitters:
        try:
            fit = fitter(histories)
        except ValueError as error:
            failures[fitter.__name__.removeprefix("fit_")] = str(error)
        else:
            fits[fit.name] = fit
    return fits, failures


def predictions(
    days: pl.DataFrame,
    cut: date,
    end: date,
    fits: Mapping[str, Fit[PurchaseModel]],
    unit_days: float = UNIT_DAYS,
) -> pl.DataFrame:
    """What each model and baseline expects from the day after `cut` to `end`, beside what came.

    `days` is `purchase_days`; `fits` were fitted to `summaries` at `cut`. Columns: model,
    customer_id, expected_count, actual_count.

    Raises:
        ValueError: when `end` does not lie after `cut`.
    """
    length = (end - cut).days
    if length <= 0:
        raise ValueError(f"the holdout ends on {end}, not after its start on {cut}")
    customers = summaries(days, cut)
    histories = Histories.of(customers, unit_days)
    actual = _counted(customers, days, cut, end)
    expected = baselines(days, customers, cut, length)
    expected |= {
        name: fit.model.expected(histories, length / unit_days) for name, fit in fits.items()
    }
    return pl.concat(
        customers.select(
            pl.lit(name).alias("model"),
            "customer_id",
            pl.Series("expected_count", values),
            pl.Series("actual_count", actual),
        )
        for name, values in expected.items()
    )


def baselines(
    days: pl.DataFrame, customers: pl.DataFrame, cut: date, length: int
) -> dict[str, np.ndarray]:
    """What needs no model: purchases of `customers` in the `length` days after `cut`.

    Nothing at all (zero), as many as in the period of equal length up to the cut (same_as_before),
    the customer's repeat purchases per day since its first (own_rate).
    """
    rate = customers["frequency"] / customers["age_days"].clip(lower_bound=1)
    before = _counted(customers, days, cut - timedelta(days=length), cut)
    return {
        ZERO: np.zeros(customers.height),
        SAME_AS_BEFORE: before.astype(float),
        OWN_RATE: (rate * length).to_numpy(),
    }


def _counted(customers: pl.DataFrame, days: pl.DataFrame, after: date, end: date) -> np.ndarray:
    """Purchases of each of `customers` on the days after `after` until `end`."""
    inside = pl.col("is_purchase") & (pl.col("date") > after) & (pl.col("date") <= end)
    count = days.filter(inside).group_by("customer_id").agg(pl.len().cast(pl.Int64).alias("count"))
    joined = customers.join(count, on="customer_id", how="left", maintain_order="left")
    return joined["count"].fill_null(0).to_numpy()


def judged(made: pl.DataFrame) -> pl.DataFrame:
    """Errors of each model of `predictions`, and which one is chosen.

    Chosen is the smallest root mean square error over customers among those whose total is off by
    at most 20 %, or among all where none is; of equals the first, and baselines stand first.
    Columns: model, customer_mae, customer_rmse, total_expected, total_actual, is_chosen.
    """
    error = pl.col("expected_count") - pl.col("actual_count")
    table = made.group_by("model", maintain_order=True).agg(
        error.abs().mean().alias("customer_mae"),
        (error**2).mean().sqrt().alias("customer_rmse"),
        pl.col("expected_count").sum().alias("total_expected"),
        pl.col("actual_count").sum().alias("total_actual"),
    )
    off = (pl.col("total_expected") - pl.col("total_actual")).abs()
    near = table.filter(off <= TOTAL_WITHIN * pl.col("total_actual"))
    best = (near if near.height else table).sort("customer_rmse", maintain_order=True)
    return table.with_columns((pl.col("model") == best["model"][0]).alias("is_chosen"))
