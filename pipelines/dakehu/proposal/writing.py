"""The proposal as TOML: what is data never becomes syntax, what is open is asked."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from glob import escape
from pathlib import Path
from typing import Any

from dakehu.proposal.dimensions import has_distributors
from dakehu.proposal.lines import OPEN, Feed, Line
from dakehu.proposal.shapes import Shape
from dakehu.proposal.synonyms import CURRENCIES, heading, is_erp
from dakehu.sources.relation import quoted

SAMPLE_LENGTH = 30
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SIGN = re.compile(r"[-(]?\s*(?:(us\$|[¥$€£])[\s\d.,]+\)?|[\d.,]+\s*(usd|eur|cny|rmb|gbp|元|€))")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def document(feeds: list[Feed], complaints: list[str], folder: Path, target: Path) -> str:
    """The text of a pipeline file that will be saved as `target`."""
    base = Path(os.path.relpath(folder.resolve(), target.resolve().parent)).as_posix()
    parts = [_head(feeds, folder)]
    room = "" if base == "." else f"{escape(base)}/"
    parts += [_feed(feed, room) for feed in feeds]
    if not any(feed.table == "order_lines" and not feed.is_off for feed in feeds):
        parts.append(
            "# No file looks like sales lines (a date, a customer and an amount in each row):\n"
            "# without a [[source]] for order_lines there is nothing to report.\n"
        )
    if complaints:
        parts.append(
            "# Not used (no table fits, or no other file names its keys):\n"
            + "".join(f"#   {comment(text)}\n" for text in complaints)
        )
    reports = ["customer_value", "sales_forecast", "data_quality"]
    if has_distributors(feeds):
        reports.insert(1, "distributor_ranking")
    parts.append("".join(f"[reports.{report}]\n" for report in reports))
    return "\n".join(parts)


def comment(text: str) -> str:
    """Text of data as part of a comment: one line, no character that acts on the line."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    return " ".join("".join(c for c in spaced if unicodedata.category(c)[0] != "C").split())


def value(given: Any) -> str:
    """A value in TOML, on one line."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, int | float):
        return str(given)
    if isinstance(given, str):
        if '"' in given and given.isprintable():  # SQL stays readable where TOML has a form for it
            if "'" not in given:
                return f"'{given}'"
            if "\\" not in given and '""' not in given and given[-1] != '"':
                return f'"""{given}"""'
        return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(given, dict):
        inside = ", ".join(f"{_key(name)} = {value(item)}" for name, item in given.items())
        return f"{{ {inside} }}"
    return f"[{', '.join(value(item) for item in given)}]"


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else value(name)


def name_of(folder: Path) -> str:
    """A name for the pipeline, out of the folder's: lower-case letters, digits, underscores."""
    name = unicodedata.normalize("NFKD", folder.resolve().name).lower()
    plain = re.sub(r"[^a-z0-9]+", "_", name).strip("_")
    return re.sub(r"^[^a-z]+", "", plain)[:64] or "company"


def _head(feeds: list[Feed], folder: Path) -> str:
    name = folder.resolve().name
    slug = name_of(folder)
    title = comment(name.replace("_", " ")) or slug
    rows = [
        f"# Proposed from the files in {comment(name)}. Behind each line: how sure it is",
        '# (sure, likely, guess) and two values. Every "?" has its question above it: write',
        "# the answer in its place.",
        f"name     = {value(slug)}",
        f"title    = {value({'zh': title, 'en': title})}",
    ]
    currency, why = _currency(feeds)
    if currency == OPEN:
        rows.append("# In which currency are the amounts? Write its three letters: CNY, USD, EUR.")
    rows.append(f"currency = {value(currency)}{why}")
    rows.append('as_of    = "last_complete_month"')
    if any(is_erp(feed.shape.headings) for feed in feeds):
        rows.append(
            "# On which day does the month close? Write 31 for the calendar month, 25 where it "
            "runs from the 26th to the 25th."
        )
        rows.append(f"fiscal_month_end_day = {value(OPEN)}")
    return "\n".join(rows) + "\n"


