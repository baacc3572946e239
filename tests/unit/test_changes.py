"""What two runs say differently is told, and nothing else."""

import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu.analysis.changes import WATCHED, changed, changes_since
from dakehu.comparison import NotPublished, compare, last_two
from dakehu.publication import Publication


def customers(*rows):
    names = ["customer_id", "customer_name", "is_key_account", "customer_class"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_key_accounts_that_came_went_and_changed_class():
    before = customers(("1", "A", True, "A"), ("2", "B", True, "A"), ("3", "C", False, "C"),
                       ("4", "D", True, "B"))  # fmt: skip
    now = customers(("1", "A", True, "A"), ("2", "B", False, "B"), ("3", "C", True, "C"),
                    ("4", "D", True, "A"))  # fmt: skip
    found = changed(now, before, WATCHED["key_accounts"])
    assert found.rows() == [
        ("2", "B", "gone", "A", None),
        ("3", "C", "new", None, "C"),
        ("4", "D", "changed", "B", "A"),
    ]


def months(*amounts):
    return pl.DataFrame(
        {
            "month": [date(2025, number, 1) for number in range(1, len(amounts) + 1)],
            "net_amount": [Decimal(amount) for amount in amounts],
            "is_closed": True,
        }
    )


def test_a_month_that_only_the_later_run_has_is_no_revision():
    found = changed(months("1.00", "2.00", "3.00"), months("1.00", "2.01"),
                    WATCHED["data_revisions"])  # fmt: skip
    assert found.rows() == [(date(2025, 2, 1), "changed", Decimal("2.01"), Decimal("2.00"))]


def test_missing_is_a_value_of_its_own():
    before, now = months("1.00"), months("1.00").with_columns(net_amount=None)
    assert changed(now, before, WATCHED["data_revisions"]).height == 1
    assert changed(now, now, WATCHED["data_revisions"]).is_empty()


def test_a_table_that_cannot_be_matched_is_missing_and_the_others_are_compared():
    now = {"data_revisions": months("1.00"), "key_accounts": customers(("1", "A", True, "A"))}
    before = {
        "data_revisions": months("2.00"),
        "key_accounts": now["key_accounts"].drop("is_key_account"),
    }
    found = changes_since(date(2025, 5, 31), before, now)
    assert found.missing == ("key_accounts",)
    assert found.tables["data_revisions"]["net_amount_before"].to_list() == [Decimal("2.00")]


@pytest.fixture
def published(tmp_path):
    """Two dates; the later knows of a revised month and has no ranking."""
    for day, amount, value in (("2025-05-31", "5.00", 1.0), ("2025-06-30", "6.00", 2.0)):
        folder = tmp_path / day / "data_quality"
        folder.mkdir(parents=True)
        months(amount, "7.00").write_parquet(folder / "completeness.parquet")
        figures = {"rows": {"value": value, "unit": "count", "previous": None},
                   "same": {"value": 1, "unit": "count", "previous": None}}  # fmt: skip
        (folder / "summary.json").write_text(json.dumps({"figures": figures}), "utf-8")
        (tmp_path / day / "run.json").write_text("{}", "utf-8")
    return Publication(tmp_path)


def test_two_dates_side_by_side(published):
    before, now = last_two(published)
    found = compare(published, before, now)
    assert found.figures.rows() == [("data_quality", "rows", "count", 1.0, 2.0)]
    assert found.tables["data_revisions"]["net_amount_now"].to_list() == [Decimal("6.00")]
    assert found.missing == ("key_accounts", "ranks", "forecast_revisions")
    document = json.loads(found.as_json())
    assert document["data_revisions"][0]["net_amount_before"] == "5.00"


def test_a_date_without_reports_names_those_that_have(published):
    with pytest.raises(NotPublished, match=r"published are 2025-05-31, 2025-06-30"):
        compare(published, date(2024, 1, 1), date(2025, 6, 30))


def test_one_date_alone_says_what_to_do(tmp_path):
    with pytest.raises(NotPublished, match="--as-of"):
        last_two(Publication(tmp_path))
