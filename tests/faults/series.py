"""One scheduled run after another, each with a fault or with none, and the judge of all of them."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import polars as pl
from growing import FIRST_DAY, REPORT, Growing
from surroundings import Sink, descendants, processes_of

from dakehu.publication import Publication
from dakehu.warehouse import open_readonly

NOBODY = "json://127.0.0.1:9/"  # the port of no service
SAYS = {
    "ok": "published",
    "unchanged": "nothing had changed",
    "failed": "failed",
    "refused": "refused by a data check",
    "interrupted": "interrupted",
    "killed": "killed",
}
STATUS = {1: "failed", 3: "refused", 130: "interrupted", -signal.SIGKILL: "killed"}
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"


class Ended(NamedTuple):
    """How a run ended: its exit code and what it said on standard error."""

    code: int
    errors: str


class Series:
    """Scheduled runs of a growing company on a disk of its own."""

    def __init__(self, company: Growing, sink: Sink, *, has_own_disk: bool) -> None:
        self.company, self.sink, self.has_own_disk = company, sink, has_own_disk
        self.luck = company.luck
        self.publication = Publication(company.published)
        self.span = 5.0  # seconds of the last run that nothing happened to
        self.statuses: list[str] = []  # of every run that came to write down its start, in truth
        self.tally: Counter[str] = Counter()
        self.pages: dict[str, bytes] = {}

    # What can happen to a run. Each gives how the run ended.

    def nothing(self, **named: Any) -> Ended:
        began = time.perf_counter()
        ended = self._ended(self._start(**named))
        self.span = time.perf_counter() - began
        assert ended.code == 0, ended
        return ended

    def nothing_new(self) -> Ended:
        for path in (self.company.folder / "drop").iterdir():
            path.touch()
        return self._ended(self._start())

    def killed(self) -> Ended:
        return self._struck(lambda process: process.send_signal(signal.SIGKILL))

    def killed_with_all_its_processes(self) -> Ended:
        return self._struck(lambda process: os.killpg(process.pid, signal.SIGKILL))

    def stopped(self) -> Ended:
        return self._struck(lambda process: process.send_signal(signal.SIGTERM))

    def a_process_killed(self) -> Ended:
        def strike(process: subprocess.Popen[str]) -> None:
            if found := list(descendants(process.pid)):
                os.kill(self.luck.choice(found), signal.SIGKILL)

        return self._struck(strike)

    def full_disk(self) -> Ended:
        if not self.has_own_disk:  # no file may grow beyond this: the nearest that anybody may ask
            size = self.luck.randrange(10_000, 4_000_000)
            limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
            return self._ended(self._start(preexec_fn=limit))
        disk = self.company.folder / "disk"
        left = self.luck.randrange(12_000_000)
        (disk / "filler").write_bytes(bytes(max(0, shutil.disk_usage(disk).free - left)))
        ended = self._ended(self._start())
        (disk / "filler").unlink()
        return ended

    def broken_file(self) -> Ended:
        path = self.company.folder / "drop" / max(self.company.exports)
        whole = path.read_bytes()
        broken = (b"", b"\x00\xff" * 500, whole.replace(b"amount", b"value", 1))
        path.write_bytes(self.luck.choice(broken))
        ended = self._ended(self._start())
        path.write_bytes(whole)
        assert ended.code == 3, ended
        assert path.name in ended.errors
        return ended

    def two_at_once(self) -> Ended:
        first = self._start()
        while not self.publication.at_work():
            time.sleep(0.02)
        second = self._ended(self._start())
        assert second.code == 4, second
        assert f"growing is already at work: process {first.pid}, since 20" in second.errors
        return self._ended(first)

    def locked_warehouse(self) -> Ended:
        command = [sys.executable, "-c", HOLD, str(self.company.warehouse)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            ended = self.nothing()
            holder.communicate("\n")
        return ended

    def clock_jump(self) -> Ended:
        return self.nothing(days_ahead=self.luck.choice((-1, 1)) * self.luck.randint(1, 4000))

    def back_run(self) -> Ended:
        day = FIRST_DAY + timedelta(days=self.luck.randint(0, self.company.days))
        return self.nothing(as_of=day.isoformat())

    def nobody_to_be_told(self) -> Ended:
        ended = self._ended(self._start(TOLD=NOBODY))
        assert ended.code == 0, ended
        assert "nobody could be told" in ended.errors
        return ended

    @property
    def faults(self) -> list[Callable[[], Ended]]:
        return [
            self.nothing, self.killed, self.killed_with_all_its_processes, self.a_process_killed,
            self.stopped, self.full_disk, self.broken_file, self.two_at_once, self.locked_warehouse,
            self.clock_jump, self.back_run, self.nobody_to_be_told, self.nothing_new,
        ]  # fmt: skip

    def _start(self, as_of: str = "", **named: Any) -> subprocess.Popen[str]:
        options = ("--as-of", as_of) if as_of else ()
        return self.company.start(*options, **{"TOLD": self.sink.url} | named)

    def _ended(self, process: subprocess.Popen[str]) -> Ended:
        _, errors = process.communicate()
        return Ended(process.returncode, errors)

    def _struck(self, strike: Callable[[subprocess.Popen[str]], None]) -> Ended:
        process = self._start()
        time.sleep(self.luck.uniform(0, 1.1 * self.span))
        if process.poll() is None:
            strike(process)
        return self._ended(process)

    # The judge.

    def run(self, fault: Callable[[], Ended]) -> None:
        """One run, and whether all that it left is true and whole."""
        if fault != self.nothing_new:
            self.company.grow()
        ended = fault()
        what = f"{fault.__name__}, run {len(self.statuses) + 1}: {ended}"
        assert "Traceback" not in ended.errors, what
        while processes_of(self.company.folder):  # each ends by itself, or this does not end
            time.sleep(0.1)
        status = self._status(ended, what)
        self.tally[f"{fault.__name__}: {status}"] += 1
        before, self.pages = self.pages, self._published()
        for name, page in self.pages.items():
            assert page.rstrip().endswith(b"</html>"), (name, what)
        if ended.code < 0:  # the next run finds it, and says so
            return
        assert self._portal() == [SAYS[status] for status in reversed(self.statuses)], what
        assert list(self.company.published.glob(".run-*")) == [], what
        self._stands_whole(what)
        if status in ("ok", "unchanged"):
            self._speaks_of_every_file(what)
            assert (self.pages == before) == (status == "unchanged"), what

    def _status(self, ended: Ended, what: str) -> str:
        """What the history says of the last run; it is what the exit code said, and no other."""
        history = self.publication.history()
        if len(history) == len(self.statuses) and ended.code < 0:
            return "struck before it began"
        assert len(history) == len(self.statuses) + 1, what
        found = history[-1]["status"]
        if ended.code == 0 or (ended.code < 0 and found != "killed"):  # struck when it had ended
            assert found in ("ok", "unchanged"), what
        else:
            assert found == STATUS[ended.code], what
        self.statuses.append(found)
        assert [run["status"] for run in history] == self.statuses, what
        return found

    def _published(self) -> dict[str, bytes]:
        """Every page that a reader can open, the portal apart."""
        folder = self.company.published
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("20*/*.html")
        }

    def _portal(self) -> list[str]:
        """The outcomes that the portal lists, as a reader sees them."""
        html = self.publication.portal.read_text("utf-8")
        english = html[html.index('id="edition-en"') :]
        rows = re.findall(r'<td class="state (?:good|bad)">([a-z ]+)', english)
        return [row.strip() for row in rows]

    def _stands_whole(self, what: str) -> None:
        """Pages, tables and manifest of each date come from one run and say the same."""
        for manifest in self.company.published.glob("20*/run.json"):
            known = json.loads(manifest.read_text("utf-8"))
            entry, folder = known["reports"][REPORT], manifest.parent
            assert entry["status"] == "ok", what
            files = pl.read_parquet(folder / REPORT / "files.parquet")
            assert sum(i["rows"] for i in known["inputs"]) == files["rows"].sum(), what
            for language in ("zh", "en"):
                page = (folder / f"{REPORT}.{language}.html").read_text("utf-8")
                assert entry["run_id"] in page, what
                for name in ("rows", "loaded", "rejected", "amount_loaded"):
                    assert f"{name}={files[name].sum()};" in page, (name, what)

    def _speaks_of_every_file(self, what: str) -> None:
        """The last run's pages and warehouse hold each line of each file in the folder."""
        day = self.publication.history()[-1]["as_of"]
        page = self.pages[f"{day}/{REPORT}.zh.html"].decode()
        for name, value in self.company.sums.items():
            assert f"{name}={value};" in page, (name, what)
        with open_readonly(self.company.warehouse) as connection:
            found = connection.execute(
                "select parse_filename(file), rows, loaded, rejected, amount_loaded "
                "from mart_data_quality__sources order by file"
            ).fetchall()
            (stored,) = connection.execute("select count(*) from loaded.order_lines").fetchall()[0]
        exports = self.company.exports.values()
        assert found == [(e.name, e.good + e.bad, e.good, e.bad, e.amount) for e in exports], what
        assert stored == sum(export.good for export in exports), what

    @property
    def told(self) -> str:
        """What came of each fault, and how much the folder held in the end."""
        sums = self.company.sums
        by_fault = ", ".join(f"{name} {count}" for name, count in sorted(self.tally.items()))
        return (
            f"{by_fault}; {len(self.company.exports)} files, {sums['rows']} lines = "
            f"{sums['loaded']} loaded + {sums['rejected']} rejected; {self.sink.messages} messages"
        )
