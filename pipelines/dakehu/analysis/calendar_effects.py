"""Whether and how the calendar moves each series, taken out of its history and put back.

A series is preadjusted: its effect is estimated by a regression with airline errors (`airline`),
history is divided by the factor, any model forecasts what is left, and forecasts are multiplied by
the factors of their months. Which regressor, and whether any, is chosen by a rolling-origin
backtest of the first months of each year; effects of short series are drawn to what the series of
their level have in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from dakehu.analysis import airline, calendar
from dakehu.analysis.panel import SERIES, Panel, panel_of

AHEAD = 3  # January to March: the months that the Lunar New Year reaches
TRAIN_MONTHS = 24
OWN, POOLED = "own", "pooled"
_CHOICE = pl.Schema(
    {
        "level": pl.String, "key": pl.String, "regressor": pl.String, "effect": pl.Float64,
        "error": pl.Float64, "wape": pl.Float64, "plain_wape": pl.Float64,
        "origin_count": pl.Int64, "basis": pl.String,
    }
)  # fmt: skip
_ESTIMATE = pl.Schema({name: _CHOICE[name] for name in (*SERIES, "regressor", "effect", "error")})


@dataclass(frozen=True)
class CalendarRules:
    """How a calendar effect is looked for.

    On the first months of at most `calendar_origins` years; a series with fewer than
    `calendar_min_origins` chooses with those of its level; used where it lessens the error by
    `calendar_margin` (a share).
    """

    calendar_effects: bool = True
    calendar_origins: int = 8
    calendar_min_origins: int = 3
    calendar_margin: float = 0.05


@dataclass(frozen=True)
class CalendarEffects:
    """`choice` has a row per series, `factors` one per series and month where there is an effect.

    choice: level, key, regressor (null = none), effect (in logs, per unit of the regressor), error
    (its standard error), wape (of January to March at past origins with it), plain_wape (without),
    origin_count, basis (own backtest, or pooled over the level's series where origins are too few).
    factors: level, key, month, factor (> 0): what the calendar makes of an average year's month.
    """

    choice: pl.DataFrame
    factors: pl.DataFrame


def effects_of(
    history: pl.DataFrame, months: pl.DataFrame, closes_on: int, rules: CalendarRules
) -> CalendarEffects:
    """Choose and estimate the calendar effect of every series of `history`.

    Series with a month at or below zero have no logs, those under 24 months no second year: they
    get no effect. `months` (see `calendar.fiscal_months`) must reach over the forecast's horizon.
    """
    known = calendar.regressors(months, closes_on)
    usable = history.filter(((pl.col("amount").min() > 0) & (pl.len() > TRAIN_MONTHS)).over(SERIES))
    chosen = _CHOICE.to_frame()
    if usable.height and rules.calendar_effects:
        panel = panel_of(usable, SERIES)
        scores = _scored(panel, known, rules)
        if scores.height:
            chosen = _estimated(panel, known, _chosen(panel.series, scores, rules))
    choice = history.select(SERIES).unique().join(chosen, on=SERIES, how="left").sort(SERIES)
    return CalendarEffects(choice, _factors(choice, known))


def adjusted(history: pl.DataFrame, effects: CalendarEffects) -> pl.DataFrame:
    """`history` with amount as it would be were the calendar that of the average year."""
    return _scaled(history, effects, ["amount"], -1)


def restored(
    forecasts: pl.DataFrame, effects: CalendarEffects, columns: Iterable[str]
) -> pl.DataFrame:
    """Forecasts of adjusted histories, with the calendar of their months put into `columns`."""
    return _scaled(forecasts, effects, columns, 1)


def growth(history: pl.DataFrame, effects: CalendarEffects, month_count: int = 1) -> pl.DataFrame:
    """Year on year of the last `month_count` months, as it is and with the calendar taken out.

    Columns: level, key, month (the last of the span), growth, adjusted_growth (shares); null where
    the year before is not known or not above zero. Where a series has no effect both are the same.
    """
    both = history.select(*SERIES, "month", "amount").with_columns(
        adjusted(history, effects)["amount"].alias("clean")
    )

    def grown(column: str) -> pl.Expr:
        total = pl.col(column).rolling_sum(month_count)
        before = total.shift(12)
        return pl.when(before > 0).then(total / before - 1).over(SERIES)

    return both.sort(*SERIES, "month").select(
        *SERIES, "month", growth=grown("amount"), adjusted_growth=grown("clean")
    )


def _scaled(
    frame: pl.DataFrame, effects: CalendarEffects, columns: Iterable[str], power: int
) -> pl.DataFrame:
    factor = pl.col("factor").fill_null(1.0) ** power
    return (
        frame.join(effects.factors, on=[*SERIES, "month"], how="left", maintain_order="left")
        .with_columns(pl.col(name) * factor for name in columns)
        .drop("factor")
    )


def _scored(panel: Panel, known: pl.DataFrame, rules: CalendarRules) -> pl.DataFrame:
    """level, key, regressor, origin, error (summed absolute) and actual of January to March."""
    closed = [at for at, month in enumerate(panel.months) if month.month == 1 and at > 0]
    schema = {
        "level": pl.String, "key": pl.String, "regressor": pl.String, "origin": pl.Date,
        "error": pl.Float64, "actual": pl.Float64,
    }  # fmt: skip
    parts = [pl.DataFrame(schema=schema)]
    for name in (None, *calendar.WINDOWS):
        column = _column(known, panel.months, name, AHEAD)
        for at in closed[-rules.calendar_origins :]:
            early = panel.until(at, TRAIN_MONTHS)
            ahead = np.repeat(column[None, at : at + AHEAD], len(early.logs), axis=0)
            made = np.exp(_fitted(early, column[:at]).forecast(ahead))
            came = np.exp(panel.logs[early.places, at : at + AHEAD])
            made = made[:, : came.shape[1]]
            made = made * (came.sum(axis=1) / made.sum(axis=1))[:, None]
            parts.append(
                early.series.select(
                    *SERIES,
                    regressor=pl.lit(name, dtype=pl.String),
                    origin=pl.lit(panel.months[at - 1]),
                    error=np.abs(made - came).sum(axis=1),
                    actual=came.sum(axis=1),
                )
            )
    return pl.concat(parts)


def _chosen(series: pl.DataFrame, scores: pl.DataFrame, rules: CalendarRules) -> pl.DataFrame:
    """The regressor of each series, by its own origins or, if few, by those of all its level."""
    own = _ranked(scores, SERIES, rules)
    pooled = _ranked(scores, ["level"], rules)
    enough = pl.col("origin_count") >= rules.calendar_min_origins
    told = own.filter(enough).with_columns(basis=pl.lit(OWN))
    rest = series.join(told, on=SERIES, how="anti").join(pooled, on="level")
    return pl.concat(
        [told, rest.with_columns(basis=pl.lit(POOLED)).select(told.columns)]
    )  # fmt: skip


def _ranked(scores: pl.DataFrame, keys: list[str], rules: CalendarRules) -> pl.DataFrame:
    """Per group `keys` the best regressor, null unless it is better than none by the margin.

    The first of WINDOWS gives way only to one that is better by the margin too: a few origins
    tell windows badly apart.
    """
    total = scores.group_by(*keys, "regressor").agg(
        wape=pl.col("error").sum() / pl.col("actual").sum(),
        origin_count=pl.col("origin").n_unique().cast(pl.Int64),
    )
    plain = total.filter(pl.col("regressor").is_null()).select(*keys, plain_wape="wape")
    usual = pl.col("regressor") == next(iter(calendar.WINDOWS))
    handicap = pl.when(usual).then(1 - rules.calendar_margin).otherwise(1.0)
    best = total.filter(pl.col("regressor").is_not_null()).sort(
        pl.col("wape") * handicap, "regressor"
    )
    helps = pl.col("wape") <= (1 - rules.calendar_margin) * pl.col("plain_wape")
    return (
        best.unique(keys, keep="first", maintain_order=True)
        .join(plain, on=keys)
        .with_columns(regressor=pl.when(helps).then("regressor"))
        .select(*keys, "regressor", "wape", "plain_wape", "origin_count")
    )


def _estimated(panel: Panel, known: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """`chosen` with effect and error, from the whole history."""
    parts = [_ESTIMATE.to_frame()]
    for name in chosen["regressor"].drop_nulls().unique().sort():
        fit = _fitted(panel, _column(known, panel.months, name))
        parts.append(
            panel.series.select(
                *SERIES,
                regressor=pl.lit(name),
                effect=fit.effects[:, 0],
                error=fit.errors[:, 0],
            )
        )
    return chosen.join(pl.concat(parts), on=[*SERIES, "regressor"], how="left").select(
        _CHOICE.names()
    )


def _fitted(panel: Panel, column: np.ndarray) -> airline.Airline:
    """Fits of all series with `column` [T, k], their effects drawn to what a level has in common.

    Empirical Bayes: the precision-weighted mean, and the variance between series by the moments of
    DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188.
    """
    fit = airline.fitted(panel.logs, np.repeat(column[None], len(panel.logs), axis=0))
    effects = fit.effects.copy()
    level = panel.series["level"].to_numpy()
    for place in range(column.shape[1]):
        for one in np.unique(level):
            mine = level == one
            effects[mine, place] = _drawn(fit.effects[mine, place], fit.errors[mine, place])
    return replace(fit, effects=effects)


def _drawn(effects: np.ndarray, errors: np.ndarray) -> np.ndarray:
    told = np.isfinite(effects) & (errors > 0)
    if told.sum() < 2:
        return effects
    weight = np.where(told, 1 / np.where(told, errors, 1.0) ** 2, 0.0)
    own = np.where(told, effects, 0.0)
    mean = (weight * own).sum() / weight.sum()
    excess = (weight * (own - mean) ** 2).sum() - (told.sum() - 1)
    between = max(excess / (weight.sum() - (weight**2).sum() / weight.sum()), 0.0)
    share = weight * between / (weight * between + 1)
    return share * own + (1 - share) * mean


def _factors(choice: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    long = known.unpivot(index="month", variable_name="regressor", value_name="size")
    return (
        choice.filter(pl.col("effect").is_not_null())
        .join(long.filter(pl.col("size") != 0), on="regressor")
        .select(*SERIES, "month", factor=(pl.col("effect") * pl.col("size")).exp())
        .sort(*SERIES, "month")
    )


def _column(
    known: pl.DataFrame, months: list[date], name: str | None, ahead: int = 0
) -> np.ndarray:
    """[T + ahead, k] of one regressor (k = 1) or none (k = 0), from the first of `months` on."""
    if name is None:
        return np.zeros((len(months) + ahead, 0))
    values = known.filter(pl.col("month") >= months[0]).sort("month")[name].to_numpy()
    return values[: len(months) + ahead, None]
