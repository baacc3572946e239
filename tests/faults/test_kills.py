"""Killed by SIGKILL at any moment: the old or the new warehouse and pages, whole, every time."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import nursery
import pytest

from dakehu.publication import Publication
from dakehu.reading import sources
from dakehu.warehouse import open_readonly
from small_company import HEAD, HEADER, orders

pytestmark = pytest.mark.slow

KILLS, PAGE_KILLS, SIDE_BY_SIDE = 300, 60, 2
LINES = 600
# Which months each version of the company's files has, and by what its amounts are multiplied.
VERSIONS = {"a": {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, "b": {1: 1, 3: 7, 4: 1, 5: 1, 6: 1}}
OTHER = {"a": "b", "b": "a"}


class Life(NamedTuple):
    """How a child fared: when it entered each phase, when it ended, whether it was killed."""

    entered: dict[str, float]
    ended: float
    is_killed: bool

    @property
    def spans(self) -> dict[str, float]:
        """The seconds that it spent in each phase."""
        ends = [*list(self.entered.values())[1:], self.ended]
        return {
            phase: end - self.entered[phase] for phase, end in zip(self.entered, ends, strict=True)
        }


Bear = Callable[..., Life]


@contextmanager
def bearing() -> Iterator[Bear]:
    """Has a child do an act of the nursery, and kills it where that is asked for."""
    command = [sys.executable, nursery.__file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def bear(act: str, folder: Path, name: str, phase: str = "", delay: float = 0.0) -> Life:
            orders.write(json.dumps([act, str(folder), name, phase, delay]) + "\n")
            orders.flush()
            answer = json.loads(answers.readline())
            assert answer["code"] in (0, -9), f"the child at {act} {name} failed"
            return Life(answer["entered"], answer["ended"], answer["code"] == -9)

        yield bear


def moments(
    luck: random.Random, lives: list[Life], count: int, dense: tuple[str, ...]
) -> list[tuple[str, float]]:
    """Random moments of an act as (phase, seconds into it), in random order.

    Two thirds lie uniformly over its whole duration, one third in its `dense` phases. The quickest
    life is the measure, so that few come too late.
    """
    spans = {phase: min(life.spans[phase] for life in lives) for phase in lives[0].entered}
    phases = luck.choices(list(spans), list(spans.values()), k=count - count // 3)
    phases += luck.choices(dense, k=count // 3)
    luck.shuffle(phases)
    return [(phase, luck.uniform(0, spans[phase])) for phase in phases]


class Tally:
    """Kills by the phase that they struck, how many of them left the new state, how many missed."""

    def __init__(self, *parts: Tally) -> None:
        self.struck: Counter[str] = sum((part.struck for part in parts), Counter())
        self.new: Counter[str] = sum((part.new for part in parts), Counter())
        self.late = sum(part.late for part in parts)

    def count(self, life: Life, is_new: bool) -> None:
        if not life.is_killed:
            assert is_new
            self.late += 1
            return
        phase = list(life.entered)[-1]
        self.struck[phase] += 1
        self.new[phase] += is_new

    def told(self, phases: Iterable[str]) -> str:
        struck, new = self.struck.total(), self.new.total()
        listed = ", ".join(f"{phase} {self.struck[phase]}" for phase in phases)
        return f"old whole {struck - new}, new whole {new} (struck in {listed}; {self.late} missed)"


def holdings(path: Path) -> dict[str, tuple[int, int]]:
    """Of every table: its rows, and the sum of their hashes."""
    with open_readonly(path) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal"
        ).fetchall()
        found = connection.execute(
            " union all ".join(
                f"select '{name}', count(*), sum(hash(*columns(lambda c: c <> 'load_id'))) "
                f"from {name}"
                for (name,) in names
            )
        ).fetchall()
    return {name: (count, total) for name, count, total in found}


class Company:
    """A folder whose files are now of one version, now of the other; the warehouse follows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "published" / "w.duckdb"
        folder.mkdir()
        (folder / "small.toml").write_text(HEAD + orders("now/*.csv"), "utf-8")
        for version, months in VERSIONS.items():
            (folder / version).mkdir()
            for month, factor in months.items():
                lines = (
                    f"O{month}-{line // 3},2024-{month:02d}-{line % 28 + 1:02d},C{line % 97},"
                    f"P{line % 13},{line % 5 + 1},{factor * line}.50\n"
                    for line in range(LINES)
                )
                (folder / version / f"{month}.csv").write_text(HEADER + "".join(lines), "utf-8")

    def take(self, version: str) -> None:
        now = self.folder / "now"
        now.unlink(missing_ok=True)
        now.symlink_to(self.folder / version)

    @property
    def version(self) -> str:
        """Of what files an ordinary reader of the warehouse is told that it was made."""
        read = sources(self.path)["file"].to_list()
        (version,) = (
            version
            for version, months in VERSIONS.items()
            if read == [f"now/{month}.csv" for month in months]
        )
        return version

    @property
    def beside(self) -> list[str]:
        """What lies beside the published warehouse."""
        return sorted(path.name for path in self.path.parent.iterdir() if path != self.path)


