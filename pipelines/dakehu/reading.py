"""The face of the warehouse that a notebook sees: read the marts of one report, keep its tables."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dakehu.models import codebook
from dakehu.warehouse import open_readonly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb
    import polars as pl

WAREHOUSE_VARIABLE = "DAKEHU_WAREHOUSE"
# A run sets it to a file that takes the name of every table its notebook reads.
READS_VARIABLE = "DAKEHU_READS"
FILES_BEHIND = "files_behind"  # in that file: the list of the files behind those tables
KEPT = "kept:"  # in that file: before the name of a table of earlier runs, or `<report>/<table>`

Figures = dict[str, tuple[float | int | Decimal, str]]


@dataclass(frozen=True)
class Marts:
    """The marts of one report as of one date, and the words of the pipeline file that it needs.

    `as_of` is the date that every mart speaks of, `currency` an ISO code, `title` the company's
    name by language, `policy` the pipeline file's `[policy.<report>]` table, `pipeline` its name,
    `run_id` the load that filled the warehouse, `month_end_day` the day on which months close.
    The warehouse is opened for each reading and closed after it: what the engine keeps in memory of
    a large one would stand beside all that is computed.
    """

    report: str
    as_of: date
    currency: str
    title: dict[str, str]
    policy: dict[str, Any]
    pipeline: str
    warehouse: Path
    run_id: str = ""
    month_end_day: int = 31

    def table(self, name: str) -> pl.DataFrame:
        """A mart as a frame, ordered by all its columns from the left; money stays DECIMAL.

        Raises:
            LookupError: the warehouse holds no such mart.
        """
        return self.rows(name)

    def rows(self, name: str, **wanted: Iterable[str]) -> pl.DataFrame:
        """As `table`, but only the rows whose columns hold one of the `wanted` texts.

        Raises:
            LookupError: the warehouse holds no such mart.
        """
        with open_readonly(self.warehouse) as connection:
            return _read(connection, name, wanted)

    def parts(self, names: Iterable[str]) -> dict[str, pl.DataFrame]:
        """The marts of this report's parts, each mart_<report>__<name>, by name; as `table`."""
        with open_readonly(self.warehouse) as connection:
            return {name: _read(connection, f"mart_{self.report}__{name}", {}) for name in names}

    def sources(self) -> pl.DataFrame:
        """What this report's tables come from: one row per source and file.

        Of mart_data_quality__sources the rows that lie behind what a run has read by now; else all.
        """
        reads = reads_of(Path(os.environ.get(READS_VARIABLE, "")))
        with open_readonly(self.warehouse) as connection:
            found = connection.sql("from mart_data_quality__sources order by all").pl()
            if not reads:
                return found
            _note(FILES_BEHIND)
            behind = connection.execute(
                "select distinct target_table from loaded.lineage where model = any(?)", [reads]
            ).fetchall()
        return found.filter(found["target_table"].is_in([table for (table,) in behind]))

    def codebook(self) -> list[dict[str, str]]:
        """Meaning and unit of this report's columns: dicts of table, column, unit, zh, en."""
        book = codebook()
        tables = book.get("reports", {}).get(self.report, {}) | {
            name: model
            for name, model in book["models"].items()
            if name.startswith(f"mart_{self.report}")
        }
        return [
            {"table": table, "column": column, **meaning}
            for table, entry in tables.items()
            for column, meaning in entry["columns"].items()
        ]

    def previous(self, previous_dir: str) -> Figures:
        """The headline figures of the last good run, {} where there is none."""
        if not previous_dir or not (summary := Path(previous_dir) / "summary.json").exists():
            return {}
        figures = json.loads(summary.read_text("utf-8"))["figures"]
        return {name: (entry["value"], entry["unit"]) for name, entry in figures.items()}

    def history_of(self, name: str, previous_dir: str) -> tuple[pl.DataFrame, list[str]]:
        """A table of this report as earlier runs kept it, oldest first, and what was not readable.

        Looks into every dated folder beside that of `previous_dir` whose date is before `as_of`. A
        file that cannot be read, or whose columns are not those of the newest one that can, is
        left out; the second value names it and says why. No rows where nothing was kept.
        """
        _note(f"{KEPT}{name}")
        if not previous_dir:
            return _joined([]), []
        report = Path(previous_dir)
        frames: list[pl.DataFrame] = []
        notes: list[str] = []
        for path in sorted(report.parents[1].glob(f"*/{report.name}/{name}.parquet"), reverse=True):
            dated = path.parents[1].name
            if _is_date(dated) and dated < self.as_of.isoformat():
                frame, fault = _kept(path)
                if frame is not None and frames and frame.schema != frames[0].schema:
                    fault = "its columns are not those of the newest one"
                if fault:
                    notes.append(f"{dated}/{report.name}/{path.name}: {fault}")
                elif frame is not None:
                    frames.append(frame)
        return _joined(frames[::-1]), notes

    def last_run(
        self, names: Iterable[str], previous_dir: str
    ) -> tuple[date | None, dict[str, pl.DataFrame]]:
        """As of when the last run spoke, and its tables of these `names` (`WATCHED`) as kept.

        A table that cannot be read is left out; (None, {}) where there is no last run.
        """
        from dakehu.analysis.changes import WATCHED

        found, beside = {}, Path(previous_dir).parent
        for name in names:
            watched = WATCHED[name]
            _note(f"{KEPT}{watched.report}/{watched.table}")
            path = beside / watched.report / f"{watched.table}.parquet"
            if previous_dir and path.is_file() and (frame := _kept(path)[0]) is not None:
                found[name] = frame
        return (date.fromisoformat(beside.name) if _is_date(beside.name) else None), found

    def keep(
        self,
        tables: dict[str, pl.DataFrame],
        figures: Figures,
        output_dir: str,
        previous_dir: str = "",
    ) -> None:
        """Write each table as .parquet and .csv, the figures as summary.json; "" keeps nothing."""
        if not output_dir:
            return
        folder = Path(output_dir)
        # Not its parents: where an interrupted run has been cleared away, nothing comes back.
        folder.mkdir(exist_ok=True)
        for name, frame in tables.items():
            frame.write_parquet(folder / f"{name}.parquet")
            defused(frame).write_csv(folder / f"{name}.csv", include_bom=True)
        before = self.previous(previous_dir)
        summary = {
            "report": self.report,
            "pipeline": self.pipeline,
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "figures": {
                name: {"value": value, "unit": unit, "previous": before.get(name, (None, ""))[0]}
                for name, (value, unit) in figures.items()
            },
        }
        text = json.dumps(summary, ensure_ascii=False, indent=1, default=_number)
        (folder / "summary.json").write_text(text + "\n", "utf-8")


