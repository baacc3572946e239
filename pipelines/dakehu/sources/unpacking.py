"""Compressed files and members of archives into files that can be read."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from dakehu.source import SourceFile
from dakehu.sources.decoding import CHUNK_BYTES, LoadError


def unpacked(file: SourceFile, folder: Path) -> Path:
    """The file itself, or a copy of what is packed in it, in `folder` and under its own last name.

    Only the last part of a member's name is used, so no archive can write elsewhere.

    Raises:
        LoadError: the archive is damaged, or needs a password.
    """
    is_gzip = file.path.suffix.lower() == ".gz"
    if not file.member and not is_gzip:
        return file.path
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(file.member).name if file.member else file.path.stem)
    try:
        with target.open("wb") as sink:
            if is_gzip:
                with gzip.open(file.path) as packed:
                    shutil.copyfileobj(packed, sink, CHUNK_BYTES)
            else:
                with ZipFile(file.path) as archive, archive.open(file.member) as packed:
                    shutil.copyfileobj(packed, sink, CHUNK_BYTES)
    except (BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LoadError(f"{file.label} is damaged: {error}; copy it again") from None
    except (RuntimeError, NotImplementedError) as error:  # what zipfile says of passwords
        raise LoadError(f"{file.label} cannot be unpacked: {error}") from None
    return target


def digest(file: SourceFile) -> tuple[int, str]:
    """The length in bytes and the SHA-256 of the content; a member's is that of its own bytes."""
    if not file.member:
        with file.path.open("rb") as stream:
            return file.path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()
    with ZipFile(file.path) as archive, archive.open(file.member) as packed:
        content = hashlib.sha256()
        length = 0
        while chunk := packed.read(CHUNK_BYTES):
            content.update(chunk)
            length += len(chunk)
        return length, content.hexdigest()
