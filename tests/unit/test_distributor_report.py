"""Every part in one result: the contract's columns, the verdict and the year before."""

from datetime import date

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy, analyse
from dakehu.analysis.distributor_ranking.inversion import widest_inversion
from dakehu.analysis.distributor_ranking.ratios import values
from dakehu.analysis.distributor_ranking.report import CONTRACT, RANKING, proven
from dakehu.analysis.distributor_ranking.stability import Months
from dakehu.analysis.distributor_ranking.verdict import VERDICTS, reasons_of, verdicts_of
from dakehu.analysis.distributor_ranking.window import Window
from distributor_book import AS_OF, YEAR, row
from distributor_results import BOOKS, POLICY, read, result

KEY = "distributor_id"
PUBLISHED = {
    "criteria": [KEY, "platform", "criterion", "value", "unit", "score", "weight", "is_available"],
    "pairwise": [KEY, "other_id", "win_probability"],
    "second_opinions": [KEY, "method", "value", "rank"],
    "leads": ["kind", KEY, "evidence_grade", "month", "measure", "value", "threshold", "is_benign"],
    **{name: list(columns) for name, columns in CONTRACT.items()},
}


@pytest.mark.parametrize("name", BOOKS)
def test_the_contract_s_tables_stand_whatever_the_data_holds(name):
    found = result(name)
    assert found.tables["ranking"].columns == RANKING
    for table, columns in PUBLISHED.items():
        assert set(columns) <= set(found.tables[table].columns), table
    ranked, left = (set(found.tables[table][KEY]) for table in ("ranking", "unranked"))
    assert ranked | left == set(found.sales.ranking[KEY])
    assert not ranked & left
    assert found.ranking["rank"].to_list() == list(range(1, found.ranking.height + 1))


def test_the_one_that_sells_most_ranks_last_and_the_reason_is_told():
    found = result("rich")
    assert found.ranking[KEY].to_list() == ["A", "C", "B"]
    assert row(found.ranking, "B")["sales_rank"] == 1
    assert (found.inversion.one, found.inversion.other) == ("A", "B")
    gap = row(found.ranking, "A")["score"] - row(found.ranking, "B")["score"]
    assert found.inversion.contrast["lead"].sum() == pytest.approx(gap)


def test_where_no_order_is_turned_or_scores_are_equal_there_is_nothing_to_explain():
    found = result("young")
    assert found.ranking["score"].n_unique() == 1
    assert found.ranking[KEY].to_list() != found.ranking.sort("sales_rank")[KEY].to_list()
    assert found.inversion is None
    straight = result("rich").ranking.with_columns(sales_rank="rank")
    assert widest_inversion(straight, result("rich").score, 10) is None


def test_too_little_known_is_listed_with_what_lacks_and_never_ranked():
    found = result("rich")
    (left,) = found.unranked.rows(named=True)
    assert left[KEY] == "D"
    assert left["observed_weight_share"] < POLICY.observed_weight_min
    assert {"cash_share", "dso_days", "relative_growth"} <= set(left["missing"].split(", "))
    eager = analyse(read("rich"), AS_OF, 12, Policy(smaa_draws=1_000, observed_weight_min=0.1))
    assert eager.unranked.is_empty()
    assert set(eager.ranking[KEY]) == set("ABCD")


def test_the_rank_a_year_before_is_the_same_rule_on_the_months_before():
    found = result("rich")
    again = dict(found.previous.ranking.select(KEY, "rank").iter_rows())
    assert dict(found.ranking.select(KEY, "previous_rank").iter_rows()) == {
        code: again[code] for code in found.ranking[KEY]
    }
    # Balances are today's, so nothing of them is in a rank of last year.
    assert not {"dso_days", "overdue_share", "limit_use_share"} & set(found.previous.panel.criteria)
    assert "dso_days" in found.score.panel.criteria
    sold = found.previous.criteria.filter(criterion="amount_share", distributor_id="B")
    assert sold["value"].item() == pytest.approx(200 / (150 + 200 + 90))


def test_data_that_begins_in_the_window_has_no_rank_a_year_before():
    found = result("young")
    assert found.previous is None
    assert found.ranking["previous_rank"].is_null().all()
    window = Window(YEAR[0], YEAR[-1], 12, 0)
    held = [date(2023, 1, 1), date(2023, 2, 1)]
    assert [window.earlier(pl.DataFrame({"month": [first]})) is None for first in held] == [
        False,
        True,
    ]
    assert window.earlier(pl.DataFrame(schema={"month": pl.Date})) is None