def open_marts(warehouse: str, report: str, as_of: str = "") -> Marts:
    """The marts of `report` in the warehouse file; "" is the one that `dakehu lab` was started on.

    Raises:
        FileNotFoundError: there is no such warehouse.
        ValueError: the warehouse speaks of another date than `as_of` (ISO, "" = whatever it has).
    """
    path = Path(warehouse or os.environ.get(WAREHOUSE_VARIABLE, ""))
    if not path.is_file():
        raise FileNotFoundError(
            f'no warehouse at "{path}": build it with `dakehu build PIPELINE.toml`, '
            "or set the parameter `warehouse`"
        )
    with open_readonly(path) as connection:
        run = connection.sql("from stg_run").fetchall()[0]
        policy = connection.execute(
            "select name, value from loaded.policy where report = ?", [report]
        ).fetchall()
    pipeline, title_zh, title_en, currency, spoken, month_end_day, run_id = run
    if as_of and as_of != spoken.isoformat():
        raise ValueError(
            f"the warehouse {path.name} speaks as of {spoken}, not {as_of}: "
            f"run `dakehu build PIPELINE.toml --as-of {as_of}`"
        )
    return Marts(
        report=report,
        as_of=spoken,
        currency=currency,
        title={"zh": title_zh, "en": title_en},
        policy={name: json.loads(value) for name, value in policy},
        pipeline=pipeline,
        warehouse=path,
        run_id=run_id,
        month_end_day=month_end_day,
    )


def reads_of(file: Path) -> list[str]:
    """The tables that a run's notebook has read, by the file that took their names."""
    return sorted(set(file.read_text("utf-8").split())) if file.is_file() else []


def _note(read: str) -> None:
    if file := os.environ.get(READS_VARIABLE):
        with Path(file).open("a", encoding="utf-8") as reads:
            reads.write(f"{read}\n")


def _read(
    connection: duckdb.DuckDBPyConnection, name: str, wanted: Mapping[str, Iterable[str]]
) -> pl.DataFrame:
    known = connection.execute(
        "select count(*) from information_schema.tables where table_name = ?", [name]
    ).fetchall()[0][0]
    if not known:
        raise LookupError(f'the warehouse holds no mart "{name}": build it again')
    _note(name)
    chosen = " and ".join(f"{column} in (select unnest(?::varchar[]))" for column in wanted)
    return connection.sql(
        f"select * from {name} where {chosen or 'true'} order by all",
        params=[list(texts) for texts in wanted.values()],
    ).pl()


def _kept(path: Path) -> tuple[pl.DataFrame | None, str]:
    """A kept table, or why it cannot be read."""
    import polars as pl

    try:
        return pl.read_parquet(path), ""
    except (OSError, pl.exceptions.PolarsError) as error:
        return (
            None,
            f"cannot be read ({type(error).__name__}); the run of that date can be repeated",
        )


def _joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(frames) if frames else pl.DataFrame()


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def sources(warehouse: Path) -> pl.DataFrame:
    """What a run has to say of its inputs: one row per source and file, with hashes and counts."""
    with open_readonly(warehouse) as connection:
        return connection.sql("select * from loaded.files order by source_number, file").pl()


def rejects(warehouse: Path) -> pl.DataFrame:
    """Every rejected row: file, row, target_table, column, value, reason, customer_id if known."""
    with open_readonly(warehouse) as connection:
        return connection.sql("select * from loaded.rejects order by file, row, target_table").pl()


def defused(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before each text that a spreadsheet would run as a formula."""
    import polars as pl
    import polars.selectors as cs

    text = cs.string()
    return frame.with_columns(
        pl.when(text.str.contains(r"^[=+\-@\t\r]")).then("'" + text).otherwise(text).name.keep()
    )


def _number(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)
