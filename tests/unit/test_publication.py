"""A run's work appears whole or not at all, and the log of runs survives anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from dakehu.publication import AlreadyRunning, Publication


def written(publication: Publication, run_id: str, pages: dict[str, str]) -> None:
    work = publication.begin(run_id)
    for name, text in pages.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_nothing_is_seen_before_publish(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"2025-01-31/a.zh.html": "old", "2025-01-31/a/t.csv": "old"})
    publication.publish("1")
    assert files(tmp_path) == {"2025-01-31/a.zh.html": "old", "2025-01-31/a/t.csv": "old"}

    written(publication, "2", {"2025-01-31/a.zh.html": "new", "2025-01-31/a/u.csv": "new"})
    publication.discard("2")
    assert files(tmp_path) == {"2025-01-31/a.zh.html": "old", "2025-01-31/a/t.csv": "old"}


def test_pdf_of_an_earlier_page_does_not_stand_beside_a_new_one(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    day = "2025-01-31"
    pages = {f"{day}/{name}": "old" for name in ("a.zh.html", "a.zh.pdf", "b.zh.html", "b.zh.pdf")}
    written(publication, "1", pages)
    publication.publish("1")
    written(publication, "2", {f"{day}/a.zh.html": "new"})
    publication.publish("2")
    left = {f"{day}/a.zh.html": "new", f"{day}/b.zh.html": "old", f"{day}/b.zh.pdf": "old"}
    assert files(tmp_path) == left
    written(publication, "3", {f"{day}/a.zh.html": "newer", f"{day}/a.zh.pdf": "newer"})
    publication.publish("3")
    assert files(tmp_path)[f"{day}/a.zh.pdf"] == "newer"


def test_publish_replaces_a_report_whole_and_leaves_the_others(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    first = {"2025-01-31/a/t.csv": "1", "2025-01-31/b/t.csv": "1", "2024-12-31/a/t.csv": "0"}
    written(publication, "1", first)
    publication.publish("1")
    written(publication, "2", {"2025-01-31/a/u.csv": "2"})
    publication.publish("2")
    assert files(tmp_path) == {
        "2024-12-31/a/t.csv": "0",
        "2025-01-31/a/u.csv": "2",  # t.csv of the earlier run is gone with it
        "2025-01-31/b/t.csv": "1",
    }


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_a_run_killed_while_publishing_is_finished_by_the_next(tmp_path: Path, moved: int) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"d/a.html": "old", "d/a/t.csv": "old", "d/run.json": "old"})
    publication.publish("1")
    written(publication, "2", {"d/a.html": "new", "d/a/t.csv": "new", "d/run.json": "new"})
    run = tmp_path / ".run-2"
    (run / "work").rename(run / "ready")  # killed after the commit and `moved` renames
    (run / "replaced").mkdir()
    (tmp_path / "d" / "a").rename(run / "replaced" / "d-a")
    for item in sorted((run / "ready" / "d").iterdir())[:moved]:
        item.replace(tmp_path / "d" / item.name)
    publication.recover()
    assert files(tmp_path) == {"d/a.html": "new", "d/a/t.csv": "new", "d/run.json": "new"}
    assert not run.exists()


def test_a_run_killed_before_its_commit_leaves_nothing(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"d/a.html": "half"})
    publication.recover()
    assert files(tmp_path) == {}


def test_history_completes_records_and_survives_a_torn_line(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    publication.note({"run_id": "1", "status": "killed", "as_of": ""})
    publication.note({"run_id": "1", "status": "ok", "as_of": "2025-01-31"})
    with (tmp_path / "history.jsonl").open("a") as log:
        log.write('\n{"run_id": "2", "stat')
    publication.note({"run_id": "3", "status": "killed", "as_of": ""})
    assert [(r["run_id"], r["status"]) for r in publication.history()] == [
        ("1", "ok"),
        ("3", "killed"),
    ]


def test_earlier_is_the_last_good_report_before_the_date(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    for run_id, as_of, status in [
        ("1", "2024-11-30", "ok"),
        ("2", "2024-12-31", "ok"),
        ("3", "2025-01-31", "failed"),
        ("4", "2025-02-28", "ok"),
    ]:
        publication.note({"run_id": run_id, "as_of": as_of, "reports": {"a": {"status": status}}})
    assert publication.earlier("a", "2025-02-28") == tmp_path / "2024-12-31" / "a"
    assert publication.earlier("a", "2024-11-30") is None
    assert publication.earlier("b", "2025-02-28") is None


def test_the_lock_keeps_another_process_out(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from dakehu.publication import *\n"
        "try:\n"
        "    with Publication(Path(sys.argv[1])).locked(): print('in')\n"
        "except AlreadyRunning: print('out')"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with Publication(tmp_path).locked():
        inside = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        with pytest.raises(AlreadyRunning), Publication(tmp_path).locked():
            pass
    after = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (inside.strip(), after.strip()) == ("out", "in")
