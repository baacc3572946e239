"""Bytes of a text file into UTF-8, strictly: a byte that does not fit is an error."""

from __future__ import annotations

import codecs
import re
import shutil
from pathlib import Path
from typing import NamedTuple

CHUNK_BYTES = 1 << 20
BLANK_LINE = re.compile(rb"(\n\r?\n|\r\r)[^\r\n]")
ASCII = bytes(range(128))
# Several characters of three bytes and no other byte above ASCII: Chinese in UTF-8.
UTF_8_RUN = re.compile(
    rb"[\xe3-\xe9](?<![\x80-\xff].)[\x80-\xbf]{2}(?:[\xe3-\xe9][\x80-\xbf]{2})+(?![\x80-\xff])",
    re.DOTALL,
)
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class LoadError(RuntimeError):
    """A source cannot be read as the pipeline file says; one sentence says what and where."""


class Decoded(NamedTuple):
    """A file as UTF-8: `path` is the file itself or a copy, `encoding` what it was written in.

    `has_blank_lines` is true when an empty line stands before a line with text.
    """

    path: Path
    encoding: str
    has_blank_lines: bool


class _Text(NamedTuple):
    """What a pass over a file's characters found out about its lines."""

    has_blank_lines: bool
    is_mixed: bool


def decode(path: Path, told: str | None, copy: Path) -> Decoded:
    """The file in UTF-8, transcoded into `copy` when it is written in something else.

    A byte order mark decides; else the encoding that was `told`; else UTF-8, and where that does
    not fit GB18030, if the text looks it. Western code pages fit any bytes, so they have to be
    told. A file that mixes line ends (Windows exports with line feeds inside cells) is copied with
    one kind.

    Raises:
        LoadError: the file is empty, or fits none of the encodings.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        raise LoadError(f"{path.name} is empty (0 bytes): export it again")
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    # Without a mark it is what Windows calls Unicode.
    known = marked or ("utf-16-le" if told == "utf-16" else told)
    candidates = [known] if known else ["utf-8", "gb18030"]
    faults = []
    for encoding in candidates:
        found = _read_through(path, encoding)
        if isinstance(found, str):
            faults.append(found)
        elif encoding == "gb18030" and not known and _fits_by_chance(path):
            faults.append("gb18030 fits it by chance (a Western page, Big5, several mixed?)")
        elif encoding in ("utf-8", "utf-8-sig") and not found.is_mixed:
            return Decoded(path, encoding, found.has_blank_lines)
        else:
            with path.open(encoding=encoding) as text, copy.open("w", encoding="utf-8") as sink:
                shutil.copyfileobj(text, sink, CHUNK_BYTES)
            return Decoded(copy, encoding, found.has_blank_lines)
    raise LoadError(
        f"{path.name}: {'; '.join(dict.fromkeys(faults))}; "
        "save it as UTF-8, or set `encoding` in its [[source]]"
    )


def _read_through(path: Path, encoding: str) -> _Text | str:
    """Decode every byte; returns what the lines are like, or the first fault."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = pairs = feeds = returns = 0
    has_blank_lines, tail = False, b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                offset = max(done - len(decoder.getstate()[0]), 0) + error.start
                line = feeds + chunk[: error.start].count(b"\n") + 1
                return f"byte {offset} (line {line}) is not {encoding}"
            if "\0" in text:
                line = feeds + text[: text.index("\0")].count("\n") + 1
                return f"line {line} holds a NUL (a damaged file, or UTF-16 that has no mark?)"
            done += len(chunk)
            # In all encodings but UTF-16 these bytes are line ends and nothing else; counting
            # bytes is several times as fast as counting characters.
            seen = text.encode() if encoding.startswith("utf-16") else chunk
            feeds += seen.count(b"\n")
            if b"\r" in seen or tail.endswith(b"\r"):
                pairs += (tail[-1:] + seen).count(b"\r\n")
                returns += seen.count(b"\r")
            near = tail + seen[:3]
            some = b"\n\n" in seen or b"\r" in seen
            has_blank_lines = has_blank_lines or bool(
                BLANK_LINE.search(near) or (some and BLANK_LINE.search(seen))
            )
            tail = near[-3:] if len(seen) < 3 else seen[-3:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return f"the last character is cut off in {encoding}"
    return _Text(has_blank_lines, (pairs > 0) + (feeds > pairs) + (returns > pairs) > 1)


def _fits_by_chance(path: Path) -> bool:
    """Whether a file that decodes as GB18030 was hardly written in it.

    The second byte of a Chinese character is seldom an ASCII letter; behind the accented letters of
    a Western page it nearly always is, and in Big5 four times in ten. And GB18030 hardly ever makes
    runs of bytes that are UTF-8, as a file has that was put together out of both.
    """
    decoder = codecs.getincrementaldecoder("gb18030")()
    high = characters = utf_8 = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            high += len(chunk.translate(None, ASCII))
            characters += len(text) - len(text.encode("ascii", "ignore"))
            utf_8 += sum(map(len, UTF_8_RUN.findall(chunk)))
    return 2 * characters - high > characters / 4 or utf_8 > high / 100
