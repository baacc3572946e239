"""Who is still a customer, what each will buy, and what that is worth: all models in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.calibration import LEVEL, Calibration, Outcome, halves
from dakehu.analysis.clv.gamma_gamma import Independence, fit_gamma_gamma, independence
from dakehu.analysis.clv.histories import Histories, purchase_days, summaries
from dakehu.analysis.clv.holdout import FITTERS, baselines, fit_candidates, judged, predictions
from dakehu.analysis.clv.present_value import (
    bought,
    continuous_rate,
    discounted_purchases,
    valuation,
)
from dakehu.analysis.clv.purchase_model import Fit, PurchaseModel, decay_mean
from dakehu.analysis.clv.regularity import Regularity, regularity
from dakehu.analysis.clv.tracking import frequency_recency, tracking

YEAR_DAYS = 365.25
STEP_DAYS = 14  # of the tracking
MOST_HISTORIES = (
    5_000  # beyond so many a bootstrap takes minutes and says what Wald's interval does
)
BOOTSTRAP, WALD = "bootstrap", "wald"
EARLIER_HOLDOUT, OTHER_CUSTOMERS = "earlier_holdout", "other_customers"


@dataclass(frozen=True)
class Policy:
    """Horizon of the value and length of the holdout in days; `discount_rate` is per year.

    `parameter_draws` is the number of bootstrap draws that a parameter's interval rests on.
    """

    horizon_days: int = 365
    holdout_days: int = 182
    discount_rate: float = 0.10
    parameter_draws: int = 200


@dataclass(frozen=True)
class Coverage:
    """Share of the holdout's customers that the 90 % intervals of their amounts held.

    By `rule` the intervals came from the holdout before it (earlier_holdout) or, where the history
    is too short for that, each half of the customers' from the other half (other_customers).
    """

    share: float
    rule: str


@dataclass(frozen=True)
class LifetimeValue:
    """Tables customers, model_fit and holdout, and what the models rest on.

    `chosen` is the model or baseline that `customers` rests on. `followed` is the model that
    `tracking`, p_alive and `matrix` show: the chosen one or, beside a baseline, the model of the
    least error, "" where none could be fitted. `tracking` follows the fit to the days up to `cut`.
    `failures` says for each model that could not be fitted why. `held_out` are the amounts expected
    and spent in the holdout, `coverage` how well the intervals held there.
    """

    chosen: str
    cut: date
    followed: str
    tracking: pl.DataFrame
    matrix: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    held_out: tuple[float, float]
    coverage: Coverage
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
    days = purchase_days(transactions.filter(pl.col("date") <= as_of))
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
    made = predictions(days, cut, as_of, tried)
    table = judged(made)
    chosen = str(table.filter("is_chosen")["model"].item())
    followed = _followed(table, tried)
    outcome = _outcome(made, earlier, chosen)
    curve = pl.DataFrame()
    if followed:
        curve = tracking(tried[followed].model, earlier, days, as_of, STEP_DAYS)
    customers = summaries(days, as_of)
    histories = Histories.of(customers)
    fits, failures = fit_candidates(histories, is_regular)
    if chosen in failures:
        raise ValueError(
            f"chosen in the holdout, it cannot be fitted to all days: {failures[chosen]}"
        )
    spend = fit_gamma_gamma(*bought(customers))
    periods = policy.horizon_days / histories.unit_days
    discount = periods * continuous_rate(policy.discount_rate, YEAR_DAYS, histories.unit_days)
    if chosen in fits:
        expected = _by_model(fits[chosen].model, histories, periods, discount)
    else:
        orders = baselines(days, customers, as_of, policy.horizon_days)[chosen]
        expected = _by_baseline(orders, discount)
    valued = valuation(
        customers.select("customer_id").with_columns(**expected),
        spend.model.expected(*bought(customers)),
        Calibration.of(outcome),
        policy.horizon_days / policy.holdout_days,
        discount,
        margin_share,
    )
    matrix = pl.DataFrame()
    if followed in fits:
        matrix = frequency_recency(fits[followed].model, histories, periods)
    fitted = _model_fit([*fits.values(), spend], policy.parameter_draws)
    return LifetimeValue(
        chosen,
        cut,
        followed,
        curve,
        matrix,
        {"customers": valued, "model_fit": fitted, "holdout": table},
        (float(outcome.orders @ outcome.spend), float(outcome.amount.sum())),
        _coverage(days, cut, chosen, outcome, policy),
        rhythm,
        independence(customers["frequency"].to_numpy(), customers["mean_amount"].to_numpy()),
        failures,
    )


def _rhythm(days: pl.DataFrame) -> Regularity | None:
    """The regularity of the gaps; missing where too few customers have two."""
    try:
        return regularity(days)
    except ValueError:
        return None


def _followed(table: pl.DataFrame, tried: Mapping[str, Fit]) -> str:
    """The chosen model or, where a baseline is chosen, the model of the least error."""
    models = table.filter(pl.col("model").is_in(list(tried)))
    best = models.sort("is_chosen", "customer_rmse", descending=[True, False])
    return best["model"][0] if best.height else ""


def _outcome(made: pl.DataFrame, customers: pl.DataFrame, chosen: str) -> Outcome:
    """What `chosen` expected in the holdout of `predictions`, with the spend known at its start."""
    spend = fit_gamma_gamma(*bought(customers)).model.expected(*bought(customers))
    return Outcome(made[chosen].to_numpy(), spend, made["actual_amount"].to_numpy())


def _coverage(
    days: pl.DataFrame, cut: date, chosen: str, outcome: Outcome, policy: Policy
) -> Coverage:
    """How well the intervals held in the holdout, made without knowing it.

    The holdout before it says so where half as much history lies before that one.
    """
    before = cut - timedelta(days=policy.holdout_days)
    known = summaries(days, before)
    longest = known["age_days"].max()
    if not isinstance(longest, int) or longest < policy.holdout_days / 2:
        return Coverage(halves(outcome), OTHER_CUSTOMERS)
    try:
        fits = {chosen: FITTERS[chosen](Histories.of(known))} if chosen in FITTERS else {}
        earlier = _outcome(predictions(days, before, cut, fits), known, chosen)
    except ValueError:
        return Coverage(halves(outcome), OTHER_CUSTOMERS)
    return Coverage(Calibration.of(earlier).coverage(outcome), EARLIER_HOLDOUT)


def _by_model(
    model: PurchaseModel, histories: Histories, periods: float, discount: float
) -> dict[str, Any]:
    """What a model says of each customer: the columns that `valuation` starts from."""
    return {
        "p_alive": model.p_alive(histories),
        "expected_orders": model.expected(histories, periods),
        "discounted_orders": discounted_purchases(model, histories, periods, discount / periods),
    }


def _by_baseline(orders: np.ndarray, discount: float) -> dict[str, Any]:
    """The same of a baseline's orders, spread evenly over the horizon; it knows no p_alive."""
    return {
        "p_alive": pl.lit(None, pl.Float64),
        "expected_orders": orders,
        "discounted_orders": orders * decay_mean(np.array(discount)),
    }


