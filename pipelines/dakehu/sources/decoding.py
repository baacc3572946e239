"""Bytes of a text file into UTF-8, strictly: a byte that does not fit is an error."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import NamedTuple

CHUNK_BYTES = 1 << 20
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class LoadError(RuntimeError):
    """A source cannot be read as the pipeline file says; one sentence says what and where."""


class Decoded(NamedTuple):
    """A file as UTF-8: `path` is the file itself or a copy, `encoding` what it was written in."""

    path: Path
    encoding: str


def decode(path: Path, told: str | None, copy: Path) -> Decoded:
    """The file in UTF-8, transcoded into `copy` when it is written in something else.

    A byte order mark decides; else the encoding that was `told`; else UTF-8, and where that does
    not fit GB18030. Western code pages fit any bytes, so they have to be told.

    Raises:
        LoadError: the file is empty, or fits none of the encodings.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        raise LoadError(f"{path.name} is empty (0 bytes): export it again")
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)
    known = marked or told
    candidates = [known] if known else ["utf-8", "gb18030"]
    faults = []
    for encoding in candidates:
        target = None if encoding in ("utf-8", "utf-8-sig") else copy
        fault = _transcode(path, encoding, target)
        if fault is None:
            return Decoded(target or path, encoding)
        faults.append(fault)
    raise LoadError(f"{path.name}: {'; '.join(faults)}; set `encoding` in its [[source]]")


def _transcode(path: Path, encoding: str, target: Path | None) -> str | None:
    """Decode every byte, writing UTF-8 to `target` if given; returns the first fault or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = lines = 0
    sink = target.open("w", encoding="utf-8", newline="") if target else None
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                try:
                    text = decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    offset = max(done - len(decoder.getstate()[0]), 0) + error.start
                    line = lines + chunk[: error.start].count(b"\n") + 1
                    return f"byte {offset} (line {line}) is not {encoding}"
                if sink:
                    sink.write(text)
                done += len(chunk)
                lines += chunk.count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return f"the last character is cut off in {encoding}"
        return None
    finally:
        if sink:
            sink.close()
