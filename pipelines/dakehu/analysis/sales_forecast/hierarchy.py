"""Which series stand by themselves, which are pooled, and how they add up to the total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.cleaning import KINDS
from dakehu.analysis.sales_forecast.periods import serial
from dakehu.analysis.sales_forecast.series import STOPPED, TOO_SHORT, YEAR_MONTHS, Policy

TOTAL, REGION, FAMILY, CELL = "total", "region", "product_family", "region_family"
DISTRIBUTOR, ACCOUNT = "distributor", "key_account"
LEVELS = (TOTAL, REGION, FAMILY, CELL, DISTRIBUTOR, ACCOUNT)
NOT_STATED, OTHERS = "-", "others"
TOO_SMALL, ONE_MEMBER, UNSTATED = "too_small", "one_member", "not_stated"


@dataclass(frozen=True)
class Structure:
    """How series add up.

    `members` (level, key, cell) has one row per series of the grouped hierarchy and cell in it, the
    cells of `bottom_level` among them as their own. Each level of `partitions` adds up to the total
    too, but its series are not made of cells.
    """

    bottom_level: str
    members: pl.DataFrame
    partitions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hierarchy:
    """The series to forecast and why others are not among them.

    `history`: level, key, key_name, month, amount, and a column for each kind of change that was
    given; every series runs from its first month to the last, without a gap. `absent`: level,
    reason. `pooled`: level, key, key_name, last_amount (sum of the last twelve months), reason.
    """

    history: pl.DataFrame
    structure: Structure
    absent: pl.DataFrame
    pooled: pl.DataFrame


def hierarchy_of(
    monthly: pl.DataFrame,
    as_of: date,
    policy: Policy,
    amount: str = "base_amount",
    changes: pl.DataFrame | None = None,
) -> Hierarchy:
    """The series of mart_sales_forecast, small, new and dead ones pooled as their level's `others`.

    `changes` (level, key, month and further columns of amounts) are pooled beside the amounts.

    Regions, product families and distributors stand by themselves while they are among the largest
    that `policy` allows, hold its least share of the last twelve months, have its least number of
    months and have not stopped; key accounts, few as they are, need no share. One that would be
    pooled alone keeps its name. A level is left out where no source states it or fewer than two
    members are left. The cells are region by product family, or the one of the two that is there.

    Raises:
        ValueError: no month is left up to `as_of`, or a series lacks one between two others.
    """
    rows = monthly.filter(pl.col("month") <= as_of).select(
        *SERIES, "key_name", "month", pl.col(amount).alias("amount")
    )
    if changes is not None:
        rows = rows.join(changes, on=[*SERIES, "month"], how="left", maintain_order="left")
        rows = rows.with_columns(pl.col(changes.columns[3:]).fill_null(0.0))
    months_of(monthly, as_of)
    _demand_every_month(rows)
    members = _members(rows, policy)
    kept = members.select(*SERIES, "member")
    absent = _absent(members)
    present = [level for level in LEVELS if level not in absent["level"].to_list()]
    parts = [_pooled_rows(rows, kept, level) for level in present if level not in (TOTAL, CELL)]
    total = rows.filter(pl.col("level") == TOTAL)
    if REGION in present and FAMILY in present:
        parts.append(_cells(rows, kept))
    history = pl.concat([total, *parts]).with_columns(pl.col("amount").cast(pl.Float64))
    return Hierarchy(
        history=history.sort(*SERIES, "month"),
        structure=_structure(history, present),
        absent=absent,
        pooled=members.filter(pl.col("member") == OTHERS, pl.col("reason").is_not_null()).select(
            *SERIES, "key_name", "last_amount", "reason"
        ),
    )


def months_of(monthly: pl.DataFrame, as_of: date) -> pl.Series:
    """The months of mart_sales_forecast up to `as_of`, in order.

    Raises:
        ValueError: there is none.
    """
    months = monthly.filter(pl.col("month") <= as_of)["month"].unique().sort()
    if months.is_empty():
        raise ValueError(
            f"mart_sales_forecast has no complete month up to {as_of}; "
            "choose a later as_of or load earlier months"
        )
    return months


def _demand_every_month(rows: pl.DataFrame) -> None:
    """Refuse a series with a month left out: the models would take the next one for it."""
    ordered = rows.sort(*SERIES, "month")
    gaps = ordered.filter(serial(pl.col("month")).diff().over(SERIES) > 1)
    if gaps.height:
        level, key, month = gaps.select(*SERIES, "month").row(0)
        raise ValueError(
            f'mart_sales_forecast lacks the month before {month} for {level} "{key}"; '
            "a month without sales must be there with 0"
        )


def _members(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Every series that could be a member of a level, and the one under which it stands."""
    limits = {
        REGION: policy.max_regions,
        FAMILY: policy.max_families,
        DISTRIBUTOR: policy.max_distributors,
    }
    facts = (
        rows.filter(pl.col("level").is_in([REGION, FAMILY, DISTRIBUTOR, ACCOUNT]))
        .sort(*SERIES, "month")
        .group_by(SERIES, maintain_order=True)
        .agg(
            pl.col("key_name").last(),
            pl.len().alias("month_count"),
            pl.col("amount").tail(YEAR_MONTHS).sum().alias("last_amount"),
            (pl.col("amount").tail(policy.stopped_months) == 0).all().alias("is_stopped"),
        )
    )
    last = pl.col("last_amount").cast(pl.Float64)
    limit = pl.col("level").replace_strict(limits, default=None, return_dtype=pl.Int64)
    reason = (
        pl.when(pl.col("is_stopped"))
        .then(pl.lit(STOPPED))
        .when(pl.col("month_count") < policy.min_months)
        .then(pl.lit(TOO_SHORT))
        .when(
            limit.is_not_null()
            & (
                (last < policy.min_member_share * last.sum().over("level"))
                | (last.rank("ordinal", descending=True).over("level") > limit)
            )
        )
        .then(pl.lit(TOO_SMALL))
    )
    pooled_count = pl.col("reason").is_not_null().sum().over("level")
    is_alone = (pooled_count == 1) & ~(pl.col("key") == OTHERS).any().over("level")
    return (
        facts.with_columns(pl.when(pl.col("key") != OTHERS).then(reason).alias("reason"))
        .with_columns(pl.when(~is_alone).then(pl.col("reason")).alias("reason"))
        .with_columns(
            pl.when(pl.col("reason").is_null())
            .then(pl.col("key"))
            .otherwise(pl.lit(OTHERS))
            .alias("member")
        )
    )


