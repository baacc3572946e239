"""The money part on the demo company finds the stories that were planted in it."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dakehu.analysis.customer_value import MARTS, CustomerValue, Policy, analyse
from dakehu.reading import open_marts


@pytest.fixture(scope="module")
def found(demo_warehouse: Any) -> CustomerValue:
    marts = open_marts(str(demo_warehouse.path), "customer_value")
    read = marts.parts(MARTS)
    months = marts.table("mart_data_quality__completeness")
    sales = marts.table("mart_customer_value")
    return analyse(sales, months, marts.as_of, 36, Policy(**marts.policy), read)


@pytest.fixture(scope="module")
def truth(demo_sources: Path) -> dict[str, Any]:
    return json.loads((demo_sources / "truth.json").read_text("utf-8"))


def row(frame: pl.DataFrame, key: str, value: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.col(key) == value, named=True)


def test_the_account_that_does_not_pay(found: CustomerValue, truth: dict) -> None:
    story = truth["accounts"]["overdue"]
    owed = row(found.money.receivables.customers, "customer_id", story["group_id"])
    late = owed["due_91_180_amount"] + owed["due_over_180_amount"]
    assert float(late) == story["invoiced_over_90_days_overdue"]
    assert (
        row(found.customers, "customer_id", story["group_id"])["overdue_amount"]
        == (owed["overdue_amount"])
    )


def test_the_account_that_costs_more_than_it_brings(found: CustomerValue, truth: dict) -> None:
    story = truth["accounts"]["wildcat"]
    served = row(found.money.contribution.customers, "customer_id", story["group_id"])
    assert float(served["margin_amount"]) == story["margin_before_service"]
    assert float(served["service_amount"]) == story["cost_to_serve"]
    more = served["freight_amount"] + served["interest_amount"] + served["bid_amount"]
    assert float(served["contribution_amount"] + more) == pytest.approx(story["contribution"])


def test_what_was_sold_below_cost(found: CustomerValue, truth: dict) -> None:
    story = truth["accounts"]["price_inversion"]
    below = found.money.contribution.inversion
    assert below["customer_id"].unique().to_list() == [story["group_id"]]
    assert below["line_count"].sum() == story["lines"]
    assert float(below["net_amount"].sum()) == story["net_amount"]


def test_what_winning_the_steady_account_cost(found: CustomerValue, truth: dict) -> None:
    story = truth["one_off_and_steady"]
    years = found.money.contribution.acquisition.filter(
        pl.col("customer_id") == story["steady_group"]
    )
    ratios = years["cumulative_cost_ratio"].to_list()
    assert ratios == pytest.approx(story["steady_cumulative_cost_ratio"])


def test_the_tenders(found: CustomerValue, truth: dict) -> None:
    story, tenders = truth["tenders"], found.money.tenders.tenders
    decided = tenders.filter(pl.col("result").is_in(["won", "lost"]))
    won = decided.filter(pl.col("result") == "won")
    assert won.height / decided.height == pytest.approx(story["hit_rate"])
    by_value = float(won["bid_amount"].sum() / decided["bid_amount"].sum())
    assert by_value == pytest.approx(story["hit_rate_by_value"])
    assert won.filter(pl.col("premium_share") > 0).height == story["won_above_best_rival"]
    kit = row(tenders, "tender_id", story["article_2"]["tender_id"])
    assert kit["premium_share"] == pytest.approx(story["article_2"]["premium"])
    assert kit["unit_price"] == pytest.approx(story["article_2"]["unit_price"])
