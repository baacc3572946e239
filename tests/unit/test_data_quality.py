"""Data quality: the identities, the judgement of months, and the page in both languages."""

import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu.analysis.data_quality import KINDS, Policy, analyse
from dakehu.present import appendix, data_quality, data_quality_tables, data_quality_terms
from dakehu.present.text import Text

SOURCES = {
    "file": pl.String,
    "target_table": pl.String,
    "encoding": pl.String,
    "rows": pl.Int64,
    "loaded": pl.Int64,
    "rejected": pl.Int64,
    "left_out": pl.Int64,
    "unmatched": pl.Int64,
    "amount_in": pl.Decimal(18, 2),
    "amount_loaded": pl.Decimal(18, 2),
    "amount_rejected": pl.Decimal(18, 2),
    "amount_left_out": pl.Decimal(18, 2),
    "rounding_amount": pl.Decimal(18, 4),
}
REJECTS = {
    "target_table": pl.String,
    "file": pl.String,
    "reason": pl.String,
    "column_name": pl.String,
    "row_count": pl.Int64,
    "example_value": pl.String,
    "example_row": pl.Int64,
}
MONTHS = {
    "month": pl.Date,
    "row_count": pl.Int64,
    "net_amount": pl.Decimal(38, 2),
    "is_closed": pl.Boolean,
}
CHECKS = {
    "check": pl.String,
    "severity": pl.String,
    "status": pl.String,
    "failing_rows": pl.Int64,
    "description_en": pl.String,
    "description_zh": pl.String,
}


def source(file, table, rows, rejected=0, left_out=0, amounts=None):
    money = [None] * 5 if amounts is None else [Decimal(str(amount)) for amount in amounts]
    counts = [rows, rows - rejected - left_out, rejected, left_out, 0]
    return (file, table, "utf-8", *counts, *money)


def frame(rows, schema):
    return pl.DataFrame(rows, schema=schema, orient="row")


def months(*counts, closed=True):
    rows = [
        (date(2024, n + 1, 1), count, Decimal(count), closed or n < len(counts) - 1)
        for n, count in enumerate(counts)
    ]
    return frame(rows, MONTHS)


def blocks(*off):
    names = ["margin", "attainment", "capital"]
    rows = [(n, n not in off, "order_lines.cost_amount, quotas" if n in off else "") for n in names]
    return frame(rows, {"block": pl.String, "is_on": pl.Boolean, "missing": pl.String})


def check(name, severity="warn", failing=0):
    status = "fail" if failing else "pass"
    return (name, severity, status, failing, f"Rows of {name}.", f"{name} 的行。")


def judged(sources, rejects=(), calendar=None, capabilities=None, checks=(), policy=None):
    return analyse(
        frame(sources, SOURCES),
        frame(list(rejects), REJECTS),
        months(10, 12, 11) if calendar is None else calendar,
        blocks() if capabilities is None else capabilities,
        frame(list(checks), CHECKS),
        policy,
    )


RICH = judged(
    [
        source(
            f"2024-{n:03}.csv", "order_lines", 100, n % 3, 1, (50.01, 40, n % 3, 1, 9.01 - n % 3)
        )
        for n in range(305)
    ]
    + [source("客户.xlsx", "customers", 40)],
    [
        ("order_lines", f"2024-{n:03}.csv", "not a number", "net_amount", n % 3, "=1+1", 7)
        for n in range(305)
        if n % 3
    ],
    months(10, 12, 0, 2, 11, 10, closed=False),
    blocks("margin"),
    [check("c"), check("b", "block", 3), check("a", failing=5)],
)
POOR = judged([source("all.csv", "order_lines", 10)], capabilities=blocks())
BROKEN = judged(
    [(*source("a.csv", "order_lines", 10)[:4], 6, 1, 1, 0, *(Decimal(n) for n in (9, 5, 1, 1, 0)))]
)


def test_rows_and_amounts_by_table():
    row = RICH.by_table.row(0, named=True)
    assert (row["target_table"], row["files"], row["rows"]) == ("order_lines", 305, 30_500)
    assert row["rejected"] == sum(n % 3 for n in range(305))
    assert row["rows_open"] == 0
    assert row["amount_in"] == Decimal("50.01") * 305
    assert row["amount_open"] == 0
    customers = RICH.by_table.row(1, named=True)
    assert customers["amount_in"] is None
    assert customers["amount_open"] is None


def test_what_is_not_accounted_for_is_found():
    row = BROKEN.by_table.row(0, named=True)
    assert (row["rows_open"], row["amount_open"]) == (2, 2)
    first, second = data_quality.sentences(Text("en", "CNY"), BROKEN)["items"][:2]
    assert first["tone"] == second["tone"] == "bad"
    assert "2 are not accounted for" in first["text"]


def test_rounding_of_four_decimals_closes_the_identity():
    # The resellers' book: unrounded 80,450,596.9823, rounded lines add to 80,450,596.11.
    amounts = ("80450596.98", "80450596.11", 0, 0, "0.8723")
    found = judged([source("lines.parquet", "order_lines", 60_855, amounts=amounts)])
    assert found.figures["amount_open"] == (0.0, "amount")
    shown = data_quality_tables.amounts_by_table(Text("en", "USD"), found)["rows"][0]
    assert shown[1][0] == "80,450,596.98"


