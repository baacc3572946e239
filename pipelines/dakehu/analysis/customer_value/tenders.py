"""Which tenders we win, at what premium, how early and widely we were engaged (P2-2 to P2-7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period

MARTS = ("tenders", "buying_centre", "bid_scores", "months")


@dataclass(frozen=True)
class Tenders:
    """`tenders` has a row per tender, latest first; `years` one per year of opening and `window`.

    `has_coverage` tells whether it is known whom of the buying centre we met, `has_scores` whether
    anybody scored a tender.
    """

    tenders: pl.DataFrame
    years: pl.DataFrame
    has_coverage: bool
    has_scores: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {"tenders": self.tenders, "tender_years": self.years} if self.is_known else {}

    @property
    def is_known(self) -> bool:
        """Whether there are any tenders."""
        return not self.tenders.is_empty()


def tenders_of(read: Mapping[str, pl.DataFrame], period: Period, policy: Policy) -> Tenders:
    """Judge the tenders of the customers in `policy.roles`; `read` holds the frames of `MARTS`."""
    frame = read["tenders"]
    if policy.roles:
        frame = frame.filter(pl.col("role").is_in(policy.roles))
    centre = read["buying_centre"]
    has_coverage = bool(centre["is_contacted"].any())
    if has_coverage:
        frame = frame.join(_coverage(centre, policy.buying_roles), on="tender_id", how="left")
    scores = read["bid_scores"]
    if has_scores := not scores.is_empty():
        frame = frame.join(_scored(scores, policy.bid_weights), on="tender_id", how="left")
    inside = read["months"].filter(
        pl.col("month").is_between(period.first_month, period.last_month)
    )
    window = pl.col("open_date").is_between(inside["first_date"].min(), inside["last_date"].max())
    frame = frame.with_columns(is_in_window=window.fill_null(False))
    frame = _measured(frame, has_coverage, has_scores)
    years = pl.concat(
        [
            _summed(frame.filter("is_in_window"), pl.lit("window")),
            _summed(frame, pl.col("open_date").dt.year().cast(pl.String)),
        ]
    )
    figures = _figures(frame.filter("is_in_window"), years)
    return Tenders(frame, years, has_coverage, has_scores, figures)


def _coverage(centre: pl.DataFrame, required: list[str]) -> pl.DataFrame:
    """Share of the required roles that somebody met before the opening, and a veto left alone."""
    wanted = pl.col("buying_role").is_in(required)
    return centre.group_by("tender_id").agg(
        contacted_role_share=pl.col("buying_role")
        .filter(wanted & pl.col("is_contacted"))
        .n_unique()
        / len(required),
        is_veto_missed=pl.col("is_veto_missed").any(),
    )


def _scored(scores: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """P2-8: the mean of the criteria, weighted; one that no rule weighs has the weight 1."""
    weight = pl.col("criterion_id").replace_strict(
        list(weights), list(weights.values()), default=1.0, return_dtype=pl.Float64
    )
    return scores.group_by("tender_id").agg(
        bid_score=(weight * pl.col("mean_score")).sum() / weight.sum()
    )


def _measured(frame: pl.DataFrame, has_coverage: bool, has_scores: bool) -> pl.DataFrame:
    """Add what each tender says; whatever needs a win is missing elsewhere.

    premium = (our bid - best rival bid) / our bid; lead = days from the first engagement to the
    publication; unit price = our bid / quantity ordered; a site is a customer shipped to.
    """
    won = pl.col("result") == "won"
    bid = pl.when(won & (pl.col("bid_amount") > 0)).then(pl.col("bid_amount").cast(pl.Float64))
    # Contacts met one by one know better than the tick on the tender.
    missed = ~pl.col("is_veto_contacted")
    missed = pl.coalesce("is_veto_missed", missed) if has_coverage else missed

    def over(name: str) -> pl.Expr:
        value = pl.col(name).cast(pl.Float64)
        return pl.when(value > 0).then(value)

    measured = frame.with_columns(
        premium_share=(bid - pl.col("rival_amount").cast(pl.Float64)) / bid,
        budget_share=bid / over("budget_amount"),
        unit_price=bid / over("ordered_quantity"),
        site_quantity=pl.col("ordered_quantity").cast(pl.Float64) / over("site_count"),
        region_share=bid / over("region_amount"),
        lead_days=(pl.col("publish_date") - pl.col("engaged_date")).dt.total_days(),
        is_veto_missed=missed,
    )
    coverage = ["contacted_role_share"] if has_coverage else []
    scores = ["bid_score"] if has_scores else []
    return measured.sort(
        "open_date", "tender_id", descending=[True, False], nulls_last=True
    ).select(
        "tender_id", "customer_id", "customer_name", "region_name", "project_name", "publish_date",
        "open_date", "is_in_window", "result", "bid_amount", "rival_amount", "premium_share",
        "budget_amount", "budget_share", "ordered_amount", "ordered_quantity", "unit_price",
        "site_count", "site_quantity", "region_amount", "region_share", "engaged_date", "lead_days",
        *coverage, "is_veto_missed", *scores,
    )  # fmt: skip


def _summed(frame: pl.DataFrame, label: pl.Expr) -> pl.DataFrame:
    """Hit rates and premium of the decided tenders by `label`; rates are won / (won + lost)."""
    won = pl.col("result") == "won"
    compared = won & pl.col("rival_amount").is_not_null()
    budgeted = won & (pl.col("budget_amount") > 0)
    bid, rival = pl.col("bid_amount").cast(pl.Float64), pl.col("rival_amount").cast(pl.Float64)
    budget = pl.col("budget_amount").cast(pl.Float64)

    def positive(sum_: pl.Expr) -> pl.Expr:
        return pl.when(sum_ > 0).then(sum_)

    return (
        frame.filter(pl.col("result").is_in(["won", "lost"]))
        .group_by(label.alias("year"))
        .agg(
            decided_count=pl.len().cast(pl.Int64),
            won_count=won.sum().cast(pl.Int64),
            hit_rate=won.mean(),
            decided_amount=pl.col("bid_amount").sum(),
            won_amount=pl.col("bid_amount").filter(won).sum(),
            amount_hit_rate=bid.filter(won).sum() / positive(bid.sum()),
            premium_share=(bid - rival).filter(compared).sum()
            / positive(bid.filter(compared).sum()),
            dearer_win_count=(compared & (bid > rival)).sum().cast(pl.Int64),
            budget_share=bid.filter(budgeted).sum() / positive(budget.filter(budgeted).sum()),
            lead_days=pl.col("lead_days").median(),
            veto_missed_count=pl.col("is_veto_missed").sum().cast(pl.Int64),
        )
        .filter(pl.col("decided_count") > 0)  # grouping nothing by a constant makes a row
        .sort("year", descending=True, nulls_last=True)
    )


def _figures(inside: pl.DataFrame, years: pl.DataFrame) -> dict[str, tuple[float, str]]:
    units = {
        "decided_count": "count", "won_count": "count", "hit_rate": "share",
        "amount_hit_rate": "share", "won_amount": "amount", "premium_share": "share",
        "budget_share": "share", "lead_days": "days",
    }  # fmt: skip
    rows = years.filter(pl.col("year") == "window").to_dicts()
    figures: dict[str, tuple[float, str]] = {
        f"tender_{name}": (float(row[name]), unit)
        for row in rows
        for name, unit in units.items()
        if row[name] is not None
    }
    waiting = inside.filter(pl.col("result") == "open")
    return figures | {"tender_open_count": (waiting.height, "count")} if rows else figures
