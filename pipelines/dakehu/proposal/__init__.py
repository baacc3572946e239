"""A pipeline file proposed from a folder of exports: what it knows, how sure, and what it asks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from dakehu.proposal.plan import plan
from dakehu.proposal.shapes import shapes
from dakehu.proposal.writing import document, name_of
from dakehu.sources.decoding import LoadError

__all__ = ["name_of", "propose"]


def propose(folder: Path, target: Path) -> str:
    """The text of a pipeline file for the exports in `folder`, to be saved as `target`.

    Raises:
        LoadError: the folder holds nothing that can be read as a table.
    """
    if not folder.is_dir():
        raise LoadError(f"{folder} is no folder; give the one that holds the exports")
    with TemporaryDirectory() as scratch:
        found, complaints = shapes(folder, Path(scratch))
        if not found:
            reason = f": {complaints[0]}" if complaints else ""
            raise LoadError(f"{folder} holds no table that can be read{reason}")
        feeds = plan(found)
        used = {member.shown for feed in feeds for s in (feed.shape, feed.shape.joined) if s
                for member in s.members}  # fmt: skip
        unused = [
            f"{shape.shown} ({', '.join(shape.headings[:6])})"
            for shape in found
            if shape.first.shown not in used
        ]
        return document(feeds, unused + complaints, folder, target)
