"""What differs from an earlier run, in sentences and tables; every part reads a run's `Changes`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import N_, difference, figure_text
from dakehu.present.block import BlockData, Column, Finding, findings, table
from dakehu.present.distributor_ranking.words import VERDICTS
from dakehu.present.text import MISSING, Text

NAMED = 5  # names that a sentence gives
CHANGE = {"new": N_("newly one"), "gone": N_("no longer"), "changed": N_("other class")}
TABLES = {
    "key_accounts": N_("Key accounts"),
    "ranks": N_("Ranks of distributors"),
    "forecast_revisions": N_("Forecast revisions"),
    "data_revisions": N_("Data revisions to closed months"),
}


def sentences(text: Text, told: Any) -> BlockData:
    """What changed since the last run, a sentence for each kind; nothing where there is none."""
    if told.since is None:
        return findings()
    since = Finding(text("Compared with the report as of {date}.", date=text.date(told.since)))
    return findings(since, *summary(text, told))


def summary(text: Text, told: Any) -> list[Finding]:
    """A sentence for each table that both runs have, and one that names those that one lacks."""
    found = [finding for name, frame in told.tables.items() for finding in SAYS[name](text, frame)]
    if told.missing:
        names = text(", ").join(text(TABLES[name]) for name in told.missing)
        found.append(
            Finding(
                text("Not compared, for one of the two runs lacks the table: {names}.", names=names)
            )
        )
    return found


def tables(told: Any) -> list[Callable[[Text, Any], BlockData]]:
    """The tables that have a row to show, as functions of a `Text` and the same changes."""
    return [DRAWS[name] for name, frame in told.tables.items() if not frame.is_empty()]


def figures(text: Text, frame: pl.DataFrame, labels: Mapping[str, str], title: str) -> BlockData:
    """Figures of a report that differ: `frame` has figure, unit, before and now, in its order."""
    rows = [
        {
            "figure": labels.get(row["figure"], row["figure"].replace("_", " ")),
            "before": figure_text(text, row["before"], row["unit"]),
            "now": figure_text(text, row["now"], row["unit"]),
            "change": difference(text, row["now"], row["before"], row["unit"]),
        }
        for row in frame.iter_rows(named=True)
    ]
    columns = [
        Column("figure", text("Figure")),
        Column("before", text("Before")),
        Column("now", text("Now")),
        Column("change", text("Change")),
    ]
    schema = dict.fromkeys(("figure", "before", "now", "change"), pl.String)
    return table(pl.DataFrame(rows, schema=schema), columns, text, title=title)


def key_accounts(text: Text, told: Any) -> BlockData:
    """Customers that became key accounts, are none any longer, or stand in another class."""
    frame = told.tables["key_accounts"].with_columns(
        pl.col("change").replace_strict({code: text(word) for code, word in CHANGE.items()})
    )
    columns = [
        Column("customer_name", text("Customer")),
        Column("change", text("Key account")),
        Column("customer_class_before", text("Class before")),
        Column("customer_class_now", text("Class now")),
    ]
    return table(frame, columns, text, title=text(TABLES["key_accounts"]), file="customers")


def ranks(text: Text, told: Any) -> BlockData:
    """Distributors whose rank, tier or verdict is another, in the order of their ranks now."""
    frame = _whole(told.tables["ranks"], "rank", "tier", "verdict")
    frame = frame.sort("rank_now", "rank_before", nulls_last=True)
    words = {code: text(word) for code, word in VERDICTS.items()}
    shown = frame.with_columns(
        _pair(frame, "tier", {}), _pair(frame, "verdict", words), moved=_moved(frame)
    )
    columns = [
        Column("distributor_name", text("Distributor")),
        Column("rank_before", text("Rank before"), "count"),
        Column("rank_now", text("Rank now"), "count"),
        Column("moved", text("Places")),
        Column("tier", text("Tier"), priority=2),
        Column("verdict", text("Verdict"), priority=2),
    ]
    return table(shown, columns, text, title=text(TABLES["ranks"]), file="ranking")


def forecast_revisions(text: Text, told: Any) -> BlockData:
    """Months that both runs forecast, with what each said of the total."""
    return _months(text, told.tables["forecast_revisions"], "forecast_revisions", "mean_amount")


def data_revisions(text: Text, told: Any) -> BlockData:
    """Months that were closed in both runs and say something else now, with the amount."""
    return _months(text, told.tables["data_revisions"], "data_revisions", "net_amount")


def _months(text: Text, frame: pl.DataFrame, name: str, value: str) -> BlockData:
    shown = _whole(frame, value).with_columns(difference=_difference(value))
    if "row_count_now" in frame.columns:
        shown = shown.with_columns(rows=pl.col("row_count_now") - pl.col("row_count_before"))
    columns = [
        Column("month", text("Month"), "month"),
        Column(f"{value}_before", text("Before"), "amount"),
        Column(f"{value}_now", text("Now"), "amount"),
        Column("difference", text("Difference"), "signed"),
        Column("rows", text("Sales lines more"), "count", 2),
    ]
    return table(shown, columns, text, title=text(TABLES[name]))


def _say_key_accounts(text: Text, frame: pl.DataFrame) -> list[Finding]:
    names = {
        change: frame.filter(pl.col("change") == change)["customer_name"].to_list()
        for change in CHANGE
    }
    if not any(names.values()):
        return [Finding(text("No key account came, went or changed its class."))]
    says = (
        ("new", text("New key accounts ({n}): {names}."), "good"),
        ("gone", text("No longer key accounts ({n}): {names}."), "bad"),
        ("changed", text("Key accounts in another class ({n}): {names}."), ""),
    )
    return [
        Finding(sentence.format(n=len(names[change]), names=_listed(text, names[change])), tone)
        for change, sentence, tone in says
        if names[change]
    ]


def _say_ranks(text: Text, frame: pl.DataFrame) -> list[Finding]:
    if frame.is_empty():
        return [Finding(text("No distributor changed its rank, tier or verdict."))]
    found = [Finding(text("Distributors with another rank, tier or verdict: {n}.", n=frame.height))]
    moves = (
        _whole(frame, "rank")
        .with_columns(move=pl.col("rank_before") - pl.col("rank_now"))
        .sort("move")
    )
    moved = moves.filter(pl.col("move") != 0).rows(named=True)
    if moved and moved[-1]["move"] > 0:
        found.append(
            Finding(
                text("Furthest up: {name}, from {before} to {now}.", **_move(moved[-1])), "good"
            )
        )
    if moved and moved[0]["move"] < 0:
        found.append(
            Finding(
                text("Furthest down: {name}, from {before} to {now}.", **_move(moved[0])), "bad"
            )
        )
    return found


def _move(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["distributor_name"],
        "before": row["rank_before"],
        "now": row["rank_now"],
    }


def _say_forecast(text: Text, frame: pl.DataFrame) -> list[Finding]:
    if frame.is_empty():
        return [Finding(text("No month that both runs forecast was revised."))]
    return _say_months(
        text, frame, "mean_amount",
        text(
            "Forecast revised for {n} months that both runs forecast, together by {amount};"
            " most: {month}, {most}."
        ),
    )  # fmt: skip


def _say_data(text: Text, frame: pl.DataFrame) -> list[Finding]:
    if frame.is_empty():
        return [Finding(text("No month closed before says anything else now."))]
    return _say_months(
        text, frame, "net_amount",
        text(
            "Closed months that say something else now: {n}, together by {amount};"
            " most: {month}, {most}."
        ),
        "warn",
    )  # fmt: skip


def _say_months(
    text: Text, frame: pl.DataFrame, value: str, sentence: str, tone: str = ""
) -> list[Finding]:
    steps = _whole(frame, value).select("month", step=_difference(value)).drop_nulls()
    if steps.is_empty():
        return [
            Finding(text("Months changed without an amount to compare: {n}.", n=frame.height), tone)
        ]
    most = steps.sort(pl.col("step").abs(), descending=True).row(0, named=True)
    return [
        Finding(
            sentence.format(
                n=frame.height,
                amount=text.signed(steps["step"].sum()),
                month=text.month(most["month"]),
                most=text.signed(most["step"]),
            ),
            tone,
        )
    ]


def _whole(frame: pl.DataFrame, *values: str) -> pl.DataFrame:
    """The frame with each value on both sides, missing where a run did not keep its column."""
    names = [f"{value}_{side}" for value in values for side in ("before", "now")]
    absent = [name for name in names if name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)


def _difference(value: str) -> pl.Expr:
    return pl.col(f"{value}_now") - pl.col(f"{value}_before")


def _listed(text: Text, names: Iterable[str | None]) -> str:
    known = [name or MISSING for name in names]
    first = text(", ").join(known[:NAMED])
    if len(known) <= NAMED:
        return first
    return text("{names} and {n} more", names=first, n=len(known) - NAMED)


def _pair(frame: pl.DataFrame, value: str, words: dict[str, str]) -> pl.Series:
    """What a value was and is, `Watch → Fix`; alone where it is the same."""
    sides = zip(frame[f"{value}_before"], frame[f"{value}_now"], strict=True)
    shown = [
        tuple(MISSING if side is None else words.get(side, str(side)) for side in both)
        for both in sides
    ]
    return pl.Series(
        value, [now if before == now else f"{before} → {now}" for before, now in shown], pl.String
    )


def _moved(frame: pl.DataFrame) -> pl.Series:
    """Places up or down, ▲ 3; missing where the rank is the same or one of them is."""
    steps = (frame["rank_before"] - frame["rank_now"]).to_list()
    words = [None if not step else f"{'▲' if step > 0 else '▼'} {abs(step)}" for step in steps]
    return pl.Series("moved", words, pl.String)


SAYS = {
    "key_accounts": _say_key_accounts,
    "ranks": _say_ranks,
    "forecast_revisions": _say_forecast,
    "data_revisions": _say_data,
}
DRAWS = {
    "key_accounts": key_accounts,
    "ranks": ranks,
    "forecast_revisions": forecast_revisions,
    "data_revisions": data_revisions,
}
