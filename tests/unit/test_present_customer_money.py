"""Every block of the money part, for rich, poor and blind data, in both languages."""

import ast
import json
import string
from datetime import date
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
from babel.messages.pofile import read_po

import dakehu.present
from dakehu.analysis.customer_value import Policy
from dakehu.models import codebook
from dakehu.present.customer_value import (
    channels,
    contribution,
    delivery,
    headline,
    inversion,
    money_terms,
    receivables,
    sentences,
    tables,
    tenders,
    terms,
)
from dakehu.present.text import Text
from small_books import books, company, report

HOSTILE = "<script>alert(1)</script>"
MODULES = [
    "channels",
    "contribution",
    "delivery",
    "inversion",
    "money_terms",
    "receivables",
    "tenders",
    "headline",
]
BLOCKS = {
    "headline": headline.headline,
    "page_one": sentences.page_one,
    "everybody": tables.customers,
    "owed": receivables.sentences,
    "ageing": receivables.ageing,
    "statutory": receivables.statutory,
    "debtors": lambda text, found: receivables.debtors(text, found, 5),
    "overdue_classes": receivables.classes,
    "left": contribution.sentences,
    "bridge": contribution.bridge,
    "contribution": lambda text, found: contribution.customers(text, found, 2),
    "acquisition": lambda text, found: contribution.acquisition(text, found, 5),
    "inversion": inversion.customers,
    "inverted_products": inversion.products,
    "retail": inversion.retail,
    "tender_sentences": tenders.sentences,
    "years": tenders.years,
    "tenders": lambda text, found: tenders.tenders(text, found, 5),
    "mix": channels.mix,
    "developed": channels.developed,
    "tiers": channels.tiers,
    "steps": channels.steps,
    "served": delivery.classes,
}


