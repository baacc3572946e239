"""The base forecast: every series of the hierarchy, cleaned, calendar apart, adding up, judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dakehu.analysis import calendar, calendar_effects
from dakehu.analysis.calendar_effects import CalendarEffects
from dakehu.analysis.sales_forecast import (
    backtest,
    choice,
    cleaning,
    conformal,
    intervals,
    reconciliation,
    series,
)
from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.cents import in_cents
from dakehu.analysis.sales_forecast.completion import completed
from dakehu.analysis.sales_forecast.hierarchy import Hierarchy, hierarchy_of, months_of
from dakehu.analysis.sales_forecast.measures import Measures, measures_of
from dakehu.analysis.sales_forecast.models import NAIVE
from dakehu.analysis.sales_forecast.periods import later
from dakehu.analysis.sales_forecast.policy import Policy

POOL = ["model", "is_seasonal", "is_intermittent"]
HOLDERS = "holders"


@dataclass(frozen=True)
class Base:
    """What the base will be and how good such forecasts were.

    `history`: level, key, key_name, month, amount as sold; of level shifts, as if always at the new
    level. `points`: the forecast of every series, reconciled, with bounds, float. `published`: the
    same to the cent. `past`: past forecasts of the chosen models, reconciled the same way where
    enough errors were known by then, with error, score and coverage. `by_model`: past forecasts of
    every model, unreconciled. `naive`: what the seasonal naive says of the months ahead. `holders`:
    forecast and past errors of series that no hierarchy knows (who holds a target).
    """

    hierarchy: Hierarchy
    history: pl.DataFrame
    kinds: pl.DataFrame
    measures: Measures
    changes: pl.DataFrame
    calendar: CalendarEffects
    points: pl.DataFrame
    published: pl.DataFrame
    past: pl.DataFrame
    by_model: pl.DataFrame
    naive: pl.DataFrame
    methods: pl.DataFrame
    method: str
    rule: str
    holders: tuple[pl.DataFrame, pl.DataFrame]


def base_of(
    read: Mapping[str, pl.DataFrame],
    holders: pl.DataFrame,
    as_of: date,
    horizon_months: int,
    policy: Policy,
    *,
    closes_on: int,
    has_lunar_year: bool,
) -> Base:
    """Forecast every series of the marts `read` `horizon_months` past their last month.

    `holders` are further series (columns of a history) that are forecast by themselves. With
    `has_lunar_year` the calendar of China may move a series, where the backtest says that it does.

    Raises:
        ValueError: see `hierarchy_of`.
    """
    monthly = read["monthly"]
    months = months_of(monthly, as_of)
    measures, changes = _events(read, months, closes_on)
    found = hierarchy_of(monthly, as_of, policy, changes=_wide(changes))
    every = pl.concat([found.history, _unchanged(holders, as_of)], how="diagonal")
    last_month: date = found.history["month"].max()  # ty: ignore[invalid-assignment]
    truth = every.with_columns(pl.col("amount") + pl.col(cleaning.LEVEL_SHIFT))
    clean = every.with_columns(pl.sum_horizontal("amount", *cleaning.KINDS))
    ahead = later(last_month, horizon_months)
    spans = calendar.fiscal_months(months[0], ahead, closes_on)
    asked = policy if has_lunar_year else replace(policy, calendar_effects=False)
    effects = calendar_effects.effects_of(clean, spans, closes_on, asked)
    usable, kinds, cutoffs = _usable(
        calendar_effects.adjusted(clean, effects), horizon_months, policy
    )
    errors = _errors(usable, cutoffs, horizon_months, effects, truth)
    chosen = choice.chosen(errors, kinds, policy)
    made = calendar_effects.restored(
        backtest.forecasts(usable, [last_month], horizon_months), effects, ["mean_amount"]
    )
    mine = made.join(chosen, on=[*SERIES, "model"])
    past = errors.join(chosen, on=[*SERIES, "model"])
    in_levels = truth.join(found.history.select(SERIES).unique(), on=SERIES, how="semi")
    kept = pl.col("level").is_in(in_levels["level"].unique().to_list())
    known = _completed(past.filter(kept), in_levels)
    methods = reconciliation.accuracy(reconciliation.compared(known, found.structure))
    method = reconciliation.chosen_method(methods)
    fitted = reconciliation.reconciled(known, found.structure, known, method)
    # The first past days know too few errors for some methods: there the models speak unreconciled.
    early = known.join(fitted.select("cutoff").unique(), on="cutoff", how="anti")
    covered, rule = intervals.covered(
        reconciliation.scored(pl.concat([early, fitted.select(early.columns)]))
    )
    points = intervals.with_intervals(
        reconciliation.reconciled(
            _completed(mine.filter(kept), in_levels), found.structure, known, method
        ),
        covered,
    )
    return Base(
        hierarchy=found,
        history=in_levels,
        kinds=kinds,
        measures=measures,
        changes=changes,
        calendar=effects,
        points=points,
        published=in_cents(points, found.structure),
        past=covered,
        by_model=conformal.judged(errors.filter(kept), POOL)[0],
        naive=made.filter(kept, pl.col("model") == NAIVE),
        methods=methods,
        method=method,
        rule=rule,
        holders=(mine.filter(~kept), past.filter(~kept)),
    )


def _events(
    read: Mapping[str, pl.DataFrame], months: pl.Series, closes_on: int
) -> tuple[Measures, pl.DataFrame]:
    """What events did, and what of it leaves the history before it is forecast."""
    cells, customers = (
        read[name].with_columns(amount=pl.col("net_amount").cast(pl.Float64))
        for name in ("cells", "scoped_customers")
    )
    spans = calendar.fiscal_months(months[0], months[-1], closes_on)
    measures = measures_of(read["events"], cells, customers, spans)
    scopes = read["events"].select("event_id", "scope_json")
    return measures, cleaning.event_changes(measures, scopes, cells)


def _wide(changes: pl.DataFrame) -> pl.DataFrame:
    """One column of amounts per kind of change."""
    return changes.group_by(*SERIES, "month").agg(
        pl.col("change_amount").filter(pl.col("kind") == kind).sum().alias(kind)
        for kind in cleaning.KINDS
    )


def _unchanged(holders: pl.DataFrame, as_of: date) -> pl.DataFrame:
    none = [pl.lit(0.0).alias(kind) for kind in cleaning.KINDS]
    return holders.filter(pl.col("month") <= as_of).with_columns(none)


def _usable(
    history: pl.DataFrame, horizon_months: int, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame, list[date]]:
    """The months that models see, one row per series on its kind, and the days to forecast from."""
    runs = series.current_runs(history, policy)
    kinds = series.series_of(runs, policy)
    told = kinds.filter(pl.col("reason").is_null()).select(
        *SERIES, "is_seasonal", "is_intermittent", "min_train_months"
    )
    months = history["month"].unique().sort().to_list()
    return (
        runs.join(told, on=SERIES),
        kinds,
        series.cutoffs_of(months, kinds, horizon_months, policy),
    )


def _errors(
    usable: pl.DataFrame,
    cutoffs: list[date],
    horizon_months: int,
    effects: CalendarEffects,
    truth: pl.DataFrame,
) -> pl.DataFrame:
    """Past forecasts beside what was sold, calendar and events included."""
    made = backtest.forecasts(usable, cutoffs, horizon_months)
    return backtest.scored(calendar_effects.restored(made, effects, ["mean_amount"]), truth)


def _completed(base: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    columns = [*SERIES, "cutoff", "horizon", "month", "model", "mean_amount"]
    return completed(base.select(columns), history)