def kill_loads(folder: Path, kills: int) -> Tally:
    """Load now one version, now the other, over what is published, and kill at random moments."""
    company, tally, whole, lives, cleared = Company(folder), Tally(), {}, [], 0
    with bearing() as bear:
        for turn, version in enumerate("ababab"):
            company.take(version)
            lives.append(bear("load", folder, f"whole{turn}"))
            whole[version] = holdings(company.path)
        for table in ("stored.order_lines", "main.mart_customer_value"):
            assert whole["a"][table] != whole["b"][table]
        published, luck = "b", random.Random(folder.name)
        dense = ("publishing", "publishing", "replacing")
        for number, (phase, delay) in enumerate(moments(luck, lives[1:], 2 * kills, dense)):
            if tally.struck.total() == kills:
                break
            company.take(OTHER[published])
            before = company.path.read_bytes()
            life = bear("load", folder, f"kill{number}", phase, delay)
            if is_new := company.path.read_bytes() != before:
                published = OTHER[published]
                assert holdings(company.path) == whole[published], (number, phase, delay)
            tally.count(life, is_new)
            assert "w.duckdb.wal" not in company.beside
            assert company.version == published
            if number % 30 == 29:  # what was left behind is in nobody's way, and is cleared away
                cleared += bool(company.beside)
                company.take(OTHER[published])
                assert not bear("load", folder, f"after{number}").is_killed
                published = OTHER[published]
                assert holdings(company.path) == whole[published]
                assert company.beside == []
    assert cleared > 0
    return tally


def test_a_load_and_publish_killed_at_random_moments(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        folders = [tmp_path / str(number) for number in range(SIDE_BY_SIDE)]
        kills = [KILLS // SIDE_BY_SIDE] * SIDE_BY_SIDE
        tally = Tally(*pool.map(kill_loads, folders, kills))
    told = tally.told(nursery.LOAD)
    record_property(f"{KILLS} kills of a load and publish", told)
    assert tally.struck.total() == KILLS, told
    assert all(tally.struck[phase] for phase in nursery.LOAD), told
    assert tally.new.total() == tally.new["replacing"] > 0, told
    assert tally.struck["publishing"] > KILLS / 10, told


def pages(folder: Path) -> dict[str, str]:
    """Every file that a reader of the reports can open."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.glob("2025-*/**/*")
        if path.is_file()
    }


def test_pages_killed_at_random_moments_of_their_publication_and_recovery(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    luck, tally, standing, recoveries = random.Random(20260101), Tally(), "whole4", 0
    with bearing() as bear:
        lives = [bear("pages", tmp_path, f"whole{turn}") for turn in range(5)]
        span = min(life.spans["placing"] for life in lives)
        chosen = moments(luck, lives, 2 * PAGE_KILLS, tuple(nursery.PAGES))
        for number, (phase, delay) in enumerate(chosen):
            if tally.struck.total() == PAGE_KILLS:
                break
            name = f"kill{number}"
            old, new = nursery.written(standing), nursery.written(name)
            life = bear("pages", tmp_path, name, phase, delay)
            for path, text in pages(tmp_path).items():  # each file by itself is whole at any time
                assert text in (old.get(path), new.get(path)), (number, phase, delay)
            delay = luck.uniform(0, span)
            recoveries += bear("recovery", tmp_path, name, "placing", delay).is_killed
            Publication(tmp_path).recover()
            found = pages(tmp_path)
            assert found in (old, new), (number, phase, delay)
            assert list(tmp_path.glob(".run-*")) == []
            standing = name if found == new else standing
            tally.count(life, found == new)
    told = f"{tally.told(nursery.PAGES)}; {recoveries} recoveries struck"
    record_property(f"{PAGE_KILLS} kills of a publication of pages", told)
    assert tally.struck.total() == PAGE_KILLS, told
    assert all(tally.struck[phase] for phase in nursery.PAGES), told
    assert (tally.new["writing"], tally.new["placing"]) == (0, tally.struck["placing"]), told
    assert recoveries > 0
