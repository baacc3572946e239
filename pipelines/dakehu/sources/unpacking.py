"""Compressed files and members of archives into files that can be read, and what they hold."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import BadZipFile, ZipFile

from dakehu.source import SourceFile
from dakehu.sources.decoding import CHUNK_BYTES, LoadError


class Content(NamedTuple):
    """What a file holds: its length in bytes and the SHA-256; a member's are of its own bytes.

    Those of a query's result are of its rows as lines of JSON, in order.
    """

    length: int
    sha256: str


def contents(files: Iterable[SourceFile]) -> dict[SourceFile, Content]:
    """The content of every file, each read once.

    Raises:
        LoadError: an archive is damaged or needs a password.
    """
    found = {}
    for file, stream in _opened(files):
        sha256, length = hashlib.sha256(), 0
        with _named(file):
            while chunk := stream.read(CHUNK_BYTES):
                sha256.update(chunk)
                length += len(chunk)
        found[file] = Content(length, sha256.hexdigest())
    return found


def unpacked(files: dict[int, SourceFile], folder: Path) -> dict[int, Path]:
    """Each file itself, or a copy of what is packed in it under `folder` and its own last name.

    Only the last part of a member's name is used, so no archive can write elsewhere.

    Raises:
        LoadError: an archive is damaged, or needs a password.
    """
    orders = {file: order for order, file in files.items()}
    paths = {order: file.path for order, file in files.items()}
    packed = [f for f in orders if f.member or f.path.suffix.lower() == ".gz"]
    for file, stream in _opened(packed):
        target = folder / str(orders[file]) / Path(file.member or file.path.stem).name
        target.parent.mkdir(parents=True, exist_ok=True)
        with _named(file), target.open("wb") as sink:
            if file.member:
                shutil.copyfileobj(stream, sink, CHUNK_BYTES)
            else:
                with gzip.open(stream) as plain:
                    shutil.copyfileobj(plain, sink, CHUNK_BYTES)
        paths[orders[file]] = target
    return paths


def _opened(files: Iterable[SourceFile]) -> Generator[tuple[SourceFile, IO[bytes]]]:
    """Each file as a stream of bytes; an archive is opened once for all members in a row."""
    for path, group in groupby(files, key=lambda file: file.path):
        for file in group:
            with _named(file):
                archive = ZipFile(path) if file.member else None
            if archive is None:
                with path.open("rb") as stream:
                    yield file, stream
                continue
            with archive:
                for member in (file, *group):
                    with _named(member):
                        stream = archive.open(member.member)
                    with stream:
                        yield member, stream


@contextmanager
def _named(file: SourceFile) -> Generator[None]:
    """What goes wrong inside a packed file, as a sentence that names it."""
    try:
        yield
    except (BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LoadError(f"{file.label} is damaged: {error}; copy it again") from None
    except (RuntimeError, NotImplementedError) as error:  # what zipfile says of passwords
        raise LoadError(f"{file.label} cannot be unpacked: {error}") from None
    except OSError as error:
        raise LoadError(f"{file.label} cannot be read: {error.strerror}") from None
