"""Which distributors sell most, who rose and fell, and how much the company leans on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.attainment import attainment
from dakehu.analysis.distributor_ranking.dependence import concentration, dependence
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window, back, window_of
from dakehu.analysis.year_on_year import UNMOVED, holiday_moves

DISTRIBUTOR = "distributor_id"
OPTIONAL = [
    "region_name",
    "growth",
    "adjusted_growth",
    "relative_growth",
    "quota_attainment",
    "freight_ratio",
]


@dataclass(frozen=True)
class Sales:
    """The ranking by sales alone. Amounts are in the pipeline's currency, shares 0-1."""

    window: Window
    policy: Policy
    company_growth: float | None
    tables: dict[str, pl.DataFrame]
    figures: dict[str, tuple[float | None, str]]

    @property
    def ranking(self) -> pl.DataFrame:
        """One row per distributor that ever bought, by sales rank."""
        return self.tables["sales_ranking"]

    def movers(self) -> pl.DataFrame:
        """Distributors ranked in both windows that matter in one of them, largest climb first.

        To matter is to have sold material_share of all distributors' amount, now or a year before.
        """
        line = float(self.ranking["net_amount"].sum()) * self.policy.material_share
        larger = pl.max_horizontal("net_amount", "previous_amount").cast(pl.Float64)
        return self.ranking.filter(
            pl.col("rank_change").is_not_null() & (pl.col("rank_change") != 0) & (larger >= line)
        ).sort("rank_change", "rank", descending=[True, False])


def sales_of(
    monthly: pl.DataFrame,
    company: pl.DataFrame,
    quotas: pl.DataFrame,
    as_of: date,
    window_months: int = 12,
    policy: Policy | None = None,
    calm: pl.DataFrame = UNMOVED,
) -> Sales:
    """Rank every distributor that ever bought by net amount in the window that ends with `as_of`.

    `monthly`, `company`, `quotas` are mart_distributor_ranking and its parts __company, __quotas;
    `calm` are the company's months without the moving holiday (`without_holiday`).
    """
    policy = policy or Policy()
    window = window_of(company, as_of, window_months)
    company_growth = _company_growth(company, window)
    quota = attainment(quotas, as_of, window_months)
    ranking = _ranking(monthly, company, window, company_growth)
    ranking = _with_attainment(_without_holiday(ranking, window, calm), quota)
    by_month = dependence(monthly, company, window.months, policy.key_distributor_count)
    tables = {
        "sales_ranking": ranking.drop([name for name in OPTIONAL if ranking[name].is_null().all()]),
        "attainment": quota,
        "dependence": by_month,
        "concentration": concentration(ranking, by_month),
    }
    figures = _figures(ranking, quota, tables["concentration"], company_growth, policy)
    return Sales(window, policy, company_growth, tables, figures)


def _amount(where: pl.Expr) -> pl.Expr:
    return pl.col("net_amount").filter(where).sum()


def _growth(now: pl.Expr, before: pl.Expr) -> pl.Expr:
    """Relative change; missing unless there were sales to compare with."""
    before = before.cast(pl.Float64)
    return pl.when(before > 0).then(now.cast(pl.Float64) / before - 1)


def _company_growth(company: pl.DataFrame, window: Window) -> float | None:
    if not window.compared_months:
        return None
    sums = company.select(
        _amount(window.compared).alias("now"), _amount(window.year_before).alias("before")
    )
    return sums.select(_growth(pl.col("now"), pl.col("before"))).item()


