"""Leads on diversion, hoarding, quotas and prices: collected, tested together and graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.arbitrage import Arbitrage, arbitrage_of
from dakehu.analysis.distributor_ranking.diversion import Diversion, diversion_of
from dakehu.analysis.distributor_ranking.evidence import (
    DOCUMENT,
    PROOF,
    STATISTICS,
    discoveries,
)
from dakehu.analysis.distributor_ranking.hoarding import Hoarding, hoarding_of
from dakehu.analysis.distributor_ranking.overload import Overload, overload_of
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
KINDS = ("diversion", "hoarding", "quota_overload", "price_gap")
TEST = ["kind", KEY, "other_id", "measure"]
# The test that every sign of a kind hangs on, where it is not the sign's own.
ANCHORS = {"hoarding": "pull_forward"}
NEEDS = {
    "outside_share": ("sell_out.ship_to_territory_id", "territory_grants.territory_id"),
    "scan_share": ("scans.scan_territory_id", "territory_grants.territory_id"),
    "overload": ("quotas.customer_id", "quotas.target_amount"),
    "arbitrage_index": ("territory_grants.territory_id", "territory_pairs.freight_per_unit"),
    "seen_price_gap": ("price_observations.price", "territory_grants.territory_id"),
    "stock_jump_days": ("inventory.quantity", "sell_out.quantity"),
    "sell_in_over_sell_out": ("sell_out.quantity",),
    "receivables_index": ("invoices.amount", "payments.amount"),
}


@dataclass(frozen=True)
class Leads:
    """Leads of the window: internal, to be verified before anybody acts on them.

    `leads`: kind, distributor_id, evidence_grade, month (the last that the value speaks of),
    measure, value, threshold, is_benign, other_id (whose territory, or which neighbour), p_value.
    `subjects`: kind, distributor_id, is_benign, evidence_grade (the best), lead_count, first_month,
    last_month; benign ones are reported and never scored.
    `tests`: kind, distributor_id, other_id, measure, p_value, is_discovery, of all that was tested.
    `absent`: measure, missing (the unmapped columns, "" where no distributor buys on its own
    account), of what the source does not let us see.
    """

    leads: pl.DataFrame
    subjects: pl.DataFrame
    tests: pl.DataFrame
    absent: pl.DataFrame
    diversion: Diversion
    arbitrage: Arbitrage
    overload: Overload
    hoarding: Hoarding

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name; `leads` whatever was found."""
        found = {
            "lead_subjects": self.subjects,
            "lead_tests": self.tests,
            "diversion_places": self.diversion.places,
            "diversion_victims": self.diversion.victims,
            "price_gaps": self.arbitrage.gaps,
            "landed_prices": self.arbitrage.landed,
            "quota_load": self.overload.quota_load,
            "hoarding_months": self.hoarding.months,
        }
        kept = {name: _known(frame) for name, frame in found.items() if not frame.is_empty()}
        return {"leads": self.leads, **kept}

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """The headline numbers, by the names that summary.json keeps."""
        scored = self.subjects.filter(~pl.col("is_benign"))
        counts = {
            f"leads_{grade.lower()}_count": scored.filter(evidence_grade=grade).height
            for grade in (PROOF, DOCUMENT, STATISTICS)
        }
        counts |= {
            "leads_benign_count": self.subjects.filter("is_benign").height,
            "leads_test_count": self.tests.height,
            "leads_discovery_count": int(self.tests["is_discovery"].sum()),
        }
        return {name: (float(count), "count") for name, count in counts.items()}


def leads_of(
    read: Mapping[str, pl.DataFrame], window: Window, as_of: date, policy: Policy
) -> Leads:
    """Collect every sign that the frames of `marts.MARTS` give, and keep those that hold.

    Statistical signs count where Benjamini and Hochberg keep their test among all tests made, of
    every kind together, at `false_discovery_rate`.
    """
    diversion = diversion_of(read, window, policy)
    arbitrage = arbitrage_of(read, window, policy)
    overload = overload_of(read, window, policy)
    hoarding = hoarding_of(read, window, as_of, policy)
    parts = (diversion, arbitrage, overload, hoarding)
    tests = _corrected(
        pl.concat([arbitrage.hypotheses, hoarding.hypotheses]), policy.false_discovery_rate
    )
    leads = _graded(_held(pl.concat([part.signs for part in parts]), tests))
    return Leads(leads, _subjects(leads), tests, _absent(read), *parts)


def _corrected(tests: pl.DataFrame, rate: float) -> pl.DataFrame:
    kept = discoveries(tests["p_value"].to_numpy(), rate)
    return tests.with_columns(is_discovery=pl.Series(kept, dtype=pl.Boolean)).sort("p_value", *TEST)


def _held(signs: pl.DataFrame, tests: pl.DataFrame) -> pl.DataFrame:
    """Signs on record, and those whose test was kept."""
    anchored = signs.with_columns(
        anchor=pl.col("kind").replace_strict(ANCHORS, default=pl.col("measure"))
    )
    known = tests.rename({"measure": "anchor"})
    judged = anchored.join(
        known, on=["kind", KEY, "other_id", "anchor"], how="left", nulls_equal=True
    )
    return judged.filter(~pl.col("is_tested") | pl.col("is_discovery"))


def _graded(held: pl.DataFrame) -> pl.DataFrame:
    """Statistics alone are grade C; two signs of different records of one thing make grade B.

    One thing is a push at one quarter's end, or one neighbour whose prices invite and whose sales
    shrink. A price gap by itself accuses nobody and stays C.
    """
    prices = held.filter(pl.col("measure") == "arbitrage_index").select(
        KEY, "other_id", is_paid=pl.lit(True)
    )
    records = pl.col("record").n_unique().over("kind", KEY, "month", "is_benign")
    backed = ((pl.col("kind") == "hoarding") & (records > 1) & pl.col("is_tested")) | (
        (pl.col("measure") == "vicious_circle") & pl.col("is_paid")
    )
    order = ["is_benign", "evidence_grade", "kind", KEY, "month", "measure", "other_id"]
    return (
        held.join(prices, on=[KEY, "other_id"], how="left")
        .with_columns(
            evidence_grade=pl.when(backed.fill_null(False))
            .then(pl.lit(DOCUMENT))
            .otherwise("evidence_grade"),
            p_value=pl.when("is_tested").then("p_value"),
        )
        .select(
            "kind", KEY, "evidence_grade", "month", "measure", "value", "threshold", "is_benign",
            "other_id", "p_value",
        )
        .sort(order)
    )  # fmt: skip


def _subjects(leads: pl.DataFrame) -> pl.DataFrame:
    """Who is the subject of leads of each kind, the best grade first; A is before B before C."""
    return (
        leads.group_by("kind", KEY, "is_benign")
        .agg(
            evidence_grade=pl.col("evidence_grade").min(),
            lead_count=pl.len().cast(pl.Int64),
            first_month=pl.col("month").min(),
            last_month=pl.col("month").max(),
        )
        .sort("is_benign", "evidence_grade", "kind", KEY)
    )


def _absent(read: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    fed = {f"{table}.{column}" for table, column in read["mapped"].iter_rows()}
    rows = [
        (measure, ", ".join(need for need in needs if need not in fed))
        for measure, needs in NEEDS.items()
        if not fed.issuperset(needs)
    ]
    if read["days"].is_empty():  # distributors that deliver for us and buy nothing themselves
        rows.append(("pull_forward", ""))
    schema = {"measure": pl.String, "missing": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _known(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that nobody has a value of."""
    return frame.select(name for name in frame.columns if frame[name].is_not_null().any())