def _currency(feeds: list[Feed]) -> tuple[str, str]:
    """The currency that headings, signs or the language of the headings tell, or "?"; and why."""
    found: set[str] = set()
    for feed in feeds:
        for line in feed.lines.values():
            if line.heading is not None:
                found |= {heading(line.heading).currency or ""}
                found |= {_signed(text) for text in line.samples}
        if (line := feed.lines.get("currency")) and line.heading:
            texts = feed.shape.values(line.heading).counts
            found |= {CURRENCIES.get(text.lower(), text.upper()) for text in texts}
    codes = sorted(code for code in found if re.fullmatch("[A-Z]{3}", code))
    if len(codes) == 1:
        return codes[0], "  # sure: a heading or a sign says so"
    headings = "".join(h for f in feeds if f.table == "order_lines" for h in f.shape.headings)
    if CHINESE.search(headings) and not codes:
        return "CNY", "  # likely: the headings are Chinese"
    return OPEN, ""


def _signed(text: str) -> str:
    """The currency whose sign stands at a number."""
    sign = SIGN.fullmatch(unicodedata.normalize("NFKC", text).lower())
    return CURRENCIES[sign[1] or sign[2]] if sign else ""


def _feed(feed: Feed, base: str) -> str:
    notes = "".join(f"# {comment(note)}\n" for note in feed.notes)
    rows = ["[[source]]", f"table = {value(feed.table)}"]
    rows += _files(feed.shape, base)
    if feed.shape.joined:
        rows.append(f"join = [{_join(feed.shape, base)}]")
    if feed.where:
        rows.append(f"where = {value(feed.where)}")
    if feed.distinct:
        rows.append("distinct = true")
    if feed.missing:
        rows.append(f"missing = {value(feed.missing)}")
    rows.append("[source.columns]")
    width = max(map(len, feed.lines))
    for name, line in feed.lines.items():
        if line.question:
            rows.append(f"# {comment(line.question)}")
        rows.append(f"{name:{width}} = {value(line.origin)}  # {_behind(line)}")
    mark = "# " if feed.is_off else ""
    return notes + "".join(f"{mark}{row}\n" for row in rows)


def _behind(line: Line) -> str:
    shown = [comment(sample) for sample in line.samples]
    cut = [s if len(s) <= SAMPLE_LENGTH else s[: SAMPLE_LENGTH - 1] + "…" for s in shown]
    told = f"{line.level}: {', '.join(cut)}" if cut else line.level
    return f"{told}; {comment(line.note)}" if line.note else told


def _layout(shape: Shape) -> dict[str, Any]:
    """What the loader has to be told about the files of a shape."""
    first = shape.first
    told: dict[str, Any] = {}
    if first.sheet:
        told["sheet"] = first.sheet
    if first.encoding:
        told["encoding"] = first.encoding
    if first.header_row != (1,):
        told["header_row"] = first.header_row[0] if len(first.header_row) == 1 else first.header_row
    if first.footer_rows:
        told["footer_rows"] = first.footer_rows
    if shape.has_comma:
        told |= {"decimal": ",", "thousands": shape.thousands}
    return told


def _files(shape: Shape, base: str) -> list[str]:
    rows = [f"files = {value([base + pattern for pattern in shape.patterns])}"]
    return rows + [f"{key} = {value(told)}" for key, told in _layout(shape).items()]


def _join(shape: Shape, base: str) -> str:
    joined = shape.joined
    if joined is None:
        return ""
    own, other = shape.on
    on = own if shape.is_plain_join else f"source.{quoted(own)} = join1.{quoted(other)}"
    patterns = [base + pattern for pattern in joined.patterns]
    return value({"files": patterns, **_layout(joined), "on": on})
