"""The customer card in both languages: what it shows, what it says is absent, what it weighs."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from customer_results import AS_OF, HOSTILE, RESULTS, book, marts, strings
from dakehu.analysis.customer_value import CARD_MARTS, cards_of
from dakehu.analysis.customer_value.card import CustomerCards
from dakehu.bundle import packed
from dakehu.present.customer_value.card import customer_card
from dakehu.present.text import Text

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")
MONTH = date(2024, 12, 1)
ALERTS = pl.DataFrame(
    {
        "customer_id": ["c00"],
        "alert_date": [AS_OF],
        "kind": ["silence"],
        "value": [91.0],
        "expected_low": [3.0],
        "expected_high": [30.0],
        "family": [None],
    }
)
KNOWN = {
    "contacts": [
        ("c00", "1", "王**", HOSTILE, "decider", True),
        ("c00", "2", "李**", None, "a word of theirs", False),
    ],
    "last_orders": [("c00", 1, AS_OF, HOSTILE, Decimal(70), 4), ("c00", 2, MONTH, "N1", 5, None)],
    "prices": [("c00", MONTH, 100, 100, Decimal(80))],
    "service": [("c00", MONTH, 8, 6, 2)],
    "team": [("c00", "KAM", HOSTILE, MONTH), ("c00", "service", "K2", None)],
}


def cards(kind: str, known: dict | None = None, alerts=None) -> CustomerCards:
    frame = book(9 if kind == "poor" else 36 if kind == "rich" else 24, costed=kind == "rich")
    months = frame.select("month").unique().sort("month")
    rows = known or {}
    read = {
        name: pl.DataFrame(rows.get(name, []), schema=schema, orient="row")
        for name, schema in CARD_MARTS.items()
    }
    read |= {"families": marts(frame)["families"]} if known else {}
    result = RESULTS[kind]
    if alerts is not None:
        result = replace(result, alerts=replace(result.alerts, now=alerts))
    return cards_of(result, frame, months, read)


def shown(block: dict, code: str) -> tuple[dict[str, str | None], dict[str, list[list]]]:
    """What stands on the card of one customer: fields by label, rows of small tables by title."""
    records = block["records"]
    at = records["codes"].index(code)
    fields = {
        f"{title}: {label}": column[at]
        for (title, labels), columns in zip(block["panels"], records["values"], strict=True)
        for label, column in zip(labels, columns, strict=True)
    }
    tables = {}
    for (title, _), kept in zip(block["details"], records["details"], strict=True):
        first = sum(kept["counts"][:at])
        places = range(first, first + kept["counts"][at])
        tables[title] = [[column[place] for column in kept["columns"]] for place in places]
    return fields, tables


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("known", [{}, KNOWN], ids=["alone", "known"])
def test_languages_say_the_same_in_other_words(kind, known):
    zh, en = (customer_card(text, RESULTS[kind], cards(kind, known, ALERTS)) for text in (ZH, EN))
    assert json.loads(json.dumps(zh, allow_nan=False))["kind"] == "card"
    assert zh["records"]["codes"] == en["records"]["codes"]
    for part in ("panels", "details"):
        assert len(strings(zh[part])) == len(strings(en[part]))
        words = {"text", "number", "date", "flag", "DSO"}
        assert not (set(strings(zh[part])) & set(strings(en[part]))) - words
    for word in strings(zh) + strings(en):
        assert word not in ("None", "nan")
        assert "{" not in word


def test_the_card_knows_people_orders_prices_service_and_alerts():
    fields, tables = shown(customer_card(EN, RESULTS["rich"], cards("rich", KNOWN, ALERTS)), "c00")
    assert fields["Behaviour: Price against others"] == "+25.0%"
    assert fields["Satisfaction: Full and on time"] == "75% of 8 lines"
    assert fields["Satisfaction: Complaints"] == "2"
    assert fields["Behaviour: Buys most of"] == "油 100%"
    assert fields["History: First order on file"] == "Jan 9, 2022"
    assert fields["History: Class"] == "A → A"
    assert " → " in fields["History: Type by margin"]
    assert fields["Profile: Key account"] in ("yes", "no")
    assert tables["Our team"] == [
        ["Key account manager", HOSTILE, "Dec 1, 2024"],
        ["Service staff", "K2", None],
    ]
    assert tables["Contacts by part in the purchase"] == [
        ["a word of theirs", "李**", None, ""],
        ["Decider", "王**", HOSTILE, "✓"],
    ]
    assert tables["Last orders"] == [
        ["Dec 31, 2024", HOSTILE, "CN¥70", "4"],
        ["Dec 1, 2024", "N1", "CN¥5", None],
    ]
    assert tables["Alerts"] == [
        [
            "Dec 31, 2024",
            "Silent beyond expectation",
            "91 days without an order; expected at most 30",
        ]
    ]
    _, others = shown(customer_card(EN, RESULTS["rich"], cards("rich", KNOWN, ALERTS)), "c04")
    assert not any(others.values())


def test_what_is_absent_is_named_in_one_line():
    note = customer_card(EN, RESULTS["poor"], cards("poor"))["note"]
    assert note == (
        "Not in the data, so not on the card (not zero): Margin, Price against others, Full and on"
        " time, Complaints, Receivables, Share of wallet, Our team, Contacts by part in the"
        " purchase, Last orders, Tenders."
    )
    known = customer_card(EN, RESULTS["rich"], cards("rich", KNOWN))["note"]
    assert "Complaints" not in known
    assert "Our team" not in known
    assert "Receivables" in known


def test_two_thousand_cards_leave_the_page_light():
    """A page may weigh 3 MB: plotly.js takes 1.8, charts, tables and words 0.6."""
    count, draw = 2000, np.random.default_rng(5)
    names = pl.Series([f"G{n:04}" for n in range(count)])

    def money(size: int = count) -> pl.Series:
        return pl.Series(draw.lognormal(11, 2, size)).cast(pl.Decimal(38, 2))

    def days(size: int = count) -> pl.Series:
        return pl.Series(draw.integers(0, 700, size)).cast(pl.Int32).cast(pl.Date)

    few = cards("rich", KNOWN)
    amounts = "net_amount previous_amount margin_amount expected_amount clv_amount clv_low_amount"
    shares = "growth amount_share p_alive annual_cv price_level on_time_share main_family_share"
    records = pl.concat([few.records.head(1)] * count).with_columns(
        *(money().alias(name) for name in (*amounts.split(), "clv_high_amount")),
        *(pl.Series(name, draw.random(count)) for name in shares.split()),
        *(days().alias(name) for name in ("last_order_date", "first_order_date")),
        *(
            pl.Series(name, draw.integers(1, 99, count))
            for name in ("recency_days", "order_count", "due_line_count", "complaint_count")
        ),
        customer_id=names,
        customer_name=names + "号客户有限公司",
        history=pl.Series(draw.lognormal(11, 2, (count, 36)).tolist()).list.eval(
            pl.element().round_sig_figs(2).round(2)
        ),
    )
    five = pl.Series([name for name in names for _ in range(5)])
    orders = pl.DataFrame(
        {
            "customer_id": five,
            "order_date": days(len(five)),
            "order_id": "XSDD2024" + pl.Series(draw.integers(0, 10**7, len(five))).cast(pl.String),
            "net_amount": money(len(five)),
            "gap_days": pl.Series(draw.integers(0, 99, len(five))),
        }
    )
    contacts = pl.concat([few.contacts.head(1)] * 2 * count).with_columns(
        customer_id=pl.concat([names, names]).sort()
    )
    full = replace(few, records=records, orders=orders, contacts=contacts, customer_count=count)
    block = customer_card(ZH, RESULTS["rich"], full)
    content = json.dumps(block["records"], ensure_ascii=False, separators=(",", ":")).encode()
    assert len(block["records"]["codes"]) == count
    assert len(packed(content)) < 500_000