def test_headline_counts_the_sales_lines_once():
    # One file feeds two tables.
    found = judged([source("a.csv", "order_lines", 100, 25), source("a.csv", "customers", 100)])
    assert found.figures["file_count"] == (1, "count")
    assert found.figures["rows"] == (200, "count")
    assert found.figures["sales_rows"] == (100, "count")
    assert found.figures["rejected_share"] == (0.25, "share")


def test_reasons_are_summed_over_files():
    assert RICH.reasons.height == 1
    reason = RICH.reasons.row(0, named=True)
    assert reason["row_count"] == sum(n % 3 for n in range(305))
    assert (reason["file"], reason["example_value"]) == ("2024-001.csv", "=1+1")


def test_reasons_that_name_rows_are_one_kind():
    rejects = [
        ("order_lines", "a.csv", f"repeats row {n} of a.csv", "order_id", 1, f"k{n}", n + 50)
        for n in range(40, 0, -1)
    ] + [("order_lines", "b.csv", "repeats row 2 of a.csv", "order_id", 2, "k2", 9)]
    found = judged([source("a.csv", "order_lines", 100)], rejects)
    assert found.rejects_by_reason.select("file", "reason", "row_count").rows() == [
        ("a.csv", "repeats an earlier row", 40),
        ("b.csv", "repeats an earlier row", 2),
    ]
    reason = found.reasons.row(0, named=True)
    assert (reason["row_count"], reason["example_row"], reason["files"]) == (42, 51, 2)


def test_months_are_judged():
    assert RICH.completeness["state"].to_list() == [
        "complete",
        "complete",
        "empty",
        "low",
        "complete",
        "open",
    ]
    assert RICH.figures["empty_months"] == (1, "count")


def test_failing_checks_come_first():
    assert RICH.checks["check"].to_list() == ["b", "a", "c"]
    assert RICH.figures["checks_failing"] == (2, "count")
    assert RICH.figures["checks_blocking"] == (1, "count")


def test_no_source_is_an_error():
    with pytest.raises(ValueError, match="lists no source file"):
        judged([])


def test_contract_columns():
    contract = {
        "sources": "file target_table rows loaded rejected left_out amount_in amount_loaded",
        "rejects_by_reason": "file reason row_count example_value",
        "checks": "check status failing_rows",
        "capabilities": "block is_on missing",
        "completeness": "month row_count net_amount is_closed",
    }
    for table, columns in contract.items():
        assert set(columns.split()) <= set(RICH.tables[table].columns)


DRAWN = {
    "headline": data_quality.headline,
    "sentences": data_quality.sentences,
    "rows_by_table": data_quality_tables.rows_by_table,
    "amounts_by_table": data_quality_tables.amounts_by_table,
    "sources": data_quality_tables.sources,
    "rejects": data_quality_tables.rejects,
    "left_out": data_quality_tables.left_out,
    "completeness": data_quality_tables.completeness,
    "capabilities": data_quality_tables.capabilities,
    "checks": data_quality_tables.checks,
    "terms": lambda text, found: data_quality_terms.terms(text),
    "rules": lambda text, found: appendix.rules(text, found.policy, data_quality_terms.RULES),
    "changes": lambda text, found: appendix.changes(
        text, found.figures, {"rows": (5.0, "count")}, data_quality_terms.FIGURES
    ),
}


def strings(value) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("found", [RICH, POOR, BROKEN], ids=["rich", "poor", "broken"])
@pytest.mark.parametrize("block", DRAWN)
def test_block_is_json_in_both_languages(block, found):
    drawn = {name: DRAWN[block](Text(name, "CNY"), found) for name in ("zh", "en")}
    json.dumps(drawn, allow_nan=False)
    assert drawn["zh"] != drawn["en"]
    assert drawn["zh"]["kind"] == drawn["en"]["kind"]
    for words in strings(drawn):
        assert "{" not in words.replace("%{customdata}", "")
        assert words not in ("None", "nan")


def test_hundreds_of_files_stay_readable():
    drawn = data_quality_tables.rows_by_table(Text("en", "CNY"), RICH)
    assert len(drawn["rows"]) == 2
    assert len(data_quality_tables.rejects(Text("en", "CNY"), RICH)["rows"]) == 1
    files = data_quality_tables.sources(Text("en", "CNY"), RICH)
    assert files["rows"][0][5][1] == 2  # rejected rows first
    assert files["total_rows"] == 306


def test_missing_columns_in_words():
    words = data_quality_terms.missing_columns
    assert words(Text("en", "CNY"), "order_lines.cost_amount, quotas") == (
        "cost_amount (Sales lines); Quotas"
    )
    assert words(Text("zh", "CNY"), "quotas") == "任务指标"
    assert words(Text("en", "CNY"), "") is None


def test_labels_are_translated_and_complete():
    zh = Text("zh", "CNY")
    terms = data_quality_terms
    groups = (
        terms.FIGURES,
        terms.RULES,
        terms.STATES,
        terms.SEVERITIES,
        terms.STATUSES,
        terms.BLOCKS,
        terms.GIVES,
    )
    assert [m for group in groups for m in group.values() if zh(m) == m] == []
    assert [m for m in terms.REASONS if zh(m) == m] == []
    assert set(KINDS.values()) <= set(terms.REASONS)
    assert terms.RULES.keys() == Policy.__dataclass_fields__.keys()
    assert RICH.figures.keys() <= terms.FIGURES.keys()
    assert terms.BLOCKS.keys() == terms.GIVES.keys()