def _absent(members: pl.DataFrame) -> pl.DataFrame:
    """The levels with fewer than two members, and whether any source states them at all."""
    told = members.group_by("level").agg(
        pl.col("member").n_unique().alias("member_count"),
        (~pl.col("key").is_in([NOT_STATED, OTHERS])).any().alias("is_stated"),
    )
    every = pl.DataFrame({"level": [REGION, FAMILY, DISTRIBUTOR, ACCOUNT]})
    few = every.join(told, on="level", how="left").filter(pl.col("member_count").fill_null(0) < 2)
    reasons = few.select(
        "level",
        pl.when(pl.col("is_stated").fill_null(False))
        .then(pl.lit(ONE_MEMBER))
        .otherwise(pl.lit(UNSTATED))
        .alias("reason"),
    )
    if not reasons["level"].is_in([REGION, FAMILY]).any():
        return reasons
    cell = pl.DataFrame({"level": [CELL], "reason": [ONE_MEMBER]})
    return pl.concat([reasons, cell])


def _pooled_rows(rows: pl.DataFrame, kept: pl.DataFrame, level: str) -> pl.DataFrame:
    own = rows.filter(pl.col("level") == level).join(kept, on=SERIES)
    return _summed(own.with_columns(pl.col("member").alias("key")))


def _cells(rows: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """The cells under the members of both sides; the last | of a cell's key parts the two."""
    parts = pl.col("key").str.extract_groups(r"(?s)^(?<region>.*)\|(?<family>[^|]*)$")
    cells = rows.filter(pl.col("level") == CELL).with_columns(parts.alias("parts")).unnest("parts")
    for side, level in (("region", REGION), ("family", FAMILY)):
        names = kept.filter(pl.col("level") == level).select(
            pl.col("key").alias(side), pl.col("member").alias(f"{side}_member")
        )
        cells = cells.join(names, on=side)
    key = pl.format("{}|{}", "region_member", "family_member")
    return _summed(cells.with_columns(key.alias("key")))


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    """Amounts by series and month from each series' first month on; a pool is named by its key."""
    pool = pl.col("key_name").n_unique().over(SERIES) > 1
    amounts = [name for name in rows.columns if name == "amount" or name in KINDS]
    return (
        rows.with_columns(pl.when(pool).then(pl.col("key")).otherwise("key_name").alias("key_name"))
        .group_by(*SERIES, "month")
        .agg(pl.col("key_name").first(), pl.col(amounts).sum())
        .select(*SERIES, "key_name", "month", *amounts)
    )


def _structure(history: pl.DataFrame, present: list[str]) -> Structure:
    """Which cells make up which series."""
    bottom = (
        CELL
        if CELL in present
        else next((level for level in (REGION, FAMILY) if level in present), TOTAL)
    )
    cells = history.filter(pl.col("level") == bottom).select(pl.col("key").alias("cell")).unique()
    own = cells.select(pl.lit(bottom).alias("level"), pl.col("cell").alias("key"), "cell")
    parts = [own]
    if bottom != TOTAL:
        parts.append(cells.select(pl.lit(TOTAL).alias("level"), pl.lit(TOTAL).alias("key"), "cell"))
    if bottom == CELL:
        for level, side in ((REGION, r"(?s)^(.*)\|[^|]*$"), (FAMILY, r"\|([^|]*)$")):
            key = pl.col("cell").str.extract(side).alias("key")
            parts.append(cells.select(pl.lit(level).alias("level"), key, "cell"))
    partitions = tuple(level for level in (DISTRIBUTOR, ACCOUNT) if level in present)
    return Structure(bottom, pl.concat(parts).sort("level", "key", "cell"), partitions)
