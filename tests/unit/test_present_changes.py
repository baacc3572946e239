"""What changed is told in both languages, with names and amounts, and what was not compared."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu.analysis.changes import WATCHED, changes_since
from dakehu.present import changes
from dakehu.present.text import Text

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")
BEFORE = date(2025, 5, 31)


def customers(*rows):
    names = ["customer_id", "customer_name", "is_key_account", "customer_class"]
    return pl.DataFrame(rows, schema=names, orient="row")


def ranking(*rows):
    names = ["distributor_id", "distributor_name", "rank", "tier", "verdict"]
    return pl.DataFrame(rows, schema=names, orient="row")


def months(amounts, **columns):
    days = [date(2025, number, 1) for number in range(1, len(amounts) + 1)]
    return pl.DataFrame({"month": days, **columns}).with_columns(
        pl.Series(columns and "mean_amount" if "level" in columns else "net_amount",
                  [a and Decimal(a) for a in amounts])
    )  # fmt: skip


def told(name, before, now):
    return changes_since(BEFORE, {name: before}, {name: now})


def sentences(text, found):
    return [item["text"] for item in changes.sentences(text, found)["items"]]


def rows(block):
    return [[c[0] if isinstance(c, list) else c for c in row] for row in block["rows"]]


def test_key_accounts_by_name():
    before = customers(*((f"{n}", f"N{n}", True, "A") for n in range(8)))
    now = customers(
        ("1", "N1", True, "B"), *((f"{n}", f"N{n}", False, "C") for n in (0, *range(2, 8))),
        ("9", "{N9}", True, "A"),
    )  # fmt: skip
    found = told("key_accounts", before, now)
    assert sentences(EN, found) == [
        "Compared with the report as of May 31, 2025.",
        "New key accounts (1): {N9}.",
        "No longer key accounts (7): N0, N2, N3, N4, N5 and 2 more.",
        "Key accounts in another class (1): N1.",
    ]
    assert sentences(ZH, found)[1] == "新增大客户 1 家：{N9}。"
    drawn = rows(changes.key_accounts(EN, found))
    assert drawn[1] == ["N1", "other class", "A", "B"]
    assert drawn[-1] == ["{N9}", "newly one", None, "A"]


def test_ranks_side_by_side_with_the_furthest_moves():
    before = ranking(("a", "A", 1, 1, "support"), ("b", "B", 2, 1, "watch"),
                     ("c", "C", 5, 3, "watch"), ("d", "D", 6, 3, "fix"))  # fmt: skip
    now = ranking(("a", "A", 3, 1, "watch"), ("b", "B", 2, 1, "watch"),
                  ("c", "C", 1, 1, "support"), ("e", "E", 4, 2, "watch"))  # fmt: skip
    found = told("ranks", before, now)
    assert rows(changes.ranks(EN, found)) == [
        ["C", "5", "1", "▲ 4", "3 → 1", "Watch → Support"],
        ["A", "1", "3", "▼ 2", "1", "Support → Watch"],
        ["E", None, "4", None, "– → 2", "– → Watch"],
        ["D", "6", None, None, "3 → –", "Fix → –"],
    ]
    assert sentences(EN, found)[1:] == [
        "Distributors with another rank, tier or verdict: 4.",
        "Furthest up: C, from 5 to 1.",
        "Furthest down: A, from 1 to 3.",
    ]


def test_data_revisions_state_the_amount():
    before = months(
        ["100.00", "200.00", "50.00"], is_closed=[True, True, False], row_count=[1, 2, 3]
    )
    now = months(["100.00", "170.50", "99.00"], is_closed=[True, True, True], row_count=[1, 1, 3])
    found = told("data_revisions", before, now)
    assert sentences(EN, found)[1] == (
        "Closed months that say something else now: 1, together by -CN¥29.50; most: Feb 2025,"
        " -CN¥29.50."
    )
    drawn = rows(changes.data_revisions(EN, found))
    assert drawn == [["Feb 2025", "CN¥200", "CN¥170.50", "-CN¥29.50", "-1"]]


def test_forecast_revisions_of_the_months_that_both_have():
    before = months(["10000.00", "20000.00"], level=["total", "total"])
    now = months(["12500.00", "19000.00", "1.00"], level=["total"] * 3)
    found = told("forecast_revisions", before, now)
    assert sentences(ZH, found)[1] == (
        "两次运行都预测的月份中，2 个月的预测有修订，合计 +1,500元；最多的是 2025年1月，+2,500元。"
    )
    assert [row[3] for row in rows(changes.forecast_revisions(EN, found))] == [
        "+CN¥2.50K", "-CN¥1.00K",
    ]  # fmt: skip


def test_amount_missing_in_one_run_is_a_change_without_amount():
    closed = {"is_closed": [True], "row_count": [1]}
    found = told("data_revisions", months([None], **closed), months(["5.00"], **closed))
    assert sentences(EN, found)[1] == "Months changed without an amount to compare: 1."
    assert rows(changes.data_revisions(EN, found)) == [["Jan 2025", "CN¥5", "0"]]


@pytest.mark.parametrize("text", [EN, ZH], ids=["en", "zh"])
def test_no_change_is_said_and_needs_no_table(text):
    same = {
        "key_accounts": customers(("1", "A", True, "A")),
        "ranks": ranking(("a", "A", 1, 1, "support")),
        "forecast_revisions": months(["1.00"], level=["total"]),
        "data_revisions": months(["1.00"], is_closed=[True]),
    }
    found = changes_since(BEFORE, same, same)
    said = sentences(text, found)
    assert len(set(said)) == 1 + len(WATCHED)
    assert all(text.language == "en" or not sentence.isascii() for sentence in said)
    assert changes.tables(found) == []


def test_first_run_shows_nothing_of_this():
    found = changes_since(None, {}, {"ranks": ranking(("a", "A", 1, 1, "support"))})
    assert changes.sentences(EN, found)["items"] == []
    assert changes.tables(found) == []


@pytest.mark.parametrize(
    "kept", [{}, {"ranks": pl.DataFrame({"distributor_id": ["a"], "rank": [1]})}]
)
def test_table_that_an_older_run_did_not_keep_is_named(kept):
    found = changes_since(BEFORE, kept, {"ranks": ranking(("a", "A", 1, 1, "support"))})
    assert sentences(EN, found)[1] == (
        "Not compared, for one of the two runs lacks the table: Ranks of distributors."
    )


def test_value_that_an_older_run_did_not_keep_is_missing():
    before = ranking(("a", "A", 1, 1, "support")).drop("tier", "verdict")
    found = told("ranks", before, ranking(("a", "A", 2, 1, "watch")))
    assert rows(changes.ranks(EN, found)) == [["A", "1", "2", "▼ 1", "–", "–"]]


def test_figures_in_their_units():
    frame = pl.DataFrame(
        [("hhi", "points", 100.0, 104.0), ("new_one", "share", None, 0.5)],
        schema=["figure", "unit", "before", "now"], orient="row",
    )  # fmt: skip
    drawn = changes.figures(EN, frame, {"hhi": "Concentration"}, "Customer value")
    assert drawn["rows"] == [["Concentration", "100", "104", "+4"], ["new one", "–", "50.0%", None]]


def test_every_word_is_translated():
    words = [*changes.CHANGE.values(), *changes.TABLES.values()]
    assert [word for word in words if ZH(word) == word] == []