def _ranking(
    monthly: pl.DataFrame, company: pl.DataFrame, window: Window, company_growth: float | None
) -> pl.DataFrame:
    in_window, before_end = window.within, pl.col("month") <= back(window.last, 12)
    freight = in_window & pl.col("freight_amount").is_not_null()
    total = float(company.select(_amount(in_window)).item() or 0)
    known = (
        monthly.sort(DISTRIBUTOR, "month")
        .group_by(DISTRIBUTOR)
        .agg(
            pl.col("distributor_name", "region_name").last(),
            _amount(in_window).alias("net_amount"),
            pl.col("order_count").filter(in_window).sum().cast(pl.Int64),
            in_window.any().not_().alias("is_silent"),
            _amount(window.compared).alias("compared_amount"),
            _amount(window.year_before).alias("previous_amount"),
            before_end.any().alias("had_bought"),
            window.year_before.any().not_().alias("was_silent"),
            pl.col("freight_amount").filter(freight).sum().alias("freight_amount"),
            _amount(freight).alias("freight_base"),
            freight.any().alias("has_freight"),
            pl.col("month").filter(pl.col("net_amount") > 0).max().alias("last_month"),
        )
    )
    share = pl.col("net_amount").cast(pl.Float64) / total if total > 0 else pl.lit(None, pl.Float64)
    growth = _growth(pl.col("compared_amount"), pl.col("previous_amount"))
    if not window.compared_months:
        growth = pl.lit(None, pl.Float64)
    pace = None if company_growth is None or company_growth <= -1 else 1 + company_growth
    return (
        _ranked(known, window)
        .with_columns(
            (pl.col("previous_rank") - pl.col("rank")).alias("rank_change"),
            share.alias("amount_share"),
            growth.alias("growth"),
            pl.when(pl.col("has_freight") & (pl.col("freight_base") > 0))
            .then(
                pl.col("freight_amount").cast(pl.Float64) / pl.col("freight_base").cast(pl.Float64)
            )
            .alias("freight_ratio"),
        )
        .with_columns(
            pl.col("amount_share").cum_sum().alias("cumulative_share"),
            ((1 + pl.col("growth")) / pl.lit(pace, pl.Float64)).alias("relative_growth"),
        )
        .select(
            DISTRIBUTOR,
            "distributor_name",
            "region_name",
            "rank",
            "previous_rank",
            "rank_change",
            "net_amount",
            "previous_amount",
            "amount_share",
            "cumulative_share",
            "growth",
            "relative_growth",
            "order_count",
            "freight_ratio",
            "is_silent",
            "last_month",
        )
    )


def _without_holiday(ranking: pl.DataFrame, window: Window, calm: pl.DataFrame) -> pl.DataFrame:
    """`ranking` with adjusted_growth: growth with the moving Lunar New Year taken out."""
    moved = None
    if window.compared_months:
        first = back(window.last, window.compared_months - 1)
        span = pl.DataFrame({"first_month": [first], "last_month": [window.last]})
        moved = holiday_moves(calm, span)["moved"].item()
    adjusted = (1 + pl.col("growth")) / (1 + pl.lit(moved, pl.Float64)) - 1
    return ranking.with_columns(adjusted_growth=adjusted)


def _ranked(known: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Ranks from 1 by amount, the silent last, ties by id: now and in the window a year before."""
    now = known.sort(
        ["is_silent", "net_amount", DISTRIBUTOR], descending=[False, True, False]
    ).with_columns(pl.int_range(1, pl.len() + 1).alias("rank"))
    before = (
        known.filter(pl.col("had_bought") & (window.compared_months > 0))
        .sort(["was_silent", "previous_amount", DISTRIBUTOR], descending=[False, True, False])
        .select(DISTRIBUTOR, pl.int_range(1, pl.len() + 1).alias("previous_rank"))
    )
    return now.join(before, on=DISTRIBUTOR, how="left", maintain_order="left")


def _with_attainment(ranking: pl.DataFrame, quota: pl.DataFrame) -> pl.DataFrame:
    own = quota.filter(pl.col("holder_kind") == "distributor").select(
        pl.col("holder_id").alias(DISTRIBUTOR), pl.col("attainment").alias("quota_attainment")
    )
    return ranking.join(own, on=DISTRIBUTOR, how="left", maintain_order="left")


def _figures(
    ranking: pl.DataFrame,
    quota: pl.DataFrame,
    measures: pl.DataFrame,
    company_growth: float | None,
    policy: Policy,
) -> dict[str, tuple[float | None, str]]:
    """The headline numbers, by the names that summary.json keeps."""
    measure = dict(measures.select("metric", "value").iter_rows())
    active = ranking.filter(~pl.col("is_silent"))
    figures: dict[str, tuple[float | None, str]] = {
        "distributor_count": (ranking.height, "count"),
        "active_count": (active.height, "count"),
        "silent_count": (ranking.height - active.height, "count"),
        "distributor_amount": (float(ranking["net_amount"].sum()), "amount"),
        "distributor_share": (measure["distributor_share"], "share"),
        "key_share": (measure["key_share"], "share"),
        "top_share": (measure["top_share"], "share"),
        "cr4": (measure.get("cr4"), "share"),
        "hhi": (measure.get("hhi"), "points"),
        "company_growth": (company_growth, "share"),
    }
    for (kind,), rows in quota.group_by("holder_kind", maintain_order=True):
        target = float(rows["target_amount"].sum())
        reached = float(rows["net_amount"].sum()) / target if target > 0 else None
        missed = rows.filter(pl.col("attainment") < policy.attainment_line).height
        figures |= {
            f"attainment_{kind}": (reached, "share"),
            f"missed_{kind}_count": (missed, "count"),
        }
    return figures
