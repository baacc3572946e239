"""Writing exports the way an ERP does: Chinese headings, byte order marks, GBK, totals, titles."""

import datetime as dt
from pathlib import Path

import polars as pl
import xlsxwriter

CREATED = dt.datetime(2026, 1, 5, 9, 0)


def money(fen: pl.Expr, commas: bool = False) -> pl.Expr:
    """Text of an amount in fen: 1234567 -> 12345.67, or 12,345.67 with thousands commas."""
    whole = (fen.abs() // 100).cast(pl.String)
    if commas:
        grouped = whole.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.reverse()
        whole = grouped.str.strip_chars_start(",")
    cents = (fen.abs() % 100).cast(pl.String).str.zfill(2)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str([sign, whole, pl.lit("."), cents])


def write_csv(
    frame: pl.DataFrame,
    path: Path,
    encoding: str = "utf-8-sig",
    footer: dict[str, str] | None = None,
) -> None:
    """Write a frame of texts; ``footer`` adds a total row with the given cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = frame.write_csv(line_terminator="\r\n")
    if footer:
        row = pl.DataFrame({name: [footer.get(name)] for name in frame.columns})
        text += row.write_csv(include_header=False, line_terminator="\r\n")
    path.write_bytes(text.encode(encoding))


def write_workbook(path: Path, sheets: dict[str, pl.DataFrame]) -> None:
    """Write one sheet per frame with a title in the first row and the headings in the second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "K 公司基础资料", "created": CREATED})
        bold = book.add_format({"bold": True, "font_size": 14})
        for name, frame in sheets.items():
            frame.write_excel(book, worksheet=name, position=(1, 0), autofilter=False)
            sheet = book.get_worksheet_by_name(name)
            sheet.write_string(0, 0, f"K 公司 {name}档案    导出日期 2026-01-05", bold)