def _model_fit(fits: Sequence[Fit], draws: int) -> pl.DataFrame:
    """Columns: model, parameter, estimate, standard_error, low, high, interval, log_likelihood.

    low to high is the 90 % interval, of the bootstrap (percentiles of `draws` refits) or Wald's:
    beyond MOST_HISTORIES distinct histories, where a parameter ran away to the edge of the search,
    and where a tenth of the refits found no maximum. A parameter that ran away has none, nor has k,
    which is chosen and not estimated.
    """
    rows = []
    for fit in fits:
        low, high, interval = _interval(fit, draws)
        estimate = fit.estimate
        columns = (estimate.names, estimate.values, estimate.standard_errors, low, high)
        rows += [
            (fit.name, *row, interval, fit.log_likelihood) for row in zip(*columns, strict=True)
        ]
        if isinstance(fit.model, BetaGeometric) and fit.model.k > 1:
            unknown = (np.nan, np.nan, np.nan, None)
            rows.append((fit.name, "k", fit.model.k, *unknown, fit.log_likelihood))
    ends = dict.fromkeys(["estimate", "standard_error", "low", "high"], pl.Float64)
    schema = {"model": pl.String, "parameter": pl.String, **ends}
    schema |= {"interval": pl.String, "log_likelihood": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row", strict=False)
    return frame.with_columns(pl.col("standard_error", "low", "high").fill_nan(None))


def _interval(fit: Fit, draws: int) -> tuple[np.ndarray, np.ndarray, str]:
    """Ends of each parameter's 90 % interval, nan for a runaway one, and how they were made."""
    if not fit.estimate.runaway and len(fit.customer_count) <= MOST_HISTORIES:
        drawn = fit.bootstrap(draws, np.random.default_rng(0))
        if len(drawn) > LEVEL * draws:
            low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
            return low, high, BOOTSTRAP
    return *fit.estimate.interval(), WALD