def rich_tables() -> dict[str, list[dict]]:
    """Three customers, one of them hostile by name, and something in every table of this part."""
    lines = [
        {"order_id": f"X{n}", "line_no": "1", "order_date": date(2024, 4 + n, 1),
         "customer_id": f"K{1 + n % 3}", "product_id": "Q1", "quantity": 5, "net_amount": net,
         "cost_amount": cost, "doc_type": "sale", "channel": channel, "developed_by": "own",
         "fulfilled_by": served, "tender_id": tender, "promised_date": date(2024, 5, 1)}
        for n, (net, cost, channel, served, tender) in enumerate([
            (900, 500, "direct", None, None), (300, 320, "tender", "C9", "T1"),
            (100, 60, "online", None, None), (50, 30, "direct", None, None),
        ])
    ]  # fmt: skip
    return {
        "order_lines": lines,
        "customers": [
            {"customer_id": code, "customer_name": HOSTILE, "role": "customer", "group_id": code}
            for code in ("K1", "K2", "K3")
        ],
        "products": [{"product_id": "Q1", "product_name": "油", "tier": "high", "std_cost": 6}],
        "invoices": [
            {"invoice_no": f"I{n}", "customer_id": f"K{1 + n % 3}", "amount": 500 - 90 * n,
             "invoice_date": date(2024, 3 + n, 9), "due_date": date(2024, 5 + n, 9),
             "order_id": f"X{n}"}
            for n in range(4)
        ],
        "payments": [
            {"payment_no": "P1", "customer_id": "K1", "pay_date": date(2024, 6, 1), "amount": 300,
             "method": "bank_acceptance", "bill_due_date": date(2025, 2, 1)},
            {"payment_no": "P2", "customer_id": "K2", "pay_date": date(2024, 6, 1), "amount": 40,
             "method": "prepaid"},
        ],
        "credit_terms": [{"customer_id": "K1", "credit_limit": 100}],
        "costs": [
            {"customer_id": "K1", "date": date(2024, 5, 1), "cost_type": "presale", "amount": 80},
            {"customer_id": "K3", "date": date(2024, 5, 1), "cost_type": "service", "amount": 95},
        ],
        "price_lists": [
            {"product_id": "Q1", "tier": "retail", "valid_from": date(2024, 1, 1), "price": 100}
        ],
        "shipments": [
            {"ship_no": "S1", "line_no": "1", "order_id": "X0", "order_line_no": "1",
             "ship_date": date(2024, 4, 3), "delivered_date": date(2024, 4, 6),
             "freight_amount": 12}
        ],
        "bids": [
            {"tender_id": f"T{n}", "customer_id": "K2", "project_name": HOSTILE, "our_bid": 300,
             "best_rival_bid": 290, "project_budget": 900, "result": result,
             "publish_date": date(2024, 3, 1), "open_date": date(2024, 4, 1),
             "veto_contacted": False}
            for n, result in enumerate(["lost", "won"])
        ],
        "contacts": [
            {"contact_id": "K", "customer_id": "K2", "buying_role": "user", "has_veto": False}
        ],
        "activities": [
            {"activity_id": "V", "customer_id": "K2", "date": date(2024, 2, 1), "contact_id": "K"}
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict:
    connection = company(tmp_path_factory.mktemp("books"))
    rich = rich_tables()
    undue = [invoice | {"due_date": None} for invoice in rich["invoices"]]
    blind = {"invoices": undue, "order_lines": rich["order_lines"], "bids": rich["bids"][:1]}
    settled = [
        {
            "payment_no": f"P{n}",
            "customer_id": f"K{n}",
            "pay_date": date(2024, 12, 1),
            "amount": 999,
        }
        for n in (1, 2, 3)
    ]
    found = {}
    with books(connection, **rich) as filled:
        found["rich"] = report(filled)
    with books(connection) as filled:
        found["poor"] = report(filled)
    with books(connection, **blind) as filled:
        found["blind"] = report(filled, Policy(ageing_basis="posting"))
    with books(connection, invoices=rich["invoices"], payments=settled) as filled:
        found["settled"] = report(filled)
    return found


def strings(value) -> list[str]:
    """Every text in a block, however deep."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("kind", ["rich", "poor", "blind", "settled"])
@pytest.mark.parametrize("block", BLOCKS)
def test_block_is_json_complete_and_alike_in_both_languages(results, block, kind):
    zh, en = (BLOCKS[block](Text(name, "CNY"), results[kind]) for name in ("zh", "en"))
    assert len(strings(zh)) == len(strings(en))
    assert zh != en or not zh.get("items", True)
    for drawn in (zh, en):
        assert json.loads(json.dumps(drawn, allow_nan=False))["kind"] == drawn["kind"]
        for words in strings(drawn):
            assert "{" not in words.replace("%{customdata}", "")
            assert words not in ("None", "nan")
        if drawn["kind"] == "figure":
            assert not any("<script" in words for words in strings(drawn["figure"]))


def test_rich_data_draws_every_block(results):
    drawn = {name: block(Text("en", "CNY"), results["rich"]) for name, block in BLOCKS.items()}
    assert [name for name, block in drawn.items() if block["kind"] == "note"] == []
    assert [name for name, block in drawn.items() if block.get("items") == []] == []
    assert {"contribution_amount", "overdue_amount"} <= {
        tile["name"] for tile in drawn["headline"]["tiles"]
    }


def test_poor_data_says_once_a_section_what_is_missing(results):
    drawn = {name: block(Text("en", "CNY"), results["poor"]) for name, block in BLOCKS.items()}
    for name in ("owed", "left", "tender_sentences", "mix", "steps", "served"):
        assert "not zero" in drawn[name]["text"], name
    silent = ("ageing", "statutory", "debtors", "overdue_classes", "bridge", "contribution",
              "acquisition", "inversion", "inverted_products", "retail", "years", "tenders",
              "developed", "tiers")  # fmt: skip
    assert [drawn[name]["items"] for name in silent] == [[]] * len(silent)
    assert results["poor"].money.tables == {}
    assert not {"dso_days", "overdue_amount"} & set(results["poor"].customers.columns)


def test_sentences_carry_the_figures(results):
    text, found = Text("en", "CNY"), results["rich"]
    values = {name: value for name, (value, _) in found.figures.items()}
    assert text.amount(values["overdue_amount"]) in " ".join(
        strings(sentences.page_one(text, found))
    )
    owed = " ".join(strings(receivables.sentences(text, found)))
    assert text.number(values["countback_dso_days"], 0) in owed
    assert "more than their credit limit: 1" in owed
    left = " ".join(strings(contribution.sentences(text, found)))
    assert text.amount(values["contribution_amount"]) in left
    assert "Lines sold below cost: 1" in left
    lost = found.money.contribution.customers.filter(pl.col("contribution_amount") < 0)
    idle = lost.filter(pl.col("net_amount") == 0).height
    assert f"they bring: {lost.height} ({idle} without sales in the window)" in left
    assert "not deducted (not zero): Promotion, Bids, Rebates" in left
    won = " ".join(strings(tenders.sentences(text, found)))
    assert "Won 1 of 2 decided tenders (50.0%)" in won
    assert "+3.33% against the best rival. Wins above the best rival, so not on price: 1" in won


def test_bars_add_up_to_what_is_owed_and_what_is_left(results):
    text, found = Text("en", "CNY"), results["rich"]
    (bars,) = receivables.ageing(text, found)["figure"]["data"]
    assert sum(bars["x"]) == pytest.approx(found.figures["open_amount"][0]) == 1460 - 340
    (steps,) = contribution.bridge(text, found)["figure"]["data"]
    assert sum(steps["x"][:-1]) == pytest.approx(steps["x"][-1])
    assert steps["x"][-1] == pytest.approx(found.figures["contribution_amount"][0])


def test_what_is_settled_or_without_due_dates_is_told_apart(results):
    text = Text("en", "CNY")
    assert "nothing is overdue" in strings(receivables.sentences(text, results["settled"]))[1]
    assert receivables.ageing(text, results["settled"])["text"] == "Nothing is owed."
    blind = " ".join(strings(receivables.sentences(text, results["blind"])))
    assert "No invoice has a due date" in blind
    titles = receivables.ageing(text, results["blind"])["title"]
    assert titles == "What is owed, by days since the invoice"
    assert "not met" not in " ".join(strings(tenders.sentences(text, results["rich"])))
    assert "No visits to named contacts" in " ".join(
        strings(tenders.sentences(text, results["blind"]))
    )


def test_every_label_and_column_is_explained(results):
    book = codebook()["reports"]["customer_value"]
    explained = {column for entry in book.values() for column in entry["columns"]}
    for found in results.values():
        assert found.money.figures.keys() <= terms.FIGURES.keys()
        assert found.money.tables.keys() <= book.keys()
        for name, frame in found.money.tables.items():
            unexplained = set(frame.columns) - explained
            assert unexplained <= {"publish_date", "open_date", "engaged_date", "project_name"}, (
                name
            )
    assert terms.RULES.keys() == Policy.__dataclass_fields__.keys()


@pytest.mark.parametrize("module", MODULES)
def test_every_text_of_the_modules_has_a_translation(module):
    path = Path(dakehu.present.__file__).parent / "customer_value" / f"{module}.py"
    zh = Text("zh", "CNY")
    calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    said = [
        call.args[0].value
        for call in calls
        if getattr(call.func, "id", "") in ("text", "N_") and isinstance(call.args[0], ast.Constant)
    ]
    assert said
    assert [words for words in said if zh(words) == words and words != ", "] == []


def test_translations_fill_the_same_places():
    with (resources.files("dakehu.locale") / "customer_money.zh_CN.po").open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]

    def places(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert messages
    assert [m.id for m in messages if places(m.id) != places(m.string)] == []


def test_definitions_have_words():
    for language in ("zh", "en"):
        assert all(d.term and d.text for d in money_terms.definitions(Text(language, "CNY")))
