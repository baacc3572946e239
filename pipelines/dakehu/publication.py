"""Where runs leave their work: a directory per run, moved into place whole, and a log.

A run writes below `.run-<id>/`. When every page that it can deliver is complete, `work` is renamed
to `ready`: from then on the run counts as published, and whoever comes next finishes moving it.
Before that moment nothing that a reader can see has changed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class AlreadyRunning(RuntimeError):
    """Another run of the same pipeline holds the lock."""


@dataclass(frozen=True)
class Publication:
    """The output folder of one pipeline, `reports/out/<pipeline>/`."""

    folder: Path

    @property
    def portal(self) -> Path:
        """The page that leads to every report."""
        return self.folder / "index.html"

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the pipeline's lock; the operating system frees it however the run ends.

        Raises:
            AlreadyRunning: somebody else holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(
                    "a run of this pipeline is already at work; wait for it to end "
                    f"(its output: {self.folder})"
                ) from None
            yield

    def begin(self, run_id: str) -> Path:
        """An empty directory; what a run puts there, below a dated folder, is what it publishes."""
        work = self.folder / f".run-{run_id}" / "work"
        work.mkdir(parents=True)
        return work

    def keep_failed(self, report: str, notebook: Path) -> Path:
        """Keep the notebook of a failed report, and its log, for a person to look at."""
        kept = self.folder / "failed" / f"{report}.ipynb"
        with suppress(OSError):  # it is a courtesy: a full disk must not turn it into a new failure
            kept.parent.mkdir(exist_ok=True)
            shutil.copyfile(notebook, kept)
            shutil.copyfile(notebook.with_suffix(".log"), kept.with_suffix(".log"))
        return kept

    def publish(self, run_id: str) -> None:
        """Put everything under the run's `work` in place of what stood at the same path."""
        run = self.folder / f".run-{run_id}"
        for path in (run / "work").rglob("*"):
            if path.is_file():
                _sync(path)
        (run / "work").rename(run / "ready")
        _sync(run)
        self._place(run)

    def discard(self, run_id: str) -> None:
        """Drop what a run has written and not published."""
        run = self.folder / f".run-{run_id}"
        # A kernel that lost its parent notices within a second, and may write until then.
        for pause in (0.0, *[0.2] * 25):
            time.sleep(pause)
            shutil.rmtree(run, ignore_errors=True)
            if not run.exists():
                return

    def recover(self) -> None:
        """Finish what a killed run had ready, drop what it had not."""
        for run in sorted(self.folder.glob(".run-*")):
            self._place(run)

    def _place(self, run: Path) -> None:
        ready, replaced = run / "ready", run / "replaced"
        if ready.is_dir():
            replaced.mkdir(exist_ok=True)
            for dated in sorted(ready.iterdir()):
                target = self.folder / dated.name
                target.mkdir(exist_ok=True)
                for item in sorted(dated.iterdir()):
                    if (
                        item.suffix == ".html"
                        and not (dated / item.with_suffix(".pdf").name).exists()
                    ):
                        # A page made without a PDF does not stand beside that of the page before.
                        (target / item.name).with_suffix(".pdf").unlink(missing_ok=True)
                    if item.is_dir() and (target / item.name).exists():
                        (target / item.name).rename(replaced / f"{dated.name}-{item.name}")
                    item.replace(target / item.name)
                _sync(target)
        shutil.rmtree(run, ignore_errors=True)

    def history(self) -> list[dict[str, Any]]:
        """Every run ever started, oldest first; one that never reported its end was killed."""
        path = self.folder / "history.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        runs: dict[str, dict[str, Any]] = {}
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:  # empty, or cut short by a full disk
                continue
            runs[record["run_id"]] = runs.get(record["run_id"], {}) | record
        return list(runs.values())

    def note(self, record: dict[str, Any]) -> None:
        """Append what is known of a run; a later record of the same `run_id` completes it."""
        with (self.folder / "history.jsonl").open("a", encoding="utf-8") as log:
            # The line break before it keeps a record whole behind one that a full disk cut short.
            log.write("\n" + json.dumps(record, ensure_ascii=False) + "\n")
            log.flush()
            os.fsync(log.fileno())

    def earlier(self, report: str, as_of: str) -> Path | None:
        """The tables of the last good run of `report` that spoke as of a date before `as_of`."""
        dates = [
            record["as_of"]
            for record in self.history()
            if record.get("reports", {}).get(report, {}).get("status") == "ok"
            and record["as_of"] < as_of
        ]
        return self.folder / max(dates) / report if dates else None

    def known_reports(self, as_of: str) -> dict[str, Any]:
        """What the last manifest of this date says of its reports."""
        manifest = self.folder / as_of / "run.json"
        return json.loads(manifest.read_text("utf-8"))["reports"] if manifest.exists() else {}

    def write_portal(self, html: str) -> None:
        """Replace the portal in one step."""
        temporary = self.portal.with_suffix(".tmp")
        temporary.write_text(html, "utf-8")
        _sync(temporary)
        temporary.replace(self.portal)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
