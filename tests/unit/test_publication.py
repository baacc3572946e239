"""A run's work appears whole or not at all, and the log of runs survives anything."""

import os
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import pytest

from dakehu.publication import SOCKETS, AlreadyRunning, Publication


def written(publication: Publication, run_id: str, pages: dict[str, str]) -> None:
    """Write the pages of a run, not yet published."""
    work = publication.begin(run_id)
    for name, text in pages.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "history.jsonl"
    }


def test_nothing_is_seen_before_publish(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"2025-01-31/a.zh.html": "old", "2025-01-31/a/t.csv": "old"})
    publication.publish({"run_id": "1"})
    assert files(tmp_path) == {"2025-01-31/a.zh.html": "old", "2025-01-31/a/t.csv": "old"}

    written(publication, "2", {"2025-01-31/a.zh.html": "new", "2025-01-31/a/u.csv": "new"})
    publication.discard("2")
    assert files(tmp_path) == {"2025-01-31/a.zh.html": "old", "2025-01-31/a/t.csv": "old"}


def test_pdf_of_an_earlier_page_does_not_stand_beside_a_new_one(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    day = "2025-01-31"
    pages = {f"{day}/{name}": "old" for name in ("a.zh.html", "a.zh.pdf", "b.zh.html", "b.zh.pdf")}
    written(publication, "1", pages)
    publication.publish({"run_id": "1"})
    written(publication, "2", {f"{day}/a.zh.html": "new"})
    publication.publish({"run_id": "2"})
    left = {f"{day}/a.zh.html": "new", f"{day}/b.zh.html": "old", f"{day}/b.zh.pdf": "old"}
    assert files(tmp_path) == left
    written(publication, "3", {f"{day}/a.zh.html": "newer", f"{day}/a.zh.pdf": "newer"})
    publication.publish({"run_id": "3"})
    assert files(tmp_path)[f"{day}/a.zh.pdf"] == "newer"


def test_publish_replaces_a_report_whole_and_leaves_the_others(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    first = {"2025-01-31/a/t.csv": "1", "2025-01-31/b/t.csv": "1", "2024-12-31/a/t.csv": "0"}
    written(publication, "1", first)
    publication.publish({"run_id": "1"})
    written(publication, "2", {"2025-01-31/a/u.csv": "2"})
    publication.publish({"run_id": "2"})
    assert files(tmp_path) == {
        "2024-12-31/a/t.csv": "0",
        "2025-01-31/a/u.csv": "2",  # t.csv of the earlier run is gone with it
        "2025-01-31/b/t.csv": "1",
    }


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_a_run_killed_while_publishing_is_finished_by_the_next(tmp_path: Path, moved: int) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"d/a.html": "old", "d/a/t.csv": "old", "d/run.json": "old"})
    publication.publish({"run_id": "1"})
    written(publication, "2", {"d/a.html": "new", "d/a/t.csv": "new", "d/run.json": "new"})
    run = tmp_path / ".run-2"
    (run / "record.json").write_text('{"run_id": "2", "status": "ok", "reports": {"a": {}}}')
    publication.note({"run_id": "2", "status": "killed", "reason": "ended without a word"})
    (run / "work").rename(run / "ready")  # killed after the commit and `moved` renames
    (run / "replaced").mkdir()
    (tmp_path / "d" / "a").rename(run / "replaced" / "d-a")
    for item in sorted((run / "ready" / "d").iterdir())[:moved]:
        item.replace(tmp_path / "d" / item.name)
    publication.recover()
    assert files(tmp_path) == {"d/a.html": "new", "d/a/t.csv": "new", "d/run.json": "new"}
    assert not run.exists()
    last = publication.history()[-1]
    assert (last["run_id"], last["status"], last["reports"]) == ("2", "killed", {"a": {}})
    assert "the next run put them in place" in last["reason"]


def test_what_a_run_has_published_is_not_dropped_with_the_rest(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"d/a.html": "new"})
    (tmp_path / "d").write_text("in the way")
    with pytest.raises(OSError, match="File exists"):
        publication.publish({"run_id": "1", "status": "ok"})
    publication.discard("1")
    (tmp_path / "d").unlink()
    publication.recover()
    assert files(tmp_path) == {"d/a.html": "new"}
    assert publication.history()[-1]["run_id"] == "1"


def test_a_full_disk_leaves_room_to_say_so(tmp_path: Path, monkeypatch) -> None:
    publication, synced = Publication(tmp_path), os.fsync

    def full(handle: int) -> None:
        if (tmp_path / ".reserve").exists():
            raise OSError(ENOSPC, "No space left on device")
        synced(handle)

    with publication.locked("1"):
        monkeypatch.setattr(os, "fsync", full)
        publication.note({"run_id": "1", "status": "failed"})
        publication.write_portal("<html>")
    assert [run["status"] for run in publication.history()] == ["failed"]
    assert publication.portal.read_text() == "<html>"


def test_a_run_killed_before_its_commit_leaves_nothing(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    written(publication, "1", {"d/a.html": "half"})
    scratch, sockets = tmp_path / ".run-1" / "scratch" / "a", tmp_path / "dakehu-of-a-kernel"
    for folder in (scratch, sockets):
        folder.mkdir(parents=True)
    (scratch / SOCKETS).symlink_to(sockets)
    publication.recover()
    assert files(tmp_path) == {}
    assert not sockets.exists()


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
        "    with Publication(Path(sys.argv[1])).locked('2'): print('in')\n"
        "except AlreadyRunning as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    publication = Publication(tmp_path)
    with publication.locked("1"):
        assert publication.at_work() == "1"
        inside = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        with pytest.raises(AlreadyRunning), publication.locked("3"):
            pass
    assert publication.at_work() == ""
    after = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    named = f"{tmp_path.name} is already at work: process {os.getpid()}, since 20"
    assert inside.startswith(named), inside
    assert f"`tail --pid={os.getpid()} -f /dev/null`" in inside
    assert after.strip() == "in"
