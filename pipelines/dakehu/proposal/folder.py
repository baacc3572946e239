"""What lies in a folder: files and members of archives, each as a file that can be opened."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dakehu.sources.decoding import LoadError
from dakehu.sources.formats import SUFFIXES


@dataclass(frozen=True)
class Item:
    """A file of the folder or a member of an archive in it.

    `shown` is its name for people and for patterns, relative to the folder; `content` the file
    that holds its bytes, unpacked where need be; `modified` when the file was written.
    """

    shown: str
    content: Path
    kind: str
    modified: float


def items(folder: Path, scratch: Path) -> Iterator[Item | LoadError]:
    """Every table-like file under `folder` in order of name; a broken archive as its error.

    Hidden files and those of other kinds (notes, pictures, pipeline files) are passed over.
    """
    for number, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file())):
        shown = path.relative_to(folder).as_posix()
        if any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts):
            continue
        room = scratch / str(number)
        try:
            yield from _unpacked(path, shown, room)
        except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            yield LoadError(f"{shown} cannot be unpacked: {str(error).splitlines()[0]}")


def _unpacked(path: Path, shown: str, room: Path) -> Iterator[Item]:
    modified = path.stat().st_mtime
    if path.suffix.lower() == ".gz":
        if kind := _kind(path.stem):
            with gzip.open(path) as packed:
                yield Item(shown, _copy(packed, room, path.stem), kind, modified)
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for number, member in enumerate(sorted(archive.infolist(), key=lambda m: m.filename)):
                name = PurePosixPath(member.filename).name
                if (kind := _kind(name)) and not name.startswith(".") and not member.is_dir():
                    with archive.open(member) as packed:
                        content = _copy(packed, room / str(number), name)
                    yield Item(f"{shown}/{member.filename}", content, kind, modified)
    elif kind := _kind(path.name):
        yield Item(shown, path, kind, modified)


def _kind(name: str) -> str | None:
    return SUFFIXES.get(PurePosixPath(name).suffix.lower())


def _copy(packed: object, room: Path, name: str) -> Path:
    room.mkdir(parents=True)
    target = room / f"unpacked{PurePosixPath(name).suffix.lower()}"  # a member's name is no path
    with target.open("wb") as sink:
        shutil.copyfileobj(packed, sink)  # ty: ignore[invalid-argument-type]
    return target
