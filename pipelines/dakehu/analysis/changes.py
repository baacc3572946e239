"""What differs between the tables of two runs: rows that came, went or say something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

NEW, GONE, CHANGED = "new", "gone", "changed"


@dataclass(frozen=True)
class Watched:
    """A table whose changes are told: its keys, the column that names a row, the columns compared.

    `where` narrows both runs' rows before they meet, so that a key account that is one no longer
    is gone. `is_shared` compares only keys that both runs have: a month that only the later run
    can have is news, no change.
    """

    report: str
    table: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    name: str | None = None
    where: pl.Expr | None = None
    is_shared: bool = False

    @property
    def needs(self) -> set[str]:
        """The columns without which its rows cannot be chosen, matched and named."""
        chosen = [] if self.where is None else self.where.meta.root_names()
        return {*self.keys, *chosen, *([self.name] if self.name else [])}


WATCHED = {
    "key_accounts": Watched(
        "customer_value", "customers", ("customer_id",), ("customer_class",),
        name="customer_name", where=pl.col("is_key_account"),
    ),
    "ranks": Watched(
        "distributor_ranking", "ranking", ("distributor_id",), ("rank", "tier", "verdict"),
        name="distributor_name",
    ),
    "forecast_revisions": Watched(
        "sales_forecast", "forecast", ("month",), ("mean_amount",),
        where=pl.col("level") == "total", is_shared=True,
    ),
    "data_revisions": Watched(
        "data_quality", "completeness", ("month",), ("net_amount", "row_count"),
        where=pl.col("is_closed"), is_shared=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Changes:
    """What differs from the run as of `since`, None where there is none.

    `tables` holds a frame (`changed`) by the name of each watched table that both runs have,
    `missing` the names of those that one of them does not have.
    """

    since: date | None
    tables: dict[str, pl.DataFrame]
    missing: tuple[str, ...]


def changes_since(
    since: date | None, before: Mapping[str, pl.DataFrame], now: Mapping[str, pl.DataFrame]
) -> Changes:
    """The changes of the tables `now`, by their names in `WATCHED`, from what was kept `before`."""
    tables, missing = compared(now, before, now)
    return Changes(since, tables, missing)


def compared(
    names: Iterable[str], before: Mapping[str, pl.DataFrame], now: Mapping[str, pl.DataFrame]
) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
    """The changes of the named tables that both runs have, and the names of the others.

    A table without a column that is needed to match its rows counts as not there.
    """
    tables, missing = {}, []
    for name in names:
        watched = WATCHED[name]
        if (
            name in before
            and name in now
            and watched.needs <= {*before[name].columns} & {*now[name].columns}
        ):
            tables[name] = changed(now[name], before[name], watched)
        else:
            missing.append(name)
    return tables, tuple(missing)


def changed(now: pl.DataFrame, before: pl.DataFrame, watched: Watched) -> pl.DataFrame:
    """The rows of `watched` that differ, in order of the keys.

    Columns: the keys, `name` where the table has one, change (new, gone, changed), and for each
    value `<value>_before` and `<value>_now`, missing on the side that has no such row. Columns
    that one of the runs does not have are not compared.
    """
    keys = list(watched.keys)
    values = [v for v in watched.values if v in now.columns and v in before.columns]
    sides = {"now": _side(now, watched, values), "before": _side(before, watched, values)}
    named = {
        side: frame.rename({v: f"{v}_{side}" for v in values}).with_columns(
            pl.lit(True).alias(f"is_{side}")
        )
        for side, frame in sides.items()
    }
    both = named["now"].join(
        named["before"], on=keys, how="inner" if watched.is_shared else "full", coalesce=True
    )
    if watched.name:
        later = f"{watched.name}_right"
        both = both.with_columns(pl.coalesce(watched.name, later)).drop(later)
    differs = pl.any_horizontal(
        [pl.lit(False), *(pl.col(f"{v}_now").ne_missing(pl.col(f"{v}_before")) for v in values)]
    )
    change = (
        pl.when(pl.col("is_before").is_null())
        .then(pl.lit(NEW))
        .when(pl.col("is_now").is_null())
        .then(pl.lit(GONE))
        .when(differs)
        .then(pl.lit(CHANGED))
    )
    columns = [*keys, *([watched.name] if watched.name else []), "change"]
    columns += [f"{v}_{side}" for v in values for side in ("before", "now")]
    return (
        both.with_columns(change.alias("change"))
        .filter(pl.col("change").is_not_null())
        .select(columns)
        .sort(keys)
    )


def _side(frame: pl.DataFrame, watched: Watched, values: list[str]) -> pl.DataFrame:
    chosen = frame if watched.where is None else frame.filter(watched.where)
    return chosen.select(*watched.keys, *([watched.name] if watched.name else []), *values)
