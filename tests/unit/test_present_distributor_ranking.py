"""Every block of the list by sales, for rich, poor and empty data, in both languages."""

import json
import string
from datetime import date
from decimal import Decimal
from importlib import resources
from itertools import product

import polars as pl
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.sales import sales_of
from dakehu.paths import ROOT
from dakehu.present.distributor_ranking import bars, figures, findings, tables
from dakehu.present.text import Text

HOSTILE = "<script>alert(1)</script> {x}"
MONTHS = [date(year, month, 1) for year, month in product((2023, 2024), range(1, 13))]


def result(count: int, *, rich: bool, first: int = 0):
    """`count` distributors; every fifth is new, every seventh silent; rich = quotas and freight."""
    rows = [
        {
            "distributor_id": f"d{number:02}",
            "distributor_name": HOSTILE if number == 0 else f"经销商 {number:02}",
            "region_name": "华东" if rich else None,
            "month": month,
            "net_amount": Decimal(
                9000 // (number + 1) + (month.year - 2023) * (number % 4 - 1) * 40
            ),
            "order_count": 1,
            "freight_amount": Decimal(number + 1) if rich else None,
        }
        for number in range(count)
        for month in MONTHS[first:]
        if not (number % 5 == 4 and month.year == 2023)
        and not (number % 7 == 6 and month.year == 2024)
    ]
    schema = {
        "distributor_id": pl.String, "distributor_name": pl.String, "region_name": pl.String,
        "month": pl.Date, "net_amount": pl.Decimal(38, 2), "order_count": pl.Int64,
        "freight_amount": pl.Decimal(38, 2),
    }  # fmt: skip
    monthly = pl.DataFrame(rows, schema=schema)
    sums = monthly.group_by("month").agg(pl.col("net_amount").sum().alias("distributor_amount"))
    company = (
        pl.DataFrame({"month": MONTHS[first:]})
        .join(sums, on="month", how="left")
        .with_columns(pl.col("distributor_amount").fill_null(0))
        .with_columns((pl.col("distributor_amount") + Decimal(5000)).alias("net_amount"))
    )
    quota = {
        "holder_kind": ["distributor", "distributor", "person"],
        "holder_id": ["d00", "d01", "p"],
        "holder_name": [HOSTILE, "经销商 01", "业务员"],
        "period_start": [date(2024, 1, 1)] * 3,
        "period_end": [date(2024, 6, 30)] * 3,
        "target_amount": [Decimal(100), Decimal(200), Decimal(0)],
        "net_amount": [Decimal(90), Decimal(240), Decimal(5)],
    }
    types = dict.fromkeys(("target_amount", "net_amount"), pl.Decimal(38, 2))
    quotas = pl.DataFrame(quota, schema_overrides=types)
    quotas = quotas if rich else quotas.clear()
    return sales_of(monthly, company, quotas, date(2024, 12, 31), 12, Policy())


RESULTS = {
    "rich": result(60, rich=True),
    "poor": result(9, rich=False, first=4),
    "young": result(9, rich=False, first=12),
    "single": result(1, rich=True),
    "empty": result(0, rich=False),
}
BLOCKS = {
    "standing": findings.standing,
    "top_bars": lambda text, found: figures.top_bars(text, found, 10),
    "rank_slopes": lambda text, found: figures.rank_slopes(text, found, 10),
    "dependence_lines": figures.dependence_lines,
    "growth_scatter": figures.growth_scatter,
    "attainment_bars": lambda text, found: bars.attainment_bars(text, found, 10),
    "freight_bars": lambda text, found: bars.freight_bars(text, found, 10),
    "ranking_table": tables.ranking_table,
    "bottom_table": lambda text, found: tables.bottom_table(text, found, 10),
    "silent_table": tables.silent_table,
    "attainment_table": tables.attainment_table,
    "concentration_table": tables.concentration_table,
}
PRESENT = ROOT / "pipelines" / "dakehu" / "present"
MODULES = sorted((PRESENT / "distributor_ranking").glob("*.py"))


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("data", RESULTS)
def test_every_block_is_plain_json_in_both_languages(name, data):
    drawn = {code: BLOCKS[name](Text(code, "CNY"), RESULTS[data]) for code in ("zh", "en")}
    assert drawn["zh"]["kind"] == drawn["en"]["kind"]
    for block in drawn.values():
        content = json.dumps(block, ensure_ascii=False, allow_nan=False)
        assert "None" not in content


def test_names_from_data_stay_text_in_figures():
    content = json.dumps(BLOCKS["top_bars"](Text("en", "CNY"), RESULTS["rich"]))
    assert "&lt;script" in content
    assert "<script" not in content


def test_figures_label_what_they_draw():
    found = RESULTS["rich"]
    block = BLOCKS["top_bars"](Text("zh", "CNY"), found)
    bars = next(trace for trace in block["figure"]["data"] if trace["type"] == "bar")
    ranking = found.ranking.head(10)
    scale = Text("zh", "CNY").money_scale(ranking["net_amount"].max()).divisor
    assert bars["x"] == pytest.approx([float(a) / scale for a in ranking["net_amount"]])
    moves = [
        "新"
        if old is None
        else "="
        if old == new
        else f"{'▲' if old > new else '▼'}{abs(old - new)}"
        for old, new in ranking.select("previous_rank", "rank").iter_rows()
    ]
    assert bars["text"] == moves


def test_a_year_before_is_drawn_only_where_it_is_whole():
    full, part = (BLOCKS["top_bars"](Text("en", "CNY"), RESULTS[d]) for d in ("rich", "poor"))
    assert [len(block["figure"]["data"]) for block in (full, part)] == [2, 1]
    said = json.dumps(BLOCKS["standing"](Text("en", "CNY"), RESULTS["poor"]))
    assert "compare the last 8 of 12 months only" in said


def messages_of(files):
    found = {
        message
        for file in files
        for _, message, _, _ in extract_from_file(
            "python", str(file), keywords={"text": None, "N_": None}
        )
    }
    return {message for message in found if isinstance(message, str)}


def test_every_message_is_translated_with_the_same_places():
    catalogue, others = {}, {}
    for entry in resources.files("dakehu.locale").iterdir():
        if entry.name.endswith(".po"):
            known = catalogue if entry.name.startswith("distributor_") else others
            with entry.open("rb") as stream:
                known |= {m.id: m.string for m in read_po(stream) if m.id}
    # What another report says too stands once, in its catalogue.
    assert set(catalogue) <= messages_of(MODULES) <= {*catalogue, *others}

    def places(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    for message, translation in catalogue.items():
        assert translation
        assert places(message) == places(translation), message
