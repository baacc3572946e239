"""A folder of exports and a warehouse that follows it, compared with a load from nothing."""

from pathlib import Path

import duckdb

from dakehu.sources import load
from small_company import HEAD, pipeline_of

OUTSIDE = ("changes", "run", "calendar")  # what tells of the way, not of the result


class Desk:
    """A folder of exports and the warehouse that follows it."""

    def __init__(self, folder: Path, *sources: str) -> None:
        self.folder, self.said = folder, []
        self.head = HEAD + "".join(sources)
        self.path, self.turn = folder / "kept.duckdb", 0

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / f"{name}.csv").write_text(text)

    def load(self, path: Path | str) -> duckdb.DuckDBPyConnection:
        self.turn += 1
        self.said = []
        config = {"temp_directory": str(self.folder / "s"), "fsync_mode": "NONE"}
        connection = duckdb.connect(str(path), config=config)
        connection.execute("attach ':memory:' as scratch")
        pipeline = pipeline_of(self.folder, self.head)
        load(pipeline, connection, load_id=f"load{self.turn}", progress=self.said.append)
        return connection

    def check(self) -> dict[str, str]:
        """Continue, load from nothing, compare table by table; gives what became of each file."""
        with self.load(self.path) as kept:
            said = list(self.said)
            with self.load(":memory:") as fresh:
                assert contents(kept) == contents(fresh)
            changes = dict(
                kept.execute(
                    "select file || ' ' || target_table, change from loaded.changes"
                ).fetchall()
            )
        self.said = said
        return changes


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    names = connection.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'loaded' and table_catalog <> 'scratch'"
    ).fetchall()
    found = {}
    for (name,) in names:
        if name not in OUTSIDE:
            query = f"select columns(lambda c: c <> 'load_id') from loaded.{name} order by all"
            found[name] = connection.execute(query).fetchall()
    assert len(found) > 20
    return found
