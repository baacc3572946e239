from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from dakehu import workbook as module
from dakehu.manuscript import Manuscript
from dakehu.render import PageContext
from dakehu.workbook import sheet_names, workbook

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A1",
    "http://a.invalid",
    "00123",
    "\x07",
]
CONTEXT = PageContext(
    report="customer_value",
    pipeline="demo",
    title={"zh": "=公司", "en": "=Company"},
    as_of=date(2025, 6, 30),
    currency="CNY",
    run_id="run-1",
    made_at=datetime(2025, 7, 3, 6, 0, tzinfo=UTC),
    versions={},
    languages=("zh", "en"),
    tables=(),
)
CUSTOMERS = {
    "kind": "table",
    "title": "=Every customer",
    "file": "customers",
    "columns": [
        {"key": "customer_name", "label": "Name", "type": "text", "priority": 1},
        {"key": "odd", "label": "Name", "type": "text", "priority": 1},
    ],
}
MANUSCRIPT = Manuscript(title="=Who?", opening=[CUSTOMERS])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    count = len(HOSTILE)
    pl.DataFrame(
        {
            "customer_name": HOSTILE,
            "odd": ["a" * 40_000, *[None] * (count - 1)],
            "net_amount": pl.Series(
                [Decimal("600000000.08"), Decimal("1234567890123.45"), None]
                + [Decimal("0.10")] * 5,
                dtype=pl.Decimal(38, 2),
            ),
            "amount_share": [0.25, float("nan"), float("inf"), None, 0.5, 0.5, 0.5, 0.5],
            "order_count": [12345] * count,
            "last_order_date": [date(2025, 1, 29)] * count,
            "is_key_account": [True, False, None, True, True, True, True, True],
        }
    ).write_parquet(tmp_path / "customers.parquet")
    pl.DataFrame({"customer_class": ["A"]}).write_parquet(tmp_path / "classes.parquet")
    pl.DataFrame(schema={"unheard_of": pl.String}).write_parquet(tmp_path / "empty.parquet")
    return tmp_path


def written(folder: Path, language: str = "en") -> bytes:
    return workbook(folder, MANUSCRIPT, CONTEXT, language)


def sheets(content: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(f"xl/{name}").decode("utf-8")


def style_of(content: bytes, cell: str) -> str:
    """The number format of a cell of the sheet of customers, as Excel reads it."""
    (number,) = re.findall(rf'<c r="{cell}" s="(\d+)"', part(content, "worksheets/sheet2.xml"))
    styles = part(content, "styles.xml")
    cells = re.findall(r"<xf [^>]*", styles.partition("<cellXfs")[2])
    (code,) = re.findall(r'numFmtId="(\d+)"', cells[int(number)])
    custom = dict(re.findall(r'numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    return custom.get(code, code)


def test_no_text_becomes_a_formula_a_link_or_a_number(folder: Path) -> None:
    content = written(folder)
    shown = [row[0] for row in sheets(content)["customers"][1:]]
    assert shown[:7] == HOSTILE[:7]
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    parts = [part(content, name[3:]) for name in names if name.startswith("xl/worksheets/sheet")]
    assert len(parts) == 4
    assert not any("<f>" in text for text in parts)
    assert not any("hyperlink" in text for text in parts[1:])
    assert "location=\"'customers'!A1\"" in parts[0]


def test_money_keeps_its_cents(folder: Path) -> None:
    text = part(written(folder), "worksheets/sheet2.xml")
    assert re.findall(r'<c r="C[23]"[^>]*><v>([^<]*)', text) == ["600000000.08", "1234567890123.45"]
    assert re.search(r'<c r="C4"[^>]*/>', text)  # missing is empty, not zero


def test_what_is_no_number_is_empty(folder: Path) -> None:
    rows = sheets(written(folder))["customers"]
    assert [row[3] for row in rows[1:5]] == [0.25, "", "", ""]


def test_numbers_are_written_by_their_unit(folder: Path) -> None:
    content = written(folder)
    found = [style_of(content, f"{column}2") for column in "CDEF"]
    assert found == ["#,##0.00", "0.0%", "#,##0", "yyyy-mm-dd"]


def test_sheets_can_be_read_and_filtered(folder: Path) -> None:
    content = written(folder)
    sheet = part(content, "worksheets/sheet2.xml")
    assert 'state="frozen"' in sheet
    assert "ySplit" in sheet
    assert "autoFilter" in part(content, "tables/table1.xml")
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    assert len(widths) == 7
    assert max(widths) == widths[1] < 60  # however long a text, the sheet stays readable


def test_headings_are_those_of_the_page_or_of_the_codebook_and_unique(folder: Path) -> None:
    heads = sheets(written(folder))["customers"][0]
    assert heads[:2] == ["Name", "Name (odd)"]
    assert len({head.lower() for head in heads}) == len(heads)
    chinese = sheets(written(folder, "zh"))["customers"][0]
    assert chinese[2:] != heads[2:]
    assert all(re.search("[\u4e00-\u9fff]", head) for head in chinese[2:])


def test_first_sheet_says_what_there_is(folder: Path) -> None:
    book = sheets(written(folder))
    assert list(book) == ["Contents", "customers", "classes", "empty"]  # the page's first
    first = book["Contents"]
    said = [row[0] for row in first[:7]]
    assert said[:4] == ["=Who?", "=Company", "As of Jun 30, 2025", "Amounts in CNY"]
    assert ["customers", "=Every customer", 8.0] in [row[:3] for row in first]
    (amount,) = [row for row in first if row[:1] == ["customers"] and row[2] == "net_amount"]
    assert amount[3] == "CNY"
    assert "Sales of the window" in amount[4]


def test_long_table_is_cut_and_it_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 3)
    book = sheets(written(folder))
    assert len(book["customers"]) == 4
    line = next(row for row in book["Contents"] if row[1] == "=Every customer")
    assert line[2:5] == [8.0, "", "the first 3 rows; all of them in customers.csv"]


def test_names_of_sheets_are_valid_and_unique() -> None:
    long = "a_table_with_a_name_longer_than_thirty_one"
    tables = ["Contents", "history", "a/b*c", "A?B:C", long + "_1", long + "_2", "'", ""]
    names = list(sheet_names(tables, "contents").values())
    assert len({name.lower() for name in names}) == len(tables)
    assert not {"contents", "history"} & {name.lower() for name in names}
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)
