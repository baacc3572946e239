"""Key accounts, types and leavers against what was planted in the demo company."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dakehu.analysis.customer_value import MARTS, CustomerValue, Policy, analyse
from dakehu.present.customer_value import screens
from dakehu.present.text import Text
from dakehu.reading import Marts, open_marts


@pytest.fixture(scope="module")
def truth(demo_sources: Path) -> dict[str, Any]:
    return json.loads((demo_sources / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def marts(demo_warehouse: Any) -> Marts:
    return open_marts(str(demo_warehouse.path), "customer_value")


@pytest.fixture(scope="module")
def read(marts: Marts) -> dict[str, pl.DataFrame]:
    return marts.parts(MARTS)


@pytest.fixture(scope="module")
def found(marts: Marts, read: dict[str, pl.DataFrame]) -> CustomerValue:
    months = marts.table("mart_data_quality__completeness")
    sales, policy = marts.table("mart_customer_value"), Policy(**marts.policy)
    return analyse(sales, months, marts.as_of, 12, policy, read)


def of(frame: pl.DataFrame, customer: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.col("customer_id") == customer, named=True)


def test_the_21_of_592_are_class_a_and_hold_most_of_one_family(found, truth):
    planted = truth["class_a"]
    top = found.customers.filter(pl.col("customer_class") == "A")
    assert top["customer_id"].sort().to_list() == planted["class_a_groups"]
    row = found.classes.row(0, named=True)
    assert row["customer_share"] == pytest.approx(planted["class_a_customer_share"])
    assert row["amount_share"] == pytest.approx(planted["class_a_amount_share"])
    share = found.key_accounts.families.filter(
        pl.col("family") == planted["family"], pl.col("customer_class") == "A"
    )["amount_share"].item()
    assert share == pytest.approx(planted["class_a_family_share"])


def test_two_hundred_millions_once_fail_continuity_and_say_why(found, truth):
    planted = truth["one_off_and_steady"]
    once = of(found.key_accounts.screens, planted["one_off_group"])
    assert once["span_amount"] == planted["one_off_amount"]
    assert (once["continuity"], once["active_years"]) == ("fail", 1)
    assert once["annual_cv"] == pytest.approx(2**0.5)
    assert not once["is_key_account"]
    words = screens.reason(Text("en", "CNY"), once, found.policy)
    assert "bought in 1 of the last 3 years (CV 1.41)" in words
    steady = of(found.key_accounts.screens, planted["steady_group"])
    assert (steady["active_years"], steady["annual_cv"]) == (3, 0)
    assert steady["key_account_reason"] == "passed"


def test_every_planted_leaver_is_found_silent(found, truth):
    lost = found.retention.lost_customers
    for leaver in truth["accounts"]["leavers"]:
        row = of(lost, leaver["group_id"])
        assert row["left_by"] == "silence"
        assert str(row["last_order_date"]) == leaver["last_order_date"]
        assert float(row["lost_amount"]) == pytest.approx(float(leaver["net_amount_2024"]))
    silent = lost.filter(pl.col("left_by") == "silence")
    assert found.figures["silent_customer_count"][0] == silent.height
    assert silent.height < 0.05 * found.customers.height


def test_retention_agrees_with_the_bridge(found):
    figures = {name: value for name, (value, _) in found.figures.items()}
    kept = figures["net_amount"] - figures["new_amount"]
    expected = kept / figures["previous_amount"]
    assert figures["net_revenue_retention"] == pytest.approx(expected, abs=1e-4)


def test_the_wildcat_loses_most_and_nobody_but_the_debtor_is_overdue(found, truth):
    typed = found.types.customers
    wild = typed.filter(pl.col("customer_type") == "wildcat")
    overdue = wild.filter(pl.col("type_reason").str.contains("overdue"))
    assert overdue["customer_id"].to_list() == [truth["accounts"]["overdue"]["group_id"]]
    losing = wild.filter(pl.col("value_amount") < 0).sort("value_amount")
    assert losing["customer_id"][0] == truth["accounts"]["wildcat"]["group_id"]
    assert losing.height + overdue.height == wild.height
    assert (typed.filter(pl.col("customer_type") != "wildcat")["value_amount"] >= 0).all()


def test_the_diverting_distributor_is_a_wildcat_and_its_victim_is_not(marts, read):
    months = marts.table("mart_data_quality__completeness")
    sales, policy = marts.table("mart_customer_value"), Policy(roles=["distributor"])
    types = analyse(sales, months, marts.as_of, 12, policy, read).types.customers
    assert of(types, "D07")["type_reason"] == "diversion"
    others = types.filter(pl.col("customer_id") != "D07")["type_reason"].drop_nulls()
    assert not any("diversion" in codes for codes in others)
