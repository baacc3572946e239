"""The headline numbers of the forecast, by the names that summary.json keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.sales_forecast import pull_forward
from dakehu.analysis.sales_forecast.models import NAIVE
from dakehu.analysis.sales_forecast.outlook import CHOSEN
from dakehu.analysis.sales_forecast.periods import distance
from dakehu.analysis.sales_forecast.series import YEAR_MONTHS

if TYPE_CHECKING:
    from dakehu.analysis.sales_forecast.report import SalesForecast

Figures = dict[str, tuple[float | None, str]]


def figures_of(result: SalesForecast) -> Figures:
    """Every figure: name -> (value, unit); what is not known is missing."""
    figures: Figures = {
        "month_count": (result.history["month"].n_unique(), "count"),
        "series_count": (result.tables["outlook"].height, "count"),
        "region_count": (result.table("outlook", "region").height, "count"),
        "not_forecast_count": (result.tables["not_forecast"].height, "count"),
    }
    return figures | _outlook(result) | _landing(result) | _accuracy(result) | _beside(result)


def _outlook(result: SalesForecast) -> Figures:
    figures: Figures = {}
    for row in result.table("outlook").iter_rows(named=True):
        figures |= {
            "forecast_amount": (_float(row["forecast_amount"]), "amount"),
            "forecast_low_80_amount": (_float(row["low_80_amount"]), "amount"),
            "forecast_high_80_amount": (_float(row["high_80_amount"]), "amount"),
            "last_amount": (_float(row["last_amount"]), "amount"),
            "forecast_growth": (row["growth"], "share"),
        }
    for row in result.table("forecast").head(1).iter_rows(named=True):
        figures |= {
            "next_month_amount": (_float(row["mean_amount"]), "amount"),
            "next_month_low_80_amount": (_float(row["low_80_amount"]), "amount"),
            "next_month_high_80_amount": (_float(row["high_80_amount"]), "amount"),
        }
    return figures


def _landing(result: SalesForecast) -> Figures:
    figures: Figures = {}
    for row in result.landing.iter_rows(named=True):
        first, last = row["first_month"], row["last_month"]
        if distance(first, last) == YEAR_MONTHS - 1:
            figures["landing_year_amount"] = (_float(row["forecast_amount"]), "amount")
    for row in result.landing.head(1).iter_rows(named=True):
        figures["landing_amount"] = (_float(row["forecast_amount"]), "amount")
    told = result.landing["probability_to_reach"].drop_nulls()
    figures["landing_probability"] = (told[0] if told.len() else None, "share")
    if result.bridge:
        figures["bridge_change_amount"] = (_float(result.bridge.change_amount), "amount")
    return figures


def _accuracy(result: SalesForecast) -> Figures:
    """WAPE and bias of what is published and of the seasonal naive, from the backtest."""
    figures: Figures = {}
    overall = result.table("accuracy").filter(pl.col("horizon").is_null())
    for row in overall.iter_rows(named=True):
        if row["model"] in (CHOSEN, NAIVE):
            figures |= {
                f"wape_{row['model']}": (row["wape"], "share"),
                f"bias_{row['model']}": (row["bias"], "share"),
            }
    figures |= {
        f"coverage_{percent}": (_coverage(result, percent), "share") for percent in (80, 95)
    }
    kept = result.tables["forecast_memory"].filter(
        pl.col("level") == "total", pl.col("horizon").is_null()
    )
    for name in ("wape", "bias"):
        told = kept[name].to_list() or [figures.get(f"{name}_{CHOSEN}", (None, ""))[0]]
        figures[f"forecast_{name}"] = (told[0], "share")
    return figures


def _coverage(result: SalesForecast, percent: int) -> float | None:
    """In how many of all past months judged, of every series, the intervals held."""
    share, judged = pl.col(f"coverage_{percent}"), pl.col("judged_count")
    told = result.tables["accuracy"].filter(
        pl.col("model") == CHOSEN, pl.col("horizon").is_null(), share.is_not_null()
    )
    held: float | None = told.select((share * judged).sum() / judged.sum()).item()
    return held if told.height else None


def _beside(result: SalesForecast) -> Figures:
    figures: Figures = {}
    weighted = result.tables["deals"]["weighted_amount"].drop_nulls()
    if weighted.len():
        figures["pipeline_weighted_amount"] = (_float(weighted.sum()), "amount")
    if result.tables["pull_forward"].height:
        pulled = pull_forward.total(result.tables["pull_forward"])[0]
        figures["pulled_forward_amount"] = (pulled, "amount")
    if result.split:
        figures["quota_unplaced_amount"] = (_float(result.split.unplaced_amount), "amount")
    return figures


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
