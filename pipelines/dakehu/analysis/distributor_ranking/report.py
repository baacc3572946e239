"""The distributor ranking: what is known, the official score, how sure it is, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dakehu.analysis.distributor_ranking.certainty import Certainty, certainty_of
from dakehu.analysis.distributor_ranking.conduct import conduct_of
from dakehu.analysis.distributor_ranking.criteria import criteria_of
from dakehu.analysis.distributor_ranking.evidence import PROOF
from dakehu.analysis.distributor_ranking.explain import explain_all
from dakehu.analysis.distributor_ranking.facts import Facts, facts_of
from dakehu.analysis.distributor_ranking.inversion import Inversion, widest_inversion
from dakehu.analysis.distributor_ranking.leads import Leads, leads_of
from dakehu.analysis.distributor_ranking.owed import balances
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.sales import Sales, sales_of
from dakehu.analysis.distributor_ranking.score import Score, score_of
from dakehu.analysis.distributor_ranking.second_opinions import second_opinions
from dakehu.analysis.distributor_ranking.stability import Months, leave_one_criterion_out
from dakehu.analysis.distributor_ranking.verdict import reasons_of, verdicts_of
from dakehu.analysis.distributor_ranking.weights import weights_beside
from dakehu.analysis.distributor_ranking.what_if import what_if
from dakehu.analysis.distributor_ranking.window import Window, window_of
from dakehu.analysis.year_on_year import without_holiday

KEY = "distributor_id"
# What is known of the as-of date alone says nothing of a year before.
OF_TODAY = ("blacklisted", "overdue_over_90_share")
RANKING = [
    KEY, "distributor_name", "rank", "rank_low", "rank_high", "score", "sales_score",
    "logistics_score", "capital_score", "deduction_points", "tier", "sales_rank", "previous_rank",
    "first_rank_acceptability", "observed_weight_share", "verdict", "veto",
]  # fmt: skip
# Columns that stand whether anybody has a value or not.
CONTRACT: dict[str, dict[str, Any]] = {
    "downstream": {
        KEY: pl.String, "customer_count": pl.Int64, "cr4": pl.Float64, "hhi": pl.Float64,
        "end_user_share": pl.Float64, "worst_loss_share": pl.Float64,
    },
    "credit": {
        KEY: pl.String, "dso_days": pl.Float64, "cash_share": pl.Float64,
        "overdue_amount": pl.Decimal(38, 2), "limit_use_share": pl.Float64,
        "not_due_amount": pl.Decimal(38, 2), "due_1_30_amount": pl.Decimal(38, 2),
        "due_31_60_amount": pl.Decimal(38, 2), "due_61_90_amount": pl.Decimal(38, 2),
        "due_over_90_amount": pl.Decimal(38, 2),
    },
    "rebates": {
        KEY: pl.String, "period": pl.Date, "rate": pl.Float64, "rebate_amount": pl.Decimal(38, 2),
        "volume_lift": pl.Float64,
    },
}  # fmt: skip


@dataclass(frozen=True)
class DistributorRanking:
    """What the report shows, part by part.

    `ranking`, by rank: the columns RANKING of everybody ranked. `unranked`: distributor_id,
    distributor_name, sales_rank, observed_weight_share, missing (names of the criteria without a
    value, joined by ", "), of those of whom too little is known. `reasons`: see `verdict`.
    `held`: what deductions and vetoes look at, see `proven`. `explained`: see `explain_all`.
    `stability`: the ranks without each criterion in turn. `weights`: the agreed ones beside those
    of the data alone. `previous` is the official score of the same months a year before, None where
    the data does not reach back or nobody could be ranked then.
    """

    window: Window
    policy: Policy
    sales: Sales
    facts: Facts
    leads: Leads
    held: pl.DataFrame
    score: Score
    explained: pl.DataFrame
    certainty: Certainty
    opinions: pl.DataFrame
    stability: pl.DataFrame
    weights: pl.DataFrame
    previous: Score | None
    inversion: Inversion | None
    ranking: pl.DataFrame
    unranked: pl.DataFrame
    reasons: pl.DataFrame

    @property
    def names(self) -> dict[str, str]:
        """Name of each distributor by id."""
        return dict(self.sales.ranking.select(KEY, "distributor_name").iter_rows())

    def what_if(
        self,
        weights: Mapping[str, float] | None = None,
        bounds: Mapping[str, Sequence[float]] | None = None,
    ) -> pl.DataFrame:
        """The order under other weights or bounds, with names; see `what_if.what_if`."""
        found = what_if(self.score, self.held, self.policy, weights, bounds)
        names = found[KEY].replace(self.names).alias("distributor_name")
        return found.insert_column(1, names)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        facts = self.facts.tables
        return {
            **facts,
            **{name: _whole(facts.get(name), schema) for name, schema in CONTRACT.items()},
            "ranking": self.ranking,
            "criteria": self.score.criteria,
            **self.certainty.tables,
            "second_opinions": self.opinions,
            "stability": self.stability,
            "unranked": self.unranked,
            "verdict_reasons": self.reasons,
            **self.leads.tables,
            **self.sales.tables,
        }

    @property
    def measured_share(self) -> float:
        """Share of the agreed weight that the source measures."""
        return _measured_share(self.score)

    @property
    def figures(self) -> dict[str, tuple[float | None, str]]:
        """The headline numbers, by the names that summary.json keeps."""
        loaded = self.leads.subjects.filter(
            ~pl.col("is_benign") & pl.col("kind").is_in(["hoarding", "quota_overload"])
        )
        counts = {
            "ranked_count": self.ranking.height,
            "unranked_count": self.unranked.height,
            "tier_count": self.ranking["tier"].n_unique(),
            "loaded_count": loaded[KEY].n_unique(),
            **{
                f"verdict_{name}_count": self.ranking.filter(verdict=name).height
                for name in ("support", "watch", "fix", "replace")
            },
        }
        return {
            **{name: (float(count), "count") for name, count in counts.items()},
            "measured_weight_share": (self.measured_share, "share"),
            **self.sales.figures,
            **self.facts.figures,
            **self.leads.figures,
        }


def analyse(
    read: Mapping[str, pl.DataFrame],
    as_of: date,
    window_months: int = 12,
    policy: Policy | None = None,
    *,
    closes_on: int = 31,
) -> DistributorRanking:
    """Rank the distributors over the `window_months` that end with `as_of`.

    `read` holds the frames of `marts.MARTS`; fiscal months close on the day `closes_on`.
    """
    policy = policy or Policy()
    window = window_of(read["company"], as_of, window_months)
    company = read["company"]
    calm = without_holiday(company if policy.lunar_new_year else company.clear(), closes_on)
    sales = sales_of(read["monthly"], company, read["quotas"], as_of, window_months, policy, calm)
    facts = facts_of(read, window, as_of, policy, calm)
    leads = leads_of(read, window, as_of, policy)
    held = proven(facts.conduct, leads.leads)
    score = score_of(facts.criteria.criteria, held, policy, facts.criteria.measured)
    monthly = facts.criteria.monthly.filter(window.within)
    sure = certainty_of(score.panel, policy, Months.of(monthly))
    previous = _previous(read, window, as_of, policy)
    ranking = _ranking(score, sure, previous, sales.ranking)
    is_judged = _measured_share(score) >= policy.verdict_weight_min
    reasons = reasons_of(ranking, facts.credit.credit, leads.subjects, policy, by_score=is_judged)
    ranking = ranking.join(verdicts_of(reasons), on=KEY, how="left", maintain_order="left")
    ranked = ranking.filter(pl.col("rank").is_not_null()).select(RANKING)
    return DistributorRanking(
        window=window,
        policy=policy,
        sales=sales,
        facts=facts,
        leads=leads,
        held=held,
        score=score,
        explained=explain_all(score, policy),
        certainty=sure,
        opinions=second_opinions(score.panel, policy),
        stability=leave_one_criterion_out(score.panel),
        weights=weights_beside(score.panel),
        previous=previous,
        inversion=widest_inversion(ranked, score, policy.key_distributor_count),
        ranking=ranked,
        unranked=_unranked(ranking, score.criteria, facts.criteria.measured, policy),
        reasons=reasons,
    )


def proven(conduct: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """`conduct`, with codes scanned outside the territory counted as one case of diversion.

    Whoever has more cases on record keeps those: both may speak of the same goods.
    """
    scanned = (
        leads.filter(
            (pl.col("kind") == "diversion")
            & (pl.col("evidence_grade") == PROOF)
            & ~pl.col("is_benign")
        )
        .select(KEY)
        .unique()
    )
    one = pl.lit(1.0).alias("value")
    added = [
        scanned.select(KEY, pl.lit(fact).alias("fact"), one)
        for fact in ("diversion", "graded_a_diversion")
    ]
    return (
        pl.concat([conduct.select(KEY, "fact", "value"), *added])
        .group_by(KEY, "fact")
        .agg(pl.col("value").max())
        .sort(KEY, "fact")
    )


def _previous(
    read: Mapping[str, pl.DataFrame], window: Window, as_of: date, policy: Policy
) -> Score | None:
    """The official score of the same months a year before.

    Balances and the black list are known of the as-of date alone and are left out of it.
    """
    before = window.earlier(read["company"])
    if before is None:
        return None
    day = pl.select(pl.lit(as_of).dt.offset_by("-12mo")).item()
    owed = balances(read, window, as_of, policy).clear()
    criteria = criteria_of(read, before, day, policy, owed)
    held = conduct_of(read, before, owed).filter(~pl.col("fact").is_in(OF_TODAY))
    score = score_of(criteria.criteria, held, policy, criteria.measured)
    return score if score.panel.distributors else None


def _ranking(
    score: Score, sure: Certainty, previous: Score | None, sales: pl.DataFrame
) -> pl.DataFrame:
    before = score.ranking.select(KEY, previous_rank=pl.lit(None, pl.Int64))
    if previous is not None:
        before = previous.ranking.select(KEY, previous_rank="rank")
    named = sales.select(KEY, "distributor_name", sales_rank="rank")
    sure_of = sure.ranking.drop("rank")
    ranking = score.ranking
    for other in (sure_of, named, before):
        ranking = ranking.join(other, on=KEY, how="left", maintain_order="left")
    return ranking


def _measured_share(score: Score) -> float:
    return 1 - float(score.left_out["weight"].sum())


def _whole(frame: pl.DataFrame | None, schema: Mapping[str, Any]) -> pl.DataFrame:
    """`frame` with the columns that it lacks, empty; one without rows where there is none."""
    if frame is None:
        return pl.DataFrame(schema=schema)
    lacking = [
        pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in frame.columns
    ]
    return frame.with_columns(lacking)


def _unranked(
    ranking: pl.DataFrame, criteria: pl.DataFrame, measured: Collection[str], policy: Policy
) -> pl.DataFrame:
    wanted = [name for name in measured if name in policy.criteria]
    lacking = (
        criteria.filter(pl.col("criterion").is_in(wanted) & ~pl.col("is_available"))
        .group_by(KEY, maintain_order=True)
        .agg(missing=pl.col("criterion").str.join(", "))
    )
    return (
        ranking.filter(pl.col("rank").is_null())
        .join(lacking, on=KEY, how="left", maintain_order="left")
        .select(KEY, "distributor_name", "sales_rank", "observed_weight_share", "missing")
        .sort("sales_rank", KEY)
    )
