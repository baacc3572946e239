"""Where runs leave their work: a directory per run, moved into place whole, and a log.

A run writes below `.run-<id>/`. When every page that it can deliver is complete, `work` is renamed
to `ready`: from then on the run counts as published, and whoever comes next finishes moving it and
writing down how it went. Before that moment nothing that a reader can see has changed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any

SOCKETS = "sockets"  # in the folder of a notebook: leads to that of its kernel's sockets
# Room on the disk that a run gives up to say how it ended when there is no other.
RESERVE_BYTES = 2 * 2**20
PLACED_LATE = {"reason": "ended when its pages were whole; the next run put them in place"}


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
    def locked(self, run_id: str) -> Generator[None]:
        """Hold the pipeline's lock; the operating system frees it however the run ends.

        Raises:
            AlreadyRunning: somebody else holds it; the sentence says who, and since when.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(self._busy()) from None
            lock.truncate(0)
            since = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}"
            with suppress(OSError):  # a full disk must not keep a run from saying that it is full
                json.dump({"pid": os.getpid(), "since": since, "run_id": run_id}, lock)
                lock.flush()
                self._reserve()
            yield

    def at_work(self) -> str:
        """The id of the run that holds the lock now, "" for none."""
        try:
            with (self.folder / ".lock").open(encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._holder().get("run_id", "")
        except FileNotFoundError:
            return ""
        return ""

    def _busy(self) -> str:
        pid, since = (self._holder().get(key, "unknown") for key in ("pid", "since"))
        return (
            f"{self.folder.name} is already at work: process {pid}, since {since}; wait for it to "
            f"end (`tail --pid={pid} -f /dev/null`); its output: {self.folder}"
        )

    def _holder(self) -> dict[str, Any]:
        try:
            return json.loads((self.folder / ".lock").read_text("utf-8"))
        except ValueError:  # it has just begun, or found no room to say so
            return {}

    def begin(self, run_id: str) -> Path:
        """An empty directory; what a run puts there, below a dated folder, is what it publishes."""
        work = self._of(run_id) / "work"
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

    def publish(self, record: dict[str, Any]) -> None:
        """Put all that a run has under `work` in place of what stood at the same path.

        `record` is what is known of the run, for the history, by its `run_id`.
        """
        run = self._of(record["run_id"])
        (run / "record.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        (run / "replaced").mkdir()
        for path in (run / "record.json", *(run / "work").rglob("*")):
            if path.is_file():
                _sync(path)
        (run / "work").rename(run / "ready")
        _sync(run)
        self._place(run)
        self.note(record)
        _drop(run)

    def discard(self, run_id: str) -> None:
        """Drop what a run has written and not published."""
        run = self._of(run_id)
        # A kernel that lost its parent notices within a second, and may write until then.
        for pause in (0.0, *[0.2] * 25):
            time.sleep(pause)
            if not run.exists() or _is_published(run):  # then the next run places what is left
                return
            _drop(run)

    def recover(self) -> None:
        """Finish what a killed run had ready, drop what it had not."""
        for run in sorted(self.folder.glob(".run-*")):
            if _is_published(run):
                record = json.loads((run / "record.json").read_text("utf-8"))
                self._place(run)
                # How it ended is known, if only that it never said.
                self.note({key: record[key] for key in record if key != "status"} | PLACED_LATE)
            _drop(run)

    def _place(self, run: Path) -> None:
        ready, replaced = run / "ready", run / "replaced"
        for dated in sorted(ready.glob("*")):
            target = self.folder / dated.name
            target.mkdir(exist_ok=True)
            for item in sorted(dated.iterdir()):
                if item.suffix == ".html" and not (dated / item.with_suffix(".pdf").name).exists():
                    # A page made without a PDF does not stand beside that of the page before.
                    (target / item.name).with_suffix(".pdf").unlink(missing_ok=True)
                if item.is_dir() and (target / item.name).exists():
                    (target / item.name).rename(replaced / f"{dated.name}-{item.name}")
                item.replace(target / item.name)
            _sync(target)

    def _of(self, run_id: str) -> Path:
        return self.folder / f".run-{run_id}"

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

        def append() -> None:
            with (self.folder / "history.jsonl").open("a", encoding="utf-8") as log:
                # The line break before it keeps a record whole behind one that was cut short.
                log.write("\n" + json.dumps(record, ensure_ascii=False) + "\n")
                log.flush()
                os.fsync(log.fileno())

        self._written(append)

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

        def write() -> None:
            temporary.write_text(html, "utf-8")
            _sync(temporary)
            temporary.replace(self.portal)

        self._written(write)

    def _reserve(self) -> None:
        """Keep room on the disk, so that a run can say that it is full."""
        with (self.folder / ".reserve").open("ab") as reserve:
            os.posix_fallocate(reserve.fileno(), 0, RESERVE_BYTES)

    def _written(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            if error.errno not in (ENOSPC, EDQUOT):
                raise
            (self.folder / ".reserve").unlink(missing_ok=True)
            write()


def _is_published(run: Path) -> bool:
    """Whether the run came to the renaming of its work; its record is the last thing to go."""
    return (run / "record.json").exists() and not (run / "work").exists()


def _drop(run: Path) -> None:
    # Before anything else of a run that was not published goes, what could make it look so.
    if _is_published(run):
        for part in ("ready", "replaced"):
            shutil.rmtree(run / part, ignore_errors=True)
    (run / "record.json").unlink(missing_ok=True)
    for link in run.glob(f"scratch/*/{SOCKETS}"):
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(run, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
