"""Data quality: the identities, the judgement of months, and the page in both languages."""

import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.data_quality import MARTS, analyse
from dakehu.analysis.data_quality_rows import CHANGES, KINDS, ORDERED, common_folder
from dakehu.analysis.parties import SAME_CODE, SAME_NAME, SIMILAR
from dakehu.present import appendix
from dakehu.present.data_quality import (
    coverage,
    files,
    findings,
    gates,
    headline,
    parties,
    tables,
    terms,
)
from dakehu.present.text import Text
from party_frames import DECISIONS, PARTIES

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
FAILING = {"check": pl.String, "row_number": pl.Int64, "severity": pl.String, "shown": pl.String}
REPAIRS = {
    "source_number": pl.Int32,
    "file": pl.String,
    "target_table": pl.String,
    "column_name": pl.String,
    "kind": pl.String,
    "row_count": pl.Int64,
    "example_row": pl.Int64,
    "example_value": pl.String,
}
OVERLAPS = {
    "target_table": pl.String,
    "file": pl.String,
    "winner_file": pl.String,
    "row_count": pl.Decimal(38, 0),
    "changed_count": pl.Decimal(38, 0),
    "amount": pl.Decimal(38, 2),
}
ORPHANS = {
    "table_name": pl.String,
    "column_name": pl.String,
    "reference_table": pl.String,
    "row_count": pl.Int64,
    "orphan_count": pl.Int64,
    "orphan_share": pl.Float64,
    "example_key": pl.String,
    "status": pl.String,
}
CHANGED = {
    "file": pl.String,
    "target_table": pl.String,
    "change": pl.String,
    "rows_before": pl.Decimal(38, 0),
    "rows_after": pl.Decimal(38, 0),
    "amount_before": pl.Decimal(38, 2),
    "amount_after": pl.Decimal(38, 2),
}
GATES = pl.DataFrame(
    [
        {"name": name, "value": value, "description_en": f"About {name}", "description_zh": name}
        for name, value in models.thresholds({}).items()
    ]
)


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


def blocks(off=None):
    """Three blocks, those of `off` without the columns that it names."""
    names = {"margin": "L1", "attainment": "L1", "capital": "L2"}
    off = off or {}
    rows = [(name, level, name not in off, off.get(name)) for name, level in names.items()]
    kinds = {"block": pl.String, "level": pl.String, "is_on": pl.Boolean, "missing": pl.String}
    return frame(rows, kinds)


def check(name, severity="warn", failing=0):
    status = "fail" if failing else "pass"
    return (name, severity, status, failing, f"Rows of {name}.", f"{name} 的行。")


def judged(sources, rejects=(), calendar=None, capabilities=None, checks=(), **others):
    """The analysis of hand-made marts; `others` are rows of the marts that are empty by default."""
    schemas = {
        "failing_rows": FAILING,
        "repairs": REPAIRS,
        "overlaps": OVERLAPS,
        "orphans": ORPHANS,
        "changes": CHANGED,
        "parties": PARTIES,
        "party_decisions": DECISIONS,
    }
    return analyse(
        {
            "sources": frame(sources, SOURCES),
            "rejects_by_reason": frame(list(rejects), REJECTS),
            "completeness": months(10, 12, 11) if calendar is None else calendar,
            "capabilities": blocks() if capabilities is None else capabilities,
            "checks": frame(list(checks), CHECKS),
            "gates": GATES,
        }
        | {name: frame(list(others.get(name, ())), kinds) for name, kinds in schemas.items()}
    )


