"""The published warehouse: the old one or the new one, whole; and nobody can write to it."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dakehu.warehouse import PublishError, building, open_readonly, publish


def build(path: Path, rows: int, run_id: str = "run") -> None:
    with building(path, run_id) as (temporary, connection):
        connection.execute(f"create table t as select range as x from range({rows})")
        publish(temporary, connection, path)


def count(path: Path) -> int:
    with open_readonly(path) as connection:
        return connection.execute("select count(*) from t").fetchall()[0][0]


def test_publish_replaces_in_one_step_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    build(path, 3)
    build(path, 5)
    assert count(path) == 5
    assert [file.name for file in tmp_path.iterdir()] == ["w.duckdb"]


def test_an_open_reader_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    build(path, 3)
    reader = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print('open', flush=True); sys.stdin.readline(); "
        "print(c.execute('select count(*) from t').fetchall()[0][0])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", reader, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    build(path, 5)
    found, _ = process.communicate("go\n")
    assert found == "3\n"
    assert count(path) == 5


def test_a_build_that_raises_or_does_not_publish_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    build(path, 3)
    before = path.read_bytes()
    with pytest.raises(duckdb.CatalogException), building(path, "run") as (_, connection):
        connection.execute("create table t as from nothing_of_that_name")
    with building(path, "run") as (_, connection):
        connection.execute("create table t as select 1")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["w.duckdb"]


def test_rows_that_are_lost_on_the_way_refuse(tmp_path: Path) -> None:
    """What is on disk has one row less than what was built: as when a log is cut off."""
    path = tmp_path / "w.duckdb"
    build(path, 3)
    before = path.read_bytes()
    short = tmp_path / "short.duckdb"
    with duckdb.connect(str(short)) as connection:
        connection.execute("create table t as select range as x from range(9)")
        connection.execute("create table kept as select 1")
    with building(path, "run") as (_, connection):
        connection.execute("create table t as select range as x from range(10)")
        connection.execute("create table kept as select 1")
        with pytest.raises(PublishError, match=r"does not hold what was built: main\.t$"):
            publish(short, connection, path)
    assert path.read_bytes() == before


def test_a_log_that_is_left_refuses(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    build(path, 3)
    before = path.read_bytes()
    with building(path, "run") as (temporary, connection):
        connection.execute("create table t as select 1")
        elsewhere = tmp_path / "other"
        elsewhere.with_name("other.wal").touch()
        with pytest.raises(PublishError, match="write-ahead log"):
            publish(elsewhere, connection, path)
    assert temporary.name.endswith("tmp-run")
    assert path.read_bytes() == before


def test_leftovers_of_a_dead_run_are_cleared_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a [b].duckdb"
    for name in (".tmp-dead", ".tmp-dead.wal"):
        path.with_name(path.name + name).touch()
    spill = path.with_name(path.name + ".tmp-dead-spill")
    spill.mkdir()
    (spill / "block").touch()
    other = tmp_path / "other.duckdb.tmp-run"
    other.touch()
    build(path, 3)
    assert sorted(file.name for file in tmp_path.iterdir()) == [path.name, other.name]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published") / "w.duckdb"
    build(path, 3)
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "insert into t values (1)",
        "drop table t",
        "create table u as select 1",
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "from '{file}'",
        "select * from glob('{folder}/*')",
        "copy t to '{folder}/out.csv'",
        "attach '{folder}/other.duckdb'",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '1GB'",
        "export database '{folder}/dump'",
    ],
)
def test_a_reader_can_only_read_this_warehouse(published: Path, statement: str) -> None:
    folder, file = published.parent, published.with_name("secret.csv")
    file.write_text("a,b\n1,2\n")
    beside = sorted(os.listdir(folder))
    with open_readonly(published) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(statement.format(file=file, folder=folder))
        assert connection.execute("select count(*) from t").fetchall() == [(3,)]
    assert sorted(os.listdir(folder)) == beside
