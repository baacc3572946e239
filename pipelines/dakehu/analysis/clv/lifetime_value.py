"""Who is still a customer, what each will buy, and what that is worth: all models in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.gamma_gamma import GammaGamma, Independence, fit_gamma_gamma, independence
from dakehu.analysis.clv.histories import Histories, purchase_days, summaries
from dakehu.analysis.clv.holdout import baselines, fit_candidates, judged, predictions
from dakehu.analysis.clv.present_value import bought, continuous_rate, valuation
from dakehu.analysis.clv.purchase_model import Fit, decay_mean
from dakehu.analysis.clv.regularity import Regularity, regularity
from dakehu.analysis.clv.tracking import tracking

YEAR_DAYS = 365.25
STEP_DAYS = 14  # of the tracking


@dataclass(frozen=True)
class Policy:
    """Horizon of the value and length of the holdout in days; `discount_rate` is per year."""

    horizon_days: int = 365
    holdout_days: int = 182
    discount_rate: float = 0.10


@dataclass(frozen=True)
class LifetimeValue:
    """Tables customers, model_fit and holdout, and what the models rest on.

    `chosen` is the model or baseline that `customers` rests on; a baseline has neither p_alive nor
    an interval. `failures` says for each model that could not be fitted why. `equity` is the sum of
    the values with its 90 % interval, the ends missing for a baseline. `tracked` is the model of
    the least error in the holdout, fitted to the days up to `cut`; `tracking` follows it on.
    """

    chosen: str
    cut: date
    tracked: str
    tracking: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    equity: tuple[float, float | None, float | None]
    rhythm: Regularity | None
    independence: Independence
    failures: dict[str, str]


def analyse(
    transactions: pl.DataFrame,
    as_of: date,
    policy: Policy | None = None,
    margin_share: float = 1.0,
) -> LifetimeValue:
    """Fit every model to `transactions` (customer_id, date, amount), choose one, value customers.

    The choice falls on the last `holdout_days` before `as_of`, with models fitted to what came
    before; the chosen model is then fitted again to everything.

    Raises:
        ValueError: for too little history, or where spend per purchase cannot be modelled.
    """
    policy = policy or Policy()
    days = purchase_days(transactions).filter(pl.col("date") <= as_of)
    cut = as_of - timedelta(days=policy.holdout_days)
    earlier = summaries(days, cut)
    if earlier.is_empty():
        raise ValueError(
            f"customer lifetime value: nobody bought up to {cut}, {policy.holdout_days} days"
            f" before {as_of}; choose a later as_of or a shorter holdout"
        )
    rhythm = _rhythm(days.filter(pl.col("date") <= cut))
    is_regular = rhythm is not None and rhythm.is_regular
    tried, _ = fit_candidates(Histories.of(earlier), is_regular)
    table = judged(predictions(days, cut, as_of, tried))
    tracked = table.filter(pl.col("model").is_in(list(tried))).sort("customer_rmse")["model"]
    followed = pl.DataFrame()
    if len(tracked):
        followed = tracking(tried[tracked[0]].model, earlier, days, as_of, STEP_DAYS)
    customers = summaries(days, as_of)
    histories = Histories.of(customers)
    fits, failures = fit_candidates(histories, is_regular)
    spend = fit_gamma_gamma(*bought(customers))
    frequency, mean = customers["frequency"].to_numpy(), customers["mean_amount"].to_numpy()
    chosen = str(table.filter("is_chosen")["model"].item())
    if chosen in failures:
        raise ValueError(
            f"chosen in the holdout, it cannot be fitted to all days: {failures[chosen]}"
        )
    rate = continuous_rate(policy.discount_rate, YEAR_DAYS, histories.unit_days)
    periods = policy.horizon_days / histories.unit_days
    if chosen in fits:
        valued = valuation(fits[chosen], spend, customers, periods, rate, margin_share)
        frame, equity = valued.customers, valued.equity
    else:
        orders = baselines(days, customers, as_of, policy.horizon_days)[chosen]
        frame = _without_model(customers, orders, spend.model, rate * periods, margin_share)
        equity = (float(frame["clv_amount"].sum()), None, None)
    return LifetimeValue(
        chosen,
        cut,
        tracked[0] if len(tracked) else "",
        followed,
        {"customers": frame, "model_fit": _model_fit([*fits.values(), spend]), "holdout": table},
        equity,
        rhythm,
        independence(frequency, mean),
        failures,
    )


def _rhythm(days: pl.DataFrame) -> Regularity | None:
    """The regularity of the gaps; missing where too few customers have two."""
    try:
        return regularity(days)
    except ValueError:
        return None


def _without_model(
    customers: pl.DataFrame,
    orders: np.ndarray,
    spend: GammaGamma,
    discount: float,
    margin_share: float,
) -> pl.DataFrame:
    """Values from a baseline's orders, spread evenly over the horizon; no interval is known."""
    per_purchase = spend.expected(*bought(customers))
    value = margin_share * per_purchase * orders * decay_mean(np.array(discount))
    unknown = pl.lit(None, dtype=pl.Float64)
    return customers.select("customer_id").with_columns(
        p_alive=unknown,
        expected_orders=orders,
        expected_spend=per_purchase,
        expected_amount=orders * per_purchase,
        clv_amount=value,
        clv_low_amount=unknown,
        clv_high_amount=unknown,
    )


def _model_fit(fits: Sequence[Fit]) -> pl.DataFrame:
    """Columns: model, parameter, estimate, low, high (90 %), log_likelihood.

    The ends are missing where a parameter ran away to the edge of the search; k, which is chosen
    and not estimated, has none.
    """
    rows = []
    for fit in fits:
        low, high = fit.estimate.interval()
        ends = zip(fit.estimate.names, fit.estimate.values, low, high, strict=True)
        rows += [(fit.name, *row, fit.log_likelihood) for row in ends]
        if isinstance(fit.model, BetaGeometric) and fit.model.k > 1:
            rows.append((fit.name, "k", fit.model.k, np.nan, np.nan, fit.log_likelihood))
    numbers = dict.fromkeys(["estimate", "low", "high", "log_likelihood"], pl.Float64)
    schema = {"model": pl.String, "parameter": pl.String, **numbers}
    frame = pl.DataFrame(rows, schema=schema, orient="row", strict=False)
    return frame.with_columns(pl.col("low", "high").fill_nan(None))
