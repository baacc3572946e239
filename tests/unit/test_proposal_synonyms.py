"""sql/synonyms.yml against sql/schema.yml, and headings taken apart."""

from __future__ import annotations

from collections import Counter

import pytest

from dakehu.proposal.synonyms import heading, known, normal
from dakehu.schema import tables
from dakehu.source import UNITS

HEADINGS = known()["headings"]


def test_names_only_columns_that_the_schema_has():
    strange = [
        f"{table}.{column}"
        for table, columns in HEADINGS.items()
        for column in columns
        if table not in tables() or column not in tables()[table].columns
    ]
    pairs = [*known()["codes"], *known()["stand_ins"]]
    strange += [p for p in pairs if p.split(".")[1] not in tables()[p.split(".")[0]].columns]
    strange += [table for table in known()["names"] if table not in tables()]
    assert not strange


@pytest.mark.parametrize("table", HEADINGS)
def test_a_heading_means_one_column_of_a_table(table: str):
    entries = [
        normal(entry)
        for levels in HEADINGS[table].values()
        for listed in levels.values()
        for entry in listed
    ]
    assert [name for name, count in Counter(entries).items() if count > 1] == []
    assert all(entries)
    assert {level for levels in HEADINGS[table].values() for level in levels} <= {"sure", "likely"}


def test_units_are_those_of_a_pipeline_file():
    assert known()["units"].keys() <= UNITS.keys()
    texts = [text for listed in known()["units"].values() for text in (*listed, *UNITS)]
    assert all(isinstance(text, str) for text in texts)


def test_a_text_means_one_code():
    for column, codes in known()["codes"].items():
        texts = [text.lower() for listed in codes.values() for text in listed]
        assert len(texts) == len(set(texts)), column


@pytest.mark.parametrize(
    ("text", "name", "unit", "currency", "taxed"),
    [
        ("Order_ID", "orderid", None, None, None),
        ("orderId", "orderid", None, None, None),
        ("订单 号", "订单号", None, None, None),
        ("金额(万元)", "金额", "万元", None, None),
        ("金额（万元）", "金额", "万元", None, None),
        ("金额\n[万元]", "金额", "万元", None, None),
        ("销售额万元", "销售额", "万元", None, None),
        ("金额(元)", "金额", None, "CNY", None),
        ("含税金额", "含税金额", None, None, True),
        ("不含税金额", "不含税金额", None, None, False),
        ("价税合计", "价税合计", None, None, True),
        ("Freight Cost (USD)", "freightcost", None, "USD", None),
        ("Amount incl. VAT", "amountinclvat", None, None, True),
        ("Net Amount", "netamount", None, None, False),
        ("net_amount", "netamount", None, None, False),
        ("NetAmount", "netamount", None, None, False),
        ("Internet Sales", "internetsales", None, None, None),
        ("Revenue (thousands)", "revenue", "thousand", None, None),
        ("FAllAmount", "fallamount", None, None, True),
        ("NETWR", "netwr", None, None, False),
        ("Column", "column", None, None, None),
    ],
)
def test_a_heading_is_taken_apart(text, name, unit, currency, taxed):
    taken = heading(text)
    assert name in taken.names
    assert (taken.unit, taken.currency, taken.taxed) == (unit, currency, taxed)
