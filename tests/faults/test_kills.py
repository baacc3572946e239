"""Killed by SIGKILL at any moment: the old or the new warehouse and pages, whole, every time."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import nursery
import pytest

from dakehu.publication import Publication
from dakehu.reading import sources
from dakehu.warehouse import open_readonly
from small_company import HEAD, HEADER, orders

pytestmark = pytest.mark.slow

KILLS, PAGE_KILLS = 300, 60
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
    def last_phase(self) -> str:
        return list(self.entered)[-1]


Bear = Callable[..., Life]


@pytest.fixture(scope="module")
def bear() -> Iterator[Bear]:
    """Has a child do an act of the nursery, and kills it where that is asked for."""
    command = [sys.executable, nursery.__file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def order(act: str, folder: Path, name: str, phase: str = "", delay: float = 0.0) -> Life:
            orders.write(json.dumps([act, str(folder), name, phase, delay]) + "\n")
            orders.flush()
            answer = json.loads(answers.readline())
            assert answer["code"] in (0, -9), f"the child at {act} {name} failed"
            return Life(answer["entered"], answer["ended"], answer["code"] == -9)

        yield order


def moments(lives: list[Life], count: int, dense: tuple[str, ...]) -> list[tuple[str, float]]:
    """Random moments of an act as (phase, seconds into it), in random order.

    Two thirds lie uniformly over its whole duration, one third in its `dense` phases.
    """
    entered = {phase: median(life.entered[phase] for life in lives) for phase in lives[0].entered}
    ends = [*list(entered.values())[1:], median(life.ended for life in lives)]
    spans = {phase: end - entered[phase] for phase, end in zip(entered, ends, strict=True)}
    luck = random.Random(20260101)
    phases = luck.choices(list(spans), list(spans.values()), k=count - count // 3)
    phases += luck.choices(dense, k=count // 3)
    luck.shuffle(phases)
    return [(phase, luck.uniform(0, spans[phase])) for phase in phases]


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


def files_read(path: Path) -> list[str]:
    """What an ordinary reader of the warehouse is told that it was made of."""
    return sources(path)["file"].to_list()


class Company:
    """A folder whose files are now of one version, now of the other; the warehouse follows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "published" / "w.duckdb"
        document = HEAD + orders("now/*.csv")
        (folder / "small.toml").write_text(document, "utf-8")
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

    def files(self, version: str) -> list[str]:
        return sorted(f"now/{month}.csv" for month in VERSIONS[version])

    @property
    def beside(self) -> list[str]:
        """What lies beside the published warehouse."""
        return sorted(path.name for path in self.path.parent.iterdir() if path != self.path)


def test_a_load_and_publish_killed_at_random_moments(
    bear: Bear, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    company = Company(tmp_path)
    whole, lives = {}, []
    for turn, version in enumerate("ababab"):
        company.take(version)
        lives.append(bear("load", tmp_path, f"whole{turn}"))
        whole[version] = holdings(company.path)
    assert whole["a"].keys() == whole["b"].keys()
    assert whole["a"]["stored.order_lines"] != whole["b"]["stored.order_lines"]
    assert whole["a"]["main.mart_customer_value"] != whole["b"]["main.mart_customer_value"]

    chosen = moments(lives[1:], KILLS, ("publishing", "publishing", "replacing"))
    published, struck, news, cleared = "b", Counter(), Counter(), 0
    for number, (phase, delay) in enumerate(chosen):
        coming = OTHER[published]
        company.take(coming)
        before = company.path.read_bytes()
        life = bear("load", tmp_path, f"kill{number}", phase, delay)
        if is_new := company.path.read_bytes() != before:
            assert holdings(company.path) == whole[coming], (number, phase, delay)
            published = coming
        assert not company.path.with_name("w.duckdb.wal").exists()
        assert files_read(company.path) == company.files(published)  # by anyone who opens it
        if life.is_killed:
            struck[life.last_phase] += 1
            news[life.last_phase] += is_new
        else:
            assert is_new
        if number % 30 == 29:  # what was left behind is in nobody's way, and is cleared away
            cleared += bool(company.beside)
            company.take(OTHER[published])
            assert not bear("load", tmp_path, f"after{number}").is_killed
            published = OTHER[published]
            assert holdings(company.path) == whole[published]
            assert company.beside == []
    told = "; ".join(f"{phase} {struck[phase]}, {news[phase]} new" for phase in nursery.LOAD)
    record_property(
        f"{KILLS} kills of a load and publish",
        f"{struck.total()} struck ({told}), {KILLS - struck.total()} came after the end; "
        f"the old warehouse whole {struck.total() - news.total()} times, the new one "
        f"{KILLS - struck.total() + news.total()} times",
    )
    assert struck.total() >= 0.8 * KILLS, told
    assert all(struck[phase] for phase in nursery.LOAD), told
    assert news.total() == news["replacing"] > 0, told
    assert struck["publishing"] > KILLS / 10, told
    assert cleared > 0


def pages(folder: Path) -> dict[str, str]:
    """Every file that a reader of the reports can open."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.glob("2025-*/**/*")
        if path.is_file()
    }


def test_pages_killed_at_random_moments_of_their_publication_and_recovery(
    bear: Bear, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    lives = [bear("pages", tmp_path, f"whole{turn}") for turn in range(5)]
    span = median(life.ended - life.entered["placing"] for life in lives)
    luck = random.Random(20260102)
    standing, struck, news, recoveries = "whole4", Counter(), Counter(), 0
    for number, (phase, delay) in enumerate(moments(lives, PAGE_KILLS, ("committing", "placing"))):
        name = f"kill{number}"
        old, new = nursery.written(standing), nursery.written(name)
        life = bear("pages", tmp_path, name, phase, delay)
        for path, text in pages(tmp_path).items():  # each file by itself is whole at any time
            assert text in (old.get(path), new.get(path)), (number, phase, delay)
        recoveries += bear("recovery", tmp_path, name, "placing", luck.uniform(0, span)).is_killed
        Publication(tmp_path).recover()
        found = pages(tmp_path)
        assert found in (old, new), (number, phase, delay)
        assert list(tmp_path.glob(".run-*")) == []
        is_new = found == new
        standing = name if is_new else standing
        if life.is_killed:
            struck[life.last_phase] += 1
            news[life.last_phase] += is_new
        else:
            assert is_new
    told = "; ".join(f"{phase} {struck[phase]}, {news[phase]} new" for phase in nursery.PAGES)
    record_property(
        f"{PAGE_KILLS} kills of a publication of pages",
        f"{struck.total()} struck ({told}), and {recoveries} of as many recoveries; the old pages "
        f"whole {struck.total() - news.total()} times, the new ones "
        f"{PAGE_KILLS - struck.total() + news.total()} times",
    )
    assert struck.total() >= 0.8 * PAGE_KILLS, told
    assert all(struck[phase] for phase in nursery.PAGES), told
    assert (news["writing"], news["placing"]) == (0, struck["placing"]), told
    assert recoveries > 0
