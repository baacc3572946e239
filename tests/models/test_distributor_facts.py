"""The facts of distributors against what was planted in the demo, and on real data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dakehu.analysis.distributor_ranking.criteria import DEFINITIONS
from dakehu.analysis.distributor_ranking.facts import Facts, facts_of
from dakehu.analysis.distributor_ranking.marts import MARTS
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import window_of
from dakehu.reading import open_marts
from distributor_book import row, value

pytestmark = pytest.mark.slow
SALES = {"amount_share", "growth", "relative_growth"}


def found_in(warehouse: Any) -> Facts:
    marts = open_marts(str(warehouse.path), "distributor_ranking")
    read = {name: marts.table(table) for name, table in MARTS.items()}
    return facts_of(read, window_of(read["company"], marts.as_of, 12), marts.as_of, Policy())


@pytest.fixture(scope="module")
def truth(demo_sources: Path) -> dict[str, Any]:
    return json.loads((demo_sources / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def found(demo_warehouse: Any) -> Facts:
    return found_in(demo_warehouse)


def test_a_and_b_are_what_was_planted(found, truth):
    names = {"end_user_share": "end_user_share", "downstream_cr4": "cr4", "downstream_hhi": "hhi",
             "worst_loss_share": "worst_loss_share", "cash_share": "cash_share",
             "self_pickup_share": "self_pickup_share", "credit_days": "credit_days",
             "new_face_ratio": "new_face_ratio"}  # fmt: skip
    for name in "AB":
        planted = truth["a_and_b"][name]
        for criterion, told in names.items():
            known = value(found, planted["distributor_id"], criterion)
            # Planted are fen without tax, the export has tax and is rounded.
            assert known == pytest.approx(planted[told], rel=1e-4, abs=1e-6), (name, criterion)
    assert value(found, "D02", "relative_growth") == pytest.approx(
        truth["a_and_b"]["relative_growth_of_b"], rel=1e-5
    )
    users = found.downstream.roles.filter(distributor_id="D01", role="customer")
    assert users["customer_count"].to_list() == [truth["a_and_b"]["A"]["end_users"]]
    hunted = found.downstream.groups.filter(
        (pl.col("distributor_id") == "D02") & pl.col("is_targeted")
    )
    four = truth["a_and_b"]["b_second_tier"]
    assert sorted(hunted["downstream_group_id"]) == four
    assert hunted["place"].to_list() == [1, 2, 3, 4]


def test_own_sales_and_those_it_fulfils_for_us_count(found, truth, demo_warehouse):
    whole = truth["company"]["net_amount"]["2025"]
    for code, served in truth["fulfilled_by_distributors"]["net_amount_2025"].items():
        ((own,),) = demo_warehouse(
            "select sum(net_amount) from fct_order_lines where customer_id = "
            f"'{code}' and month >= date '2025-01-01'"
        )
        share = value(found, code, "amount_share")
        assert share == pytest.approx((float(own) + served) / whole, rel=1e-6)


def test_the_one_that_fell_silent_is_judged_on_what_it_reported(found, truth, demo_warehouse):
    code = truth["silent_reporter"]["distributor_id"]
    line = row(found.downstream.downstream, code)
    assert (line["reported_months"], line["is_complete"]) == (6, False)
    assert str(line["reported_until"]) == "2025-06-01"
    assert found.downstream.unreported["distributor_id"].to_list() == [code]
    ((cash, whole),) = demo_warehouse(
        "select sum(case when pay_mode = 'cash' then amount end), sum(amount) from stg_sell_out "
        f"where distributor_id = '{code}' and doc_date >= date '2025-01-01'"
    )
    assert value(found, code, "cash_share") == pytest.approx(float(cash) / float(whole))
    # Its stock was counted all year; the days of it are those of the six months.
    months = found.criteria.monthly.filter(distributor_id=code, criterion="stock_days")
    assert months["month"].max() == line["reported_until"]


def test_the_diverter_is_treated_better_at_the_same_step(found, truth):
    better = found.rebates.rebates.filter(pl.col("rate_gap") > 1e-9)
    assert better["distributor_id"].unique().to_list() == [truth["diversion"]["distributor_id"]]
    assert better["program_id"].unique().to_list() == ["PG-KEY"]
    case = found.conduct.filter(fact="diversion")
    assert case["distributor_id"].to_list() == [truth["diversion"]["distributor_id"]]


def test_every_criterion_and_column_of_the_demo(found):
    assert set(found.criteria.measured) == DEFINITIONS.keys() - {"focus_attainment"}
    tables = found.tables
    for name, columns in {
        "downstream": "customer_count cr4 hhi end_user_share worst_loss_share poaching_share",
        "credit": "dso_days cash_share overdue_amount limit_use_share not_due_amount "
        "due_1_30_amount due_31_60_amount due_61_90_amount due_over_90_amount own_return_share",
        "rebates": "period rate rebate_amount volume_lift",
    }.items():
        assert {"distributor_id", *columns.split()} <= set(tables[name].columns), name
    for frame in tables.values():
        money = [name for name in frame.columns if name.endswith("_amount")]
        assert all(isinstance(frame.schema[name], pl.Decimal) for name in money)


def test_adventureworks_has_freight_and_no_quota_of_a_reseller(real_warehouse: Callable):
    found = found_in(real_warehouse("adventureworks"))
    known = {"freight_per_unit", "freight_ratio", "fill_rate"}
    assert set(found.criteria.measured) == SALES | known
    assert found.criteria.criteria["distributor_id"].n_unique() == 635


def test_iowa_has_sales_alone(real_warehouse: Callable):
    found = found_in(real_warehouse("iowa_liquor"))
    assert set(found.criteria.measured) == SALES
    assert found.tables.keys() == {"criteria_monthly"}


def test_scms_delivers_late_what_its_file_says(real_warehouse: Callable, shared: Path):
    found = found_in(real_warehouse("scms_delivery"))
    known = {"freight_per_unit", "freight_ratio", "fill_rate", "otif_share", "delivered_share"}
    assert set(found.criteria.measured) == SALES | known
    raw = duckdb.sql(
        f"""
        select
            'V ' || Vendor as distributor_id,
            avg(case when strptime("Delivered to Client Date", '%d-%b-%y')
                > strptime("Scheduled Delivery Date", '%d-%b-%y') then 0.0 else 1 end) as in_time
        from read_csv('{shared}/scms_delivery/SCMS_Delivery_History_Dataset.csv', delim = '\t',
            all_varchar = true)
        where Vendor <> 'SCMS from RDC'
            and strptime("Delivered to Client Date", '%d-%b-%y')
            between date '2014-09-01' and date '2015-08-31'
            and strptime("Scheduled Delivery Date", '%d-%b-%y') <= date '2015-08-31'
        group by 1
        """
    ).fetchall()
    assert len(raw) > 20
    for vendor, in_time in raw:
        assert value(found, vendor, "otif_share") == pytest.approx(in_time)


def test_ibm_owes_what_its_file_says(real_warehouse: Callable, shared: Path):
    found = found_in(real_warehouse("ibm_ar"))
    debts = {"dso_days", "delinquent_days", "overdue_share"}
    assert set(found.criteria.measured) == SALES | debts
    assert not {"cash_share", "limit_use_share"} & set(found.credit.credit.columns)
    ((opened, late),) = duckdb.sql(
        f"""
        select
            sum(amount),
            sum(case when due < date '2013-11-30' then amount end)
        from (
            select
                cast(InvoiceAmount as decimal(18, 2)) as amount,
                strptime(InvoiceDate, '%m/%d/%Y') as posted,
                strptime(DueDate, '%m/%d/%Y') as due,
                strptime(SettledDate, '%m/%d/%Y') as settled
            from read_csv('{shared}/ibm_ar/WA_Fn-UseC_-Accounts-Receivable.csv', all_varchar = true)
        )
        where posted <= date '2013-11-30' and settled > date '2013-11-30'
        """
    ).fetchall()
    assert found.credit.figures["credit_open_amount"][0] == pytest.approx(float(opened))
    assert found.credit.figures["credit_overdue_amount"][0] == pytest.approx(float(late))
