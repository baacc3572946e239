"""Key accounts, types and leavers against what was planted in the demo company."""

from typing import Any

import polars as pl
import pytest

from dakehu.analysis.customer_value import Policy, analyse
from dakehu.present.customer_value import screens
from dakehu.present.text import Text


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


def test_no_customer_is_blamed_for_the_diversion_of_its_distributor(found, truth, marts, read):
    diverter = truth["diversion"]["distributor_id"]
    reasons = found.tables["customers"]["type_reason"].drop_nulls()
    assert not any("diversion" in codes for codes in reasons)
    assert diverter not in found.tables["customers"]["customer_id"]
    months = marts.table("mart_data_quality__completeness")
    everybody = analyse(
        marts.table("mart_customer_value"), months, marts.as_of, 12, Policy(), read
    ).tables["customers"]
    blamed = everybody.filter(pl.col("type_reason").str.contains("diversion"))
    assert blamed["customer_id"].to_list() == [diverter]


def test_the_account_that_four_sellers_visited_is_found(found, truth):
    planted = truth["swarmed_account"]
    teams = found.tables["account_teams"].filter(pl.col("crowded_month_count") > 0)
    row = of(teams, planted["group_id"])
    assert teams.height == 1
    assert row["crowd_count"] >= planted["people"]
    assert f"{row['crowded_month']:%Y-%m}" == planted["month"]


def test_the_account_whose_manager_changed_is_found(found, truth):
    planted = truth["changed_team"]
    changed = found.tables["account_teams"].filter(pl.col("change_count") > 0)
    row = of(changed, planted["group_id"])
    assert changed.height == 1
    assert row["manager_count"] == planted["managers_in_2025"]
    assert found.figures["manager_changed_count"] == (1, "count")


def test_what_distributors_serve_stays_with_the_accounts_that_we_won(found, truth):
    served = truth["fulfilled_by_distributors"]["net_amount_2025"]
    crossed = found.tables["developed"].filter(developed_by="own", fulfilled_by="distributor")
    assert float(crossed["net_amount"].item()) == pytest.approx(sum(served.values()))
    assert not set(served) & set(found.tables["customers"]["customer_id"])


def test_management_and_sales_differ_where_it_was_planted(found, truth):
    planted = truth["given_classes"]
    differing = found.tables["class_differences"]
    named = differing.filter(pl.col("given_class") == "A")["customer_id"].sort().to_list()
    missed = differing.filter(pl.col("customer_class") == "A")["customer_id"].sort().to_list()
    assert named == planted["named_and_not_class_a"]
    assert missed == planted["class_a_and_not_named"]
    # Called A by management, and yet no key account: it bought once.
    once = of(found.tables["key_account_screens"], truth["one_off_and_steady"]["one_off_group"])
    assert (once["value"], once["continuity"], once["is_key_account"]) == ("pass", "fail", False)


def test_a_family_of_which_class_a_buys_62_percent_is_at_most_64_5_percent_of_all(found, truth):
    planted = truth["class_a"]
    mix = dict(found.tables["family_mix"].select("family", "amount_share").iter_rows())
    bound = planted["class_a_amount_share"] / planted["class_a_family_share"]
    assert 0 < mix[planted["family"]] <= bound


def test_the_shortage_and_what_was_sold_below_cost(found, truth):
    whole = found.tables["shortage"].filter(pl.col("customer_class").is_null()).row(0, named=True)
    out = truth["stock_out"]
    assert whole["line_count"] == out["cancelled_lines"] + out["short_lines"]
    missing = float(whole["ordered_amount"] - whole["shipped_amount"])
    assert missing > out["cancelled_amount"]
    planted = truth["accounts"]["price_inversion"]
    products = found.tables["price_inversion_products"]
    assert 0 < products["line_count"].sum() <= planted["lines"]
    assert found.tables["price_inversion"]["customer_id"].unique().to_list() == [
        planted["group_id"]
    ]
