"""What the bytes of a folder say, decoded as far as a curious reader could: to search for names."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from dakehu import bundle

ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
PACKED = re.compile(r"(?<!\d)(\d+) ([!-%'-;=-\[\]-~]{16,})")  # see bundle.packed
BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
WORD = re.compile(r"[0-9A-Za-z]+")
# A number is a code only where it stands as a text of its own, not among amounts; data-v is what a
# column is sorted by.
NUMBER = re.compile(r"""(?<!data-v=")(?<=["'>|/=])\d+(?=["'<|/&])""")
CELL = re.compile(r"(?:^|,)\"?(\d+)\"?(?=,|\r?$)", re.MULTILINE)
# Where a cell of a sheet stands, C10 is a place before it is anybody's code; and what a cell holds
# that is no text is an amount, or the number of a text that stands elsewhere.
PLACE = re.compile(rb' (?:r|ref|sqref|activeCell|topLeftCell)="[A-Z0-9:]+"')
AMOUNT = re.compile(rb'(<c(?![^>]*t="(?:str|inlineStr)")[^>]*>)<v>[^<]*</v>')
DEPTH = 4


def found_in(folder: Path, needles: Iterable[str]) -> dict[str, set[str]]:
    """Every needle that occurs in a file below `folder` or in the path of one, by that path.

    A code is searched as a word of its own, any other name wherever it stands.
    """
    wanted = set(needles) - {""}
    codes = {needle for needle in wanted if WORD.fullmatch(needle)}
    names = pl.Series([sorted(wanted - codes)], dtype=pl.List(pl.String))
    found: dict[str, set[str]] = {}
    paths, texts = [], []
    for path in sorted(folder.rglob("*")):
        shown = str(path.relative_to(folder))
        content = path.read_bytes() if path.is_file() else b""
        codes_in = _cells if path.suffix == ".csv" else _words
        for text, is_whole in [(shown, True), *_read(path.suffix, content, 0)]:
            paths.append(shown)
            texts.append(text)
            # Among bytes that are no text a short code stands by chance.
            found.setdefault(shown, set()).update(codes & codes_in(text) if is_whole else ())
    hits = pl.Series(texts).str.extract_many(names, overlapping=True)
    for path, names_there in zip(paths, hits, strict=True):
        found[path].update(names_there)
    return {path: there for path, there in found.items() if there}


def _words(text: str) -> set[str]:
    """The words of a text that may be codes; a number only where it is no amount."""
    return {word for word in WORD.findall(text) if not word.isdigit()} | {*NUMBER.findall(text)}


def _cells(text: str) -> set[str]:
    """As `_words`, of a table in text: a number is a code where it fills a cell."""
    return _words(text) | {*CELL.findall(text)}


def _read(suffix: str, content: bytes, depth: int) -> Iterator[tuple[str, bool]]:
    """Content as text, and whether it is one: as it stands, without escapes, and every layer."""
    if suffix == ".html":  # plotly.js is of the installed package, and most of every page
        content = content.replace(bundle.plotly().packed.encode(), b"")
    try:
        text = PACKED.sub("", content.decode("utf-8"))  # read below; by chance they spell codes
        yield from ((one, True) for one in {text, html.unescape(text), ESCAPED.sub(_letter, text)})
    except UnicodeDecodeError:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            yield content.decode(encoding, "ignore"), False
    if suffix == ".parquet":
        yield pl.read_parquet(io.BytesIO(content)).write_json(), True
    if depth < DEPTH:
        for name, inner in _layers(content):
            yield name, True
            yield from _read(Path(name).suffix, inner, depth + 1)


def _letter(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _layers(content: bytes) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                if member.startswith("xl/theme/"):  # colours, the same in every workbook
                    continue
                inner = archive.read(member)
                if member.endswith(".xml"):
                    inner = PLACE.sub(b"", AMOUNT.sub(rb"\1", inner))
                yield member, inner
        return
    if content.startswith(b"\x1f\x8b"):
        yield "", gzip.decompress(content)
        return
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):  # of a PDF
        try:
            yield "", zlib.decompress(stream)
        except zlib.error:
            continue
    for size, letters in PACKED.findall(content.decode("utf-8", "ignore")):
        try:
            yield "", gzip.decompress(_unpacked(letters)[: int(size)])
        except (OSError, EOFError, zlib.error, ValueError, IndexError):
            continue
    for run in BASE64.findall(content):
        try:
            inner = base64.b64decode(run[: len(run) // 4 * 4], validate=True)
        except binascii.Error:
            continue
        if inner.startswith(b"\x1f\x8b") or _is_text(inner):
            yield "", inner


def _unpacked(letters: str) -> bytes:
    """The bytes that `bundle.packed` wrote as these letters, and what filled the last of them."""
    places = np.full(128, -1)
    places[list(bundle.LETTERS)] = np.arange(len(bundle.LETTERS))
    digits = places[np.frombuffer(letters.encode("ascii"), np.uint8)].reshape(-1, 2)
    numbers = digits @ np.array([len(bundle.LETTERS), 1])
    bits = (numbers[:, None] >> np.arange(bundle.PAIR_BITS)[::-1]) & 1
    return np.packbits(bits.astype(np.uint8).ravel()).tobytes()


def _is_text(content: bytes) -> bool:
    try:
        return content.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