RICH = judged(
    [
        source(
            f"in/2024-{n:03}.csv", "order_lines", 100, n % 3, 1, (50.01, 40, n % 3, 1, 9.01 - n % 3)
        )
        for n in range(305)
    ]
    + [source("in/客户.xlsx", "customers", 40)],
    [
        ("order_lines", f"in/2024-{n:03}.csv", "not a number", "net_amount", n % 3, "=1+1", 7)
        for n in range(305)
        if n % 3
    ],
    months(10, 12, 0, 2, 11, 10, closed=False),
    blocks({"margin": "order_lines.cost_amount", "capital": "invoices.amount, payments.amount"}),
    [check("c"), check("x__key_unique"), check("b", "block", 3), check("a", failing=250)],
    failing_rows=[("b", n, "block", f"file=in/b{n}.csv, n={n}") for n in (3, 1, 2)]
    + [("a", n, "warn", f"note=in/{n}, n={n}") for n in range(1, 101)],
    repairs=[
        (1, f"in/2024-{n:03}.csv", "order_lines", "net_amount", "thousands", 2, 7, "1,000")
        for n in (5, 4)
    ]
    + [(2, "in/客户.xlsx", "customers", "potential_amount", "unit", 40, 2, "120.5")],
    overlaps=[
        ("order_lines", "in/2024-001.csv", "in/2024-002.csv", 3, 0, Decimal("30.00")),
        ("order_lines", "in/2024-003.csv", "in/2024-004.csv", 9, 2, None),
    ],
    orphans=[
        ("order_lines", "product_id", "products", 1000, 0, 0.0, None, "pass"),
        ("order_lines", "customer_id", "customers", 1000, 20, 0.02, "C9", "warn"),
        ("invoices", "order_id", "order_lines", 10, 3, 0.3, "O9", "block"),
        ("payments", "customer_id", "customers", 0, 0, None, None, "pass"),
    ],
    parties=[
        ("C1", "恒远贸易有限公司", "C1", None, Decimal(900)),
        ("C2", "恒远贸易有限责任公司", "C1", None, Decimal(50)),
        ("C3", "Haltermann Ltd.", "C3", None, Decimal(70)),
        ("C4", "HALTERMANN LIMITED", "C4", None, Decimal(30)),
    ],
    party_decisions=[
        ("C1", "C2", "same", "恒远贸易有限公司", "恒远贸易有限责任公司", "C1", "C1", True),
    ],
    changes=[
        ("in/2024-001.csv", "order_lines", "unchanged", 100, 100, Decimal(1), Decimal(1)),
        ("in/2024-002.csv", "order_lines", "read_again", 100, 100, Decimal(1), Decimal(1)),
        ("in/2024-003.csv", "order_lines", "changed", 90, 100, Decimal(1), Decimal(2)),
        ("in/old.csv", "order_lines", "withdrawn", 50, 0, Decimal(1), None),
        ("in/2024-004.csv", "order_lines", "new", None, 100, None, Decimal(1)),
    ],
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
    first, second = findings.sentences(Text("en", "CNY"), BROKEN)["items"][:2]
    assert first["tone"] == second["tone"] == "bad"
    assert "2 are not accounted for" in first["text"]


def test_rounding_of_four_decimals_closes_the_identity():
    # The resellers' book: unrounded 80,450,596.9823, rounded lines add to 80,450,596.11.
    amounts = ("80450596.98", "80450596.11", 0, 0, "0.8723")
    found = judged([source("lines.parquet", "order_lines", 60_855, amounts=amounts)])
    assert found.figures["amount_open"] == (0.0, "amount")
    shown = tables.amounts_by_table(Text("en", "USD"), found)["rows"][0]
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
    assert (reason["file"], reason["example_value"]) == ("in/2024-001.csv", "=1+1")


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
    assert RICH.checks["check"].to_list() == ["b", "a", "c", "x__key_unique"]
    assert RICH.failing_checks == ["b", "a"]
    assert RICH.figures["checks_failing"] == (2, "count")
    assert RICH.figures["checks_blocking"] == (1, "count")


def test_no_source_is_an_error():
    with pytest.raises(ValueError, match="lists no source file"):
        judged([])


def test_repairs_are_summed_over_files_and_told_from_conversions():
    assert RICH.mended.select("target_table", "kind", "row_count", "files", "file").rows() == [
        ("customers", "unit", 40, 1, "in/客户.xlsx"),
        ("order_lines", "thousands", 4, 2, "in/2024-004.csv"),
    ]
    assert (RICH.figures["repaired"], RICH.figures["converted"]) == ((4, "count"), (40, "count"))


def test_overlaps_orphans_and_changes_put_the_gravest_first():
    assert RICH.overlaps["row_count"].to_list() == [9, 3]
    assert RICH.figures["overlapping"] == (12, "count")
    assert RICH.figures["overlapping_changed"] == (2, "count")
    found = RICH.orphans.select("table_name", "status").rows()
    assert found[:2] == [("invoices", "block"), ("order_lines", "warn")]
    assert RICH.figures["orphan_keys"] == (2, "count")
    assert RICH.changed["change"].to_list() == [
        "withdrawn",
        "changed",
        "new",
        "read_again",
        "unchanged",
    ]


def test_missing_tables_say_what_waits_for_them():
    assert RICH.missing_tables.rows() == [
        ("invoices", "amount", "capital"),
        ("order_lines", "cost_amount", "margin"),
        ("payments", "amount", "capital"),
    ]
    drawn = coverage.missing_tables(Text("zh", "CNY"), RICH)["rows"]
    assert ["回款", "amount", "资金平台"] in drawn


def test_folder_is_what_all_files_share():
    def folder(*files):
        return common_folder(pl.Series(files))

    assert folder("../data/in/a.csv", "../data/in/b.csv") == "../data/in/"
    assert folder("../data/in/a.csv", "../data/inbox/b.csv") == "../data/"
    assert folder("../data/a.csv") == "../data/"
    assert folder("a.csv", "b.csv") == ""


def test_party_proposals_keep_what_was_decided_and_add_what_is_open():
    kept = RICH.tables["party_proposals"].select("customer_id", "other_id", "decision").rows()
    assert kept == [("C1", "C2", "same"), ("C3", "C4", None)]
    assert "parties" not in RICH.tables
    figures = ("party_count", "group_count", "groups_joined", "party_pairs")
    assert [RICH.figures[name][0] for name in figures] == [4, 3, 1, 1]


def test_contract_columns():
    contract = {
        "sources": "file target_table rows loaded rejected left_out amount_in amount_loaded",
        "rejects_by_reason": "file reason row_count example_value",
        "checks": "check status failing_rows",
        "capabilities": "block is_on missing",
        "completeness": "month row_count net_amount is_closed",
    }
    contract["party_proposals"] = (
        "customer_id other_id decision score customer_name other_name reason"
    )
    added = {"repairs", "overlaps", "orphans", "changes", "failing_rows", "gates"}
    assert RICH.tables.keys() >= contract.keys() | added | set(MARTS) - {"parties"}
    for table, columns in contract.items():
        assert set(columns.split()) <= set(RICH.tables[table].columns)


DRAWN = {
    "headline": headline.headline,
    "sentences": findings.sentences,
    "rows_by_table": tables.rows_by_table,
    "amounts_by_table": tables.amounts_by_table,
    "sources": tables.sources,
    "rejects": tables.rejects,
    "repairs": tables.repairs,
    "left_out": tables.left_out,
    "overlaps": files.overlaps,
    "since": files.changes,
    "completeness": coverage.completeness,
    "capabilities": coverage.capabilities,
    "missing_tables": coverage.missing_tables,
    "orphans": gates.orphans,
    "parties": parties.summary,
    "proposals": parties.proposals,
    "decisions": parties.decisions,
    "checks": gates.checks,
    "rules": gates.rules,
    "terms": lambda text, found: terms.terms(text),
    "changes": lambda text, found: appendix.changes(
        text, found.figures, {"rows": (5.0, "count")}, terms.FIGURES
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
    drawn = tables.rows_by_table(Text("en", "CNY"), RICH)
    assert len(drawn["rows"]) == 2
    assert len(tables.rejects(Text("en", "CNY"), RICH)["rows"]) == 1
    files = tables.sources(Text("en", "CNY"), RICH)
    assert files["rows"][0][5][1] == 2  # rejected rows first
    assert files["total_rows"] == 306


SECTIONS = (
    *("rejects", "repairs", "left_out", "overlaps", "since", "missing_tables", "orphans"),
    *("proposals", "decisions"),
)


@pytest.mark.parametrize("block", SECTIONS)
def test_a_section_with_nothing_to_say_is_one_sentence(block):
    drawn = DRAWN[block](Text("en", "CNY"), POOR)
    assert drawn["kind"] == "note"
    assert drawn["text"].endswith(".")
    assert DRAWN[block](Text("en", "CNY"), RICH)["kind"] == "table"


def test_failing_rows_show_twenty_and_say_how_many_there_are():
    text = Text("en", "CNY")
    few = gates.failing_rows(text, RICH, "b")
    # In their order, and without the folder that all files share.
    assert few["rows"][0] == ["file=b1.csv, n=1"]
    assert (few["title"], few["note"]) == ("Rows of b", "")
    many = gates.failing_rows(text, RICH, "a")
    assert [row[0] for row in many["rows"]] == [f"note={n}, n={n}" for n in range(1, 21)]
    assert many["note"].startswith("Rows found: 250. Shown: the first 20; failing_rows.csv has")
    assert gates.failing_rows(Text("zh", "CNY"), RICH, "a")["title"] == "a 的行"


def test_first_load_and_a_load_like_the_one_before_say_so():
    def said(*changes):
        found = judged(
            [source("a.csv", "order_lines", 10)],
            changes=[("a.csv", "order_lines", c, 10, 10, None, None) for c in changes],
        )
        return files.changes(Text("en", "CNY"), found)["text"]

    assert said("new") == "This is the first load: all files (1) are new."
    assert said("unchanged") == "No file has changed since the load before."


def test_changes_leave_out_what_is_as_before():
    drawn = files.changes(Text("en", "CNY"), RICH)
    shown = {row[0]: row[1] for row in drawn["rows"]}
    assert shown["old.csv"] == "withdrawn"
    assert "2024-001.csv" not in shown
    assert drawn["note"] == "Unchanged files: 1."


@pytest.mark.parametrize(
    ("calendar", "tones", "words"),
    [
        (months(10, 12, 11), ["good"], "Every month up to Mar 2024 has rows"),
        (months(10, 0, 11), ["warn", "good"], "The last month, Mar 2024, is closed."),
        (months(10, 11, 2, closed=False), ["warn"], "The last month, Mar 2024, is not closed yet"),
    ],
)
def test_the_page_always_says_whether_the_last_month_is_closed(calendar, tones, words):
    found = judged([source("a.csv", "order_lines", 10)], calendar=calendar)
    items = findings.sentences(Text("en", "CNY"), found)["items"]
    about = [item for item in items if "onth" in item["text"]]
    assert [item["tone"] for item in about] == tones
    assert about[-1]["text"].startswith(words)


def test_rules_are_the_thresholds_of_the_load():
    drawn = gates.rules(Text("en", "CNY"), RICH)["rows"]
    assert ["About orphan_warn_share", "0.5%", "orphan_warn_share"] in drawn
    assert ["About document_tolerance_amount", "0.01", "document_tolerance_amount"] in drawn
    assert ["About shown_pair_count", "50", "shown_pair_count"] in drawn
    assert len(drawn) == GATES.height


def test_missing_columns_in_words():
    words = terms.missing_columns
    assert words(Text("en", "CNY"), "order_lines.cost_amount, quotas") == (
        "cost_amount (Sales lines); Quotas"
    )
    assert words(Text("zh", "CNY"), "quotas") == "任务指标"
    assert words(Text("en", "CNY"), "") is None


def test_labels_are_translated_and_complete():
    zh = Text("zh", "CNY")
    groups = (
        terms.FIGURES,
        terms.STATES,
        terms.SEVERITIES,
        terms.STATUSES,
        terms.KEY_STATUSES,
        terms.CHANGES,
        terms.REPAIRS,
        terms.DECISIONS,
        terms.BLOCKS,
        terms.GIVES,
    )
    assert [m for group in groups for m in group.values() if zh(m) == m] == []
    assert [m for m in terms.REASONS + terms.PARTY_REASONS if zh(m) == m] == []
    assert terms.PARTY_REASONS == (SAME_CODE, SAME_NAME, SIMILAR)
    assert set(KINDS.values()) <= set(terms.REASONS)
    assert terms.CHANGES.keys() == set(CHANGES)
    assert terms.REPAIRS.keys() > set(ORDERED)
    assert RICH.figures.keys() <= terms.FIGURES.keys()
    assert terms.BLOCKS.keys() == terms.GIVES.keys()
