"""Bytes of every encoding: read right, or refused with the byte or the line that says why."""

import codecs
from pathlib import Path

import pytest

from catalogue import Case, judge, line
from small_company import HEADER, orders

# The header has 44 bytes, and 14 stand before the customer of a line.
CHANCE = "gb18030 fits it by chance (a Western page, Big5, several mixed?)"
TOLD = "save it as UTF-8, or set `encoding` in its [[source]]"
NUL = "holds a NUL (a damaged file, or UTF-16 that has no mark?)"


def read(content: bytes, customer: str, options: str = "") -> Case:
    return Case(
        {"orders.csv": content},
        (orders(options=options),),
        loaded={2: f"O2 {customer}"},
        shown="order_id || ' ' || customer_id",
    )


def refused(content: bytes, sentence: str, options: str = "") -> Case:
    return Case({"orders.csv": content}, (orders(options=options),), refused=sentence)


def text(*customers: str) -> str:
    return HEADER + "".join(line(i, customer=name) for i, name in enumerate(customers, 2))


CASES = {
    "UTF-8": read(text("客户甲").encode(), "客户甲"),
    "UTF-8 with a mark": read(text("客户甲").encode("utf-8-sig"), "客户甲"),
    "UTF-16, low byte first":
        read(codecs.BOM_UTF16_LE + text("客户甲").encode("utf-16-le"), "客户甲"),
    "UTF-16, high byte first":
        read(codecs.BOM_UTF16_BE + text("客户甲").encode("utf-16-be"), "客户甲"),
    "UTF-16 without a mark, told":
        read(text("客户甲").encode("utf-16-le"), "客户甲", 'encoding = "utf-16"'),
    "UTF-16 without a mark, not told":
        refused(text("C1").encode("utf-16-le"), f"orders.csv: line 1 {NUL}; {TOLD}"),
    "UTF-32": refused(text("C1").encode("utf-32"), f"orders.csv: line 1 {NUL}; {TOLD}"),
    "GBK": read(text("北京客户").encode("gbk"), "北京客户"),
    "GB18030 with characters of four bytes":
        read(text("𠀀龘〇客户㐀").encode("gb18030"), "𠀀龘〇客户㐀"),
    "GB18030, told": read(text("镕").encode("gb18030"), "镕", 'encoding = "gb18030"'),
    "UTF-8 told as GB18030": refused(
        text("客户甲").encode(), f"orders.csv: byte 66 (line 2) is not gb18030; {TOLD}",
        'encoding = "gb18030"',
    ),
    "GB18030 told as UTF-8": refused(
        text("客户甲").encode("gb18030"), f"orders.csv: byte 58 (line 2) is not utf-8; {TOLD}",
        'encoding = "utf-8"',
    ),
    "a mark against what was told":
        read(text("客户甲").encode("utf-8-sig"), "客户甲", 'encoding = "gb18030"'),
    "a Western page, told": read(text("Café Müller €").encode("cp1252"), "Café Müller €",
                                 'encoding = "cp1252"'),
    "a Western page that GB18030 does not fit": refused(
        text("café").encode("cp1252"),
        "orders.csv: byte 61 (line 2) is not utf-8; byte 61 (line 2) is not gb18030; " + TOLD,
    ),
    "a Western page that GB18030 fits": refused(
        text("Müller", "Großmann").encode("cp1252"),
        f"orders.csv: byte 59 (line 2) is not utf-8; {CHANCE}; {TOLD}",
    ),
    "Big5": refused(
        text("臺灣客戶").encode("big5"),
        f"orders.csv: byte 58 (line 2) is not utf-8; {CHANCE}; {TOLD}",
    ),
    "Shift JIS": refused(
        text("株式会社カタログ").encode("shift-jis"),
        f"orders.csv: byte 58 (line 2) is not utf-8; {CHANCE}; {TOLD}",
    ),
    "UTF-8 with one byte too few": refused(
        text("客户甲", "客户乙").encode().replace("乙".encode(), "乙".encode()[:2]),
        "orders.csv: byte 96 (line 3) is not utf-8; byte 66 (line 2) is not gb18030; " + TOLD,
    ),
    "UTF-8 and GBK in one file": refused(
        text("客户甲").encode() + line(3, customer="客户乙").encode("gbk"),
        "orders.csv: byte 90 (line 3) is not utf-8; byte 66 (line 2) is not gb18030; " + TOLD,
    ),
    "UTF-8 and GBK in one file, so that GB18030 fits": refused(
        text("客户").encode() + line(3, customer="客户乙").encode("gbk"),
        f"orders.csv: byte 87 (line 3) is not utf-8; {CHANCE}; {TOLD}",
    ),
    "a NUL inside a cell": refused(
        text("C1", "C\0 2").encode(), f"orders.csv: line 3 {NUL}; {TOLD}"
    ),
    "cut off inside a character": refused(
        text("客户甲").encode("utf-16")[:-1],
        "orders.csv: the last character is cut off in utf-16; " + TOLD,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_encoding(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
