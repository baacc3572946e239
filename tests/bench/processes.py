"""What the processes of a command hold of the memory, looked at while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PAUSE = 0.02  # seconds between two looks


def resident(process: int) -> Iterator[tuple[str, float]]:
    """What a process and each of its descendants are, and the GiB that they hold now."""
    folder = Path(f"/proc/{process}")
    try:
        command = (folder / "cmdline").read_text()
        pages = int((folder / "statm").read_text().split()[1])
        children = " ".join(path.read_text() for path in folder.glob("task/*/children")).split()
    except (OSError, IndexError):  # ended while we looked
        return
    kinds = {"ipykernel": "kernel", "multiprocessing": "papermill"}
    yield (
        next((kind for word, kind in kinds.items() if word in command), "dakehu"),
        pages * os.sysconf("SC_PAGE_SIZE") / 2**30,
    )
    for child in children:
        yield from resident(int(child))
