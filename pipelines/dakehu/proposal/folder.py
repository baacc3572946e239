"""What lies in a folder: files and members of archives, each as a file that can be opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dakehu.pipeline import PipelineError, listed
from dakehu.source import Format, SourceFile
from dakehu.sources.decoding import LoadError
from dakehu.sources.formats import SUFFIXES
from dakehu.sources.unpacking import unpacked


@dataclass(frozen=True)
class Item:
    """A file of the folder or a member of an archive in it.

    `shown` is its name for people and for patterns, relative to the folder; `content` the file
    that holds its bytes, unpacked where need be.
    """

    shown: str
    content: Path
    kind: Format


def items(folder: Path, scratch: Path) -> Iterator[Item | LoadError]:
    """Every table-like file under `folder` in order of name; a broken archive as its error.

    Hidden files and those of other kinds (notes, pictures, pipeline files) are passed over.
    """
    number = 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        label = path.relative_to(folder).as_posix()
        if _is_hidden(label):
            continue
        try:
            found = listed(path, label)
        except PipelineError as error:
            yield LoadError(str(error))
            continue
        for file in found:
            if (kind := _kind(file)) and not _is_hidden(file.member):
                number += 1
                try:
                    yield Item(file.label, unpacked({number: file}, scratch)[number], kind)
                except LoadError as error:
                    yield error


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "~$")) for part in PurePosixPath(name).parts)


def _kind(file: SourceFile) -> Format | None:
    name = PurePosixPath(file.member or file.path.name)
    is_packed = not file.member and name.suffix.lower() == ".gz"
    return SUFFIXES.get(PurePosixPath(name.stem if is_packed else name).suffix.lower())
