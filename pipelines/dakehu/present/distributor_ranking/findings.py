"""What the list by sales says in sentences; `result` is the `Sales` of the report."""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Finding, findings
from dakehu.present.distributor_ranking.terms import HOLDERS
from dakehu.present.text import Text

Row = dict[str, Any]

ALL_THROUGH_DISTRIBUTORS = 0.995  # from here on the share of all distributors tells nothing


def standing(text: Text, result: Any) -> BlockData:
    """What the list by sales says, most important first."""
    if result.ranking.is_empty():
        return findings(Finding(text("No distributor has bought up to this date."), "warn"))
    return findings(
        *_leader(text, result),
        *_dependence(text, result),
        *_laggard(text, result),
        *_moves(text, result),
        *_quotas(text, result),
        *_silent(text, result),
        *_comparison(text, result.window),
    )


def _leader(text: Text, result: Any) -> list[Finding]:
    row = result.ranking.row(0, named=True)
    window = result.window
    months = text("{first} to {last}", first=text.month(window.first), last=text.month(window.last))
    if row["previous_rank"] is None:
        earlier = text("it was not on the list a year before")
    elif row["previous_rank"] == 1:
        earlier = text("it led a year before, too")
    else:
        earlier = text("a year before it ranked {rank}", rank=row["previous_rank"])
    return [
        Finding(
            text(
                "{name} leads with {amount} from {months}, {share} of company sales; {earlier}.",
                name=row["distributor_name"],
                amount=text.amount(row["net_amount"]),
                months=months,
                share=text.percent(row["amount_share"]),
                earlier=earlier,
            )
        )
    ]


def _dependence(text: Text, result: Any) -> list[Finding]:
    value = {name: figure for name, (figure, _) in result.figures.items()}
    if value["key_share"] is None:
        return []
    line = result.policy.dominance_line
    is_over = value["key_share"] >= line
    facts = {
        "n": result.policy.key_distributor_count,
        "share": text.percent(value["key_share"]),
        "line": text.percent(line, 0),
        "top": text.percent(value["top_share"]),
        "all": text.percent(value["distributor_share"]),
    }
    through = (
        text("Nearly all sales in this data go through distributors.")
        if value["distributor_share"] >= ALL_THROUGH_DISTRIBUTORS
        else text("Distributors bring {all} of company sales.", **facts)
    )
    if is_over:
        said = text(
            "The {n} largest bring {share}, above the {line} line; losing the largest alone would "
            "put {top} at risk.",
            **facts,
        )
    else:
        said = text(
            "The {n} largest bring {share}, below the {line} line; losing the largest alone would "
            "put {top} at risk.",
            **facts,
        )
    return [Finding(text("{first} {second}", first=through, second=said), "bad" if is_over else "")]


def _laggard(text: Text, result: Any) -> list[Finding]:
    ranking = result.ranking
    company = result.figures["company_growth"][0]
    if "relative_growth" not in ranking.columns or company is None:
        return []
    largest = ranking.head(result.policy.key_distributor_count)
    slowest = largest.filter(pl.col("relative_growth") < 1).sort("relative_growth").head(1)
    for row in slowest.iter_rows(named=True):
        said = text(
            "Among the {n} largest, {name} (rank {rank}) falls behind most: its sales changed by "
            "{own}, the company's by {company}. Relative growth is {ratio}: its share of company "
            "sales fell by {loss}.",
            n=largest.height,
            name=row["distributor_name"],
            rank=row["rank"],
            own=text.change(row["growth"]),
            company=text.change(company),
            ratio=text.number(row["relative_growth"], 4),
            loss=text.percent(1 - row["relative_growth"]),
        )
        return [Finding(said, "warn")]
    return []


def _moves(text: Text, result: Any) -> list[Finding]:
    movers = result.movers()
    items = []
    for row in movers.filter(pl.col("rank_change") > 0).head(1).iter_rows(named=True):
        said = text("{name} climbed most: from rank {old} to {new}.", **_steps(row))
        items.append(Finding(said, "good"))
    for row in movers.filter(pl.col("rank_change") < 0).tail(1).iter_rows(named=True):
        said = text("{name} fell most: from rank {old} to {new}.", **_steps(row))
        items.append(Finding(said, "warn"))
    return items


def _steps(row: Row) -> Row:
    return {"name": row["distributor_name"], "old": row["previous_rank"], "new": row["rank"]}


def _quotas(text: Text, result: Any) -> list[Finding]:
    items = []
    for (kind,), rows in result.tables["attainment"].group_by("holder_kind", maintain_order=True):
        missed = rows.filter(pl.col("attainment") < result.policy.attainment_line)
        facts = {"kind": text(HOLDERS[str(kind)]).lower(), "n": text.count(rows.height)}
        if missed.is_empty():
            items.append(Finding(text("Quota by {kind}: all {n} met it.", **facts), "good"))
            continue
        worst = missed.row(-1, named=True)
        said = text(
            "Quota by {kind}: {missed} of {n} fell short; furthest below is {name} with {reached}.",
            missed=text.count(missed.height),
            name=worst["holder_name"],
            reached=text.percent(worst["attainment"]),
            **facts,
        )
        items.append(Finding(said, "warn"))
    return items


def _silent(text: Text, result: Any) -> list[Finding]:
    silent = silent_ones(result.ranking)
    if silent.is_empty():
        return []
    names = text(", ").join(silent.head(3)["distributor_name"])
    facts = {"n": text.count(silent.height), "names": names}
    if silent.height == 1:
        said = text("One distributor that bought before bought nothing: {names}.", **facts)
    elif silent.height <= 3:
        said = text("{n} distributors that bought before bought nothing: {names}.", **facts)
    else:
        said = text(
            "{n} distributors that bought before bought nothing, among them {names}.", **facts
        )
    return [Finding(said, "warn")]


def silent_ones(ranking: pl.DataFrame) -> pl.DataFrame:
    """Distributors without sales in the window, those who bought most a year before first."""
    return ranking.filter("is_silent").sort(
        ["previous_amount", "last_month", "rank"], descending=[True, True, False]
    )


def _comparison(text: Text, window: Any) -> list[Finding]:
    if window.compared_months == window.months:
        return []
    if not window.compared_months:
        said = text("The data holds no month a year before: no growth and no earlier rank.")
        return [Finding(said, "warn")]
    said = text(
        "The data begins too late for a full year before: growth and earlier ranks compare the "
        "last {n} of {m} months only.",
        n=window.compared_months,
        m=window.months,
    )
    return [Finding(said, "warn")]
