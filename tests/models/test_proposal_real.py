"""What is proposed for real exports: tables, columns, and few questions."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dakehu.paths import ROOT
from dakehu.proposal import propose

QUESTIONS = {
    "northwind": ["currency", "net_amount"],
    "classicmodels": ["currency", "net_amount"],
    "crm_opportunities": ["currency", "net_amount"],
    "ibm_ar": ["currency", "net_amount"],
    "cn_superstore": ["net_amount"],
    "scms_delivery": ["net_amount"],
}


@pytest.fixture(scope="module")
def proposed(shared: Path, tmp_path_factory: pytest.TempPathFactory):
    """The text proposed for a folder of real data."""
    target = tmp_path_factory.mktemp("proposals") / "pipeline.toml"
    made: dict[str, str] = {}

    def text(name: str) -> str:
        if name not in made:
            made[name] = propose(shared / name, target)
        return made[name]

    return text


def feeds(text: str) -> dict[str, dict[str, Any]]:
    """The sources by table; of several for one table the first."""
    sources = tomllib.loads(text)["source"]
    return {source["table"]: source for source in reversed(sources)}


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_few_and_each_is_asked(proposed, name):
    rows = proposed(name).splitlines()
    open_rows = [n for n, row in enumerate(rows) if '"?"' in row and not row.startswith("#")]
    assert [rows[n].split("=")[0].strip() for n in open_rows] == QUESTIONS[name]
    assert all(rows[n - 1].startswith("# ") and "?" in rows[n - 1] for n in open_rows)


def test_northwind(proposed):
    found = feeds(proposed("northwind"))
    lines = found["order_lines"]
    assert lines["files"][0].endswith("northwind/order_details.csv")
    assert lines["join"][0]["files"][0].endswith("northwind/orders.csv")
    assert lines["join"][0]["on"] == "orderID"
    assert lines["columns"]["order_date"] == "orderDate"
    assert lines["columns"]["customer_id"] == "customerID"
    assert lines["columns"]["product_id"] == "productID"
    assert lines["columns"]["net_amount"] == {
        "sql": 'number("unitPrice") * number("quantity") * (1 - number("discount"))',
        "tax": "?",
    }
    assert found["customers"]["columns"]["customer_name"] == "companyName"
    assert found["products"]["columns"]["product_name"] == "productName"
    assert found["shipments"]["missing"] == ["NULL"]
    assert found["shipments"]["columns"]["freight_amount"] == "freight"
    assert "suppliers.csv (supplierID" in proposed("northwind")


def test_classicmodels(proposed):
    found = feeds(proposed("classicmodels"))
    lines = found["order_lines"]
    assert lines["files"][0].endswith("orderdetails.csv")
    assert lines["join"][0]["on"] == "orderNumber"
    assert lines["columns"]["line_no"] == "orderLineNumber"
    assert lines["columns"]["status"]["codes"]["Cancelled"] == "cancelled"
    assert found["credit_terms"]["columns"]["credit_limit"] == "creditLimit"
    assert found["payments"]["columns"] == {
        "payment_no": "checkNumber",
        "customer_id": "customerNumber",
        "pay_date": "paymentDate",
        "amount": "amount",
    }
    assert found["products"]["columns"]["std_cost"] == "buyPrice"


def test_crm_opportunities(proposed):
    found = feeds(proposed("crm_opportunities"))
    lines, bids = found["order_lines"], found["bids"]
    assert lines["where"] == """"deal_stage" = 'Won'"""
    assert lines["columns"]["order_date"] == "close_date"
    assert lines["columns"]["customer_id"] == "account"
    assert lines["columns"]["quantity"] == {"value": 1}
    assert lines["columns"]["net_amount"]["from"] == "close_value"
    assert "'GTXPro' then 'GTX Pro'" in lines["columns"]["product_id"]["sql"]
    assert "where" not in bids
    assert bids["columns"]["result"]["codes"] == {
        "Engaging": "open",
        "Lost": "lost",
        "Prospecting": "open",
        "Won": "won",
    }
    assert bids["columns"]["our_bid"] == {"from": "close_value", "missing": ["0"]}
    assert found["people"]["columns"]["person_id"] == "sales_agent"


def test_ibm_ar(proposed):
    found = feeds(proposed("ibm_ar"))
    dated = {"from": "InvoiceDate", "format": "%m/%d/%Y"}
    assert found["invoices"]["columns"]["invoice_date"] == dated
    assert found["invoices"]["columns"]["amount"] == "InvoiceAmount"
    assert found["payments"]["columns"]["pay_date"]["from"] == "SettledDate"
    assert found["payments"]["columns"]["amount"] == "InvoiceAmount"
    assert found["order_lines"]["columns"]["order_date"] == dated
    assert found["order_lines"]["columns"]["net_amount"] == {"from": "InvoiceAmount", "tax": "?"}
    assert found["customers"]["distinct"] is True


def test_cn_superstore(proposed):
    text = proposed("cn_superstore")
    found = feeds(text)
    lines = found["order_lines"]
    assert sum(s["table"] == "order_lines" for s in tomllib.loads(text)["source"]) == 1
    assert lines["sheet"] == "订单"
    assert lines["columns"]["customer_id"] == "客户 ID"
    assert lines["columns"]["ship_to_territory_id"] == "省/自治区"
    assert lines["columns"]["cost_amount"] == {"sql": 'number("销售额") - number("利润")'}
    assert found["customers"]["columns"]["customer_name"] == "客户名称"
    assert found["products"]["columns"]["family"] == "类别"
    other = text[text.index("# Left out:") :]
    assert "both together would count them twice" in other
    assert "商城详细销售数据_gbk.csv" in other
    assert tomllib.loads(text)["currency"] == "CNY"


def test_scms_delivery(proposed):
    found = feeds(proposed("scms_delivery"))
    lines, shipments = found["order_lines"]["columns"], found["shipments"]["columns"]
    assert lines["quantity"] == "Line Item Quantity"
    assert lines["net_amount"]["from"] == "Line Item Value"
    assert lines["order_date"]["format"] == "%d-%b-%y"
    assert shipments["freight_amount"] == {
        "from": "Freight Cost (USD)",
        "missing": [
            "Freight Included in Commodity Cost",
            "Invoiced Separately",
            "See ASN-*",
            "See DN-*",
        ],
    }
    assert tomllib.loads(proposed("scms_delivery"))["currency"] == "USD"


def test_daily_files_in_an_archive_are_one_pattern(proposed):
    text = proposed("online_retail")
    assert "daily_csv.zip/by-day/*.csv" in text
    assert feeds(text)["order_lines"]["files"][0].endswith("online_retail_2010_2011.parquet")


def test_the_demo_company_as_its_pipeline_maps_it(demo_sources: Path):
    """Wherever pipelines/demo.toml takes a column as it stands, the proposal takes the same."""
    target = demo_sources.parent / "proposal.toml"
    text = propose(demo_sources, target)
    made = _headings(tomllib.loads(text))
    wanted = _headings(tomllib.loads((ROOT / "pipelines" / "demo.toml").read_text("utf-8")))
    assert {key: made[key] for key in wanted if key in made and made[key] != wanted[key]} == {}
    missed = sorted(key for key in wanted if key not in made)
    assert len(missed) <= 0.05 * len(wanted), missed
    assert "distributor_ranking" in tomllib.loads(text)["reports"]


def _headings(document: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """The source column of each canonical one, by table, sheet and column."""
    return {
        (source["table"], source.get("sheet", ""), name): heading
        for source in document["source"]
        for name, origin in source["columns"].items()
        if (heading := origin if isinstance(origin, str) else origin.get("from"))
    }