def test_scanned_codes_count_as_one_case_beside_those_on_record():
    schema = {"kind": pl.String, KEY: pl.String, "evidence_grade": pl.String, "is_benign": bool}
    leads = pl.DataFrame(
        [
            ("diversion", "A", "A", False),
            ("diversion", "A", "A", False),
            ("diversion", "B", "A", False),
            ("diversion", "C", "B", False),
            ("diversion", "D", "A", True),
            ("hoarding", "E", "A", False),
        ],
        schema=schema,
        orient="row",
    )
    conduct = pl.DataFrame(
        [("B", "diversion", 3.0), ("C", "file", 1.0)],
        schema=[KEY, "fact", "value"],
        orient="row",
    )
    assert proven(conduct, leads).rows() == [
        ("A", "diversion", 1.0),
        ("A", "graded_a_diversion", 1.0),
        ("B", "diversion", 3.0),
        ("B", "graded_a_diversion", 1.0),
        ("C", "file", 1.0),
    ]


def test_the_months_of_the_bootstrap_add_up_to_the_values_of_the_window():
    found = result("rich")
    months = Months.of(found.facts.criteria.monthly.filter(found.window.within))
    whole = values(found.facts.criteria.monthly.filter(found.window.within))
    known = {(code, name): value for code, name, value in whole.select(
        KEY, "criterion", "value").iter_rows()}  # fmt: skip
    for i, code in enumerate(months.distributors):
        for k, name in enumerate(months.criteria):
            bases = months.bases[:, i, k]
            if bases.sum() > 0:
                seen = bases > 0
                mean = (months.values[seen, i, k] * bases[seen]).sum() / bases.sum()
                assert mean == pytest.approx(known[code, name]), (code, name)


SCORES = {"score": 60.0, "sales_score": 60.0, "logistics_score": 60.0, "capital_score": 60.0}


def judged(policy=POLICY, credit=None, leads=(), *, by_score=True, **changes) -> tuple:
    """Verdict and reasons of one distributor, otherwise middling."""
    ranking = pl.DataFrame(
        [{KEY: "A", "rank": 1, "veto": None, **SCORES, **changes}],
        schema_overrides={"veto": pl.String, "logistics_score": pl.Float64},
    )
    owed = pl.DataFrame({KEY: ["A"], **{name: [value] for name, value in (credit or {}).items()}})
    subjects = pl.DataFrame(
        [(kind, "A", benign, grade, 2) for kind, grade, benign in leads],
        schema={"kind": pl.String, KEY: pl.String, "is_benign": pl.Boolean,
                "evidence_grade": pl.String, "lead_count": pl.Int64},
        orient="row",
    )  # fmt: skip
    reasons = reasons_of(ranking, owed, subjects, policy, by_score=by_score)
    verdicts = dict(verdicts_of(reasons).iter_rows())
    return verdicts.get("A"), reasons["reason"].to_list()


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        ({}, "watch", "middling_score"),
        ({"score": 70.0}, "support", "high_score"),
        ({"score": 34.9}, "replace", "low_score"),
        ({"score": 35.0}, "watch", "middling_score"),
        ({"score": 90.0, "veto": "blacklisted"}, "replace", "veto_blacklisted"),
        ({"score": 90.0, "capital_score": 39.9}, "fix", "weak_capital"),
        ({"score": 90.0, "capital_score": 40.0}, "support", "high_score"),
        ({"score": 90.0, "credit": {"overdue_share": 0.21}}, "fix", "overdue_share"),
        ({"score": 90.0, "credit": {"overdue_share": 0.20}}, "support", "high_score"),
        ({"score": 90.0, "credit": {"limit_use_share": 1.01}}, "fix", "limit_use_share"),
        ({"score": 90.0, "leads": [("diversion", "A", False)]}, "fix", "lead_diversion_a"),
        ({"score": 90.0, "leads": [("hoarding", "B", False)]}, "fix", "lead_hoarding_b"),
        ({"score": 90.0, "leads": [("price_gap", "C", False)]}, "watch", "lead_price_gap_c"),
        ({"score": 90.0, "leads": [("diversion", "A", True)]}, "support", "high_score"),
        ({"logistics_score": None}, "watch", "weakest_capital"),
    ],
)
def test_the_gravest_reason_decides(given, verdict, reason):
    decided, reasons = judged(**given)
    assert decided == verdict
    assert reason in reasons


def test_where_little_is_measured_scores_judge_nobody():
    assert judged(score=10.0, by_score=False) == (None, [])
    assert judged(score=10.0, by_score=False, veto="blacklisted")[0] == "replace"
    assert judged(score=90.0, by_score=False, leads=[("diversion", "A", False)])[0] == "fix"
    poor = result("poor")
    assert poor.measured_share < POLICY.verdict_weight_min <= result("rich").measured_share
    assert poor.ranking["verdict"].is_null().all()
    assert set(result("rich").ranking["verdict"]) <= set(VERDICTS)


def test_figures_count_what_the_tables_hold():
    found = result("rich")
    figures = {name: value for name, (value, _) in found.figures.items()}
    assert (figures["ranked_count"], figures["unranked_count"]) == (3, 1)
    assert sum(figures[f"verdict_{name}_count"] for name in VERDICTS) == 3
    assert figures["leads_a_count"] == 1
    assert figures["measured_weight_share"] == pytest.approx(
        1 - found.score.left_out["weight"].sum()
    )
