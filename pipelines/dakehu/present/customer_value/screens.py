"""Key accounts on the page: who passes the screens, who fails and why, who is like them.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, Finding, figure, findings, note, table
from dakehu.present.customer_value.account_terms import SCREENS
from dakehu.present.text import Text

MARKS = {"pass": "✓", "fail": "✗"}


def reason(text: Text, row: Mapping[str, Any], policy: Any) -> str:
    """Why a row of the screens is a key account or not, with the numbers that decided."""
    failed = [_failure(text, name, row, policy) for name in ("value", *SCREENS)]
    failed = [words for words in failed if words]
    if failed:
        return text("; ").join(failed)
    unknown = [text(label) for name, label in SCREENS.items() if row[name] == "not_known"]
    if not unknown:
        return text("passes all three screens")
    return text("passes what is known; not known: {screens}", screens=text(", ").join(unknown))


def _failure(text: Text, name: str, row: Mapping[str, Any], policy: Any) -> str:
    if row[name] != "fail":
        return ""
    if name == "value":
        return text("outside the 80/20 set of this window")
    if name == "fit":
        return text(
            "fit {score} is below {least}",
            score=text.number(row["fit_score"], 1),
            least=text.number(policy.fit_score_min, 1),
        )
    if name == "central_purchase":
        if row["is_central"] is False:
            return text("buys in scattered orders")
        return text(
            "head office and contracts cover only {share}", share=text.percent(row["central_share"])
        )
    if row["active_years"] < policy.continuity_active_years:
        return text(
            "bought in {n} of the last {years} years (CV {cv})",
            n=text.count(row["active_years"]),
            years=text.count(policy.continuity_years),
            cv=text.number(row["annual_cv"]),
        )
    if row["active_quarter_share"] < policy.continuity_quarter_share:
        return text(
            "ordered in only {share} of the quarters",
            share=text.percent(row["active_quarter_share"]),
        )
    return text("annual sales vary too much (CV {cv})", cv=text.number(row["annual_cv"]))


def unknown_screens(result: Any) -> list[str]:
    """The screens that no candidate can be judged by."""
    screens = result.key_accounts.screens
    return [name for name in SCREENS if (screens[name] == "not_known").all()]


def finding(text: Text, result: Any) -> Finding:
    """How many key accounts there are, and the largest candidate that is none."""
    screens, figures = result.key_accounts.screens, result.figures
    unknown = unknown_screens(result)
    sentence = text(
        "Of {candidates} candidates {n} are key accounts, with {share} of sales.",
        candidates=text.count(screens.height),
        n=text.count(figures["key_account_count"][0]),
        share=text.percent(figures["key_account_amount_share"][0]),
    )
    failed = screens.filter(~pl.col("is_key_account"))
    if not failed.is_empty():
        row = failed.row(0, named=True)
        sentence += text(
            " The largest that is none, {name} ({amount} in {months} months): {reason}.",
            name=row["customer_name"],
            amount=text.amount(row["span_amount"]),
            months=_months(text, result),
            reason=reason(text, row, result.policy),
        )
    if unknown:
        listed = text(", ").join(text(SCREENS[name]) for name in unknown)
        sentence += text(" No data, so not decided: {screens}.", screens=listed)
    return Finding(sentence, "warn" if unknown else "")


def outcomes(text: Text, result: Any) -> BlockData:
    """How many candidates pass each screen, fail it, or cannot be judged."""
    screens = result.key_accounts.screens
    if len(unknown_screens(result)) == len(SCREENS):
        return note(
            text(
                "Nothing is known of fit and central purchase, and the history of {have} months is"
                " too short for continuity ({years} years): the key accounts are the 80/20 set by"
                " sales or margin alone.",
                have=text.count(result.period.history_months),
                years=text.count(result.policy.continuity_years),
            )
        )
    labels = {"value": text("80/20 set"), **{name: text(word) for name, word in SCREENS.items()}}
    rows = list(range(len(labels)))
    words = {
        "pass": (text("Passes"), theme.GREEN),
        "fail": (text("Fails"), theme.RED),
        "not_known": (text("Not known"), theme.GREY),
    }
    traces = []
    for outcome, (word, color) in words.items():
        counts = [int((screens[name] == outcome).sum()) for name in labels]
        traces.append(
            go.Bar(
                x=counts,
                y=rows,
                orientation="h",
                name=word,
                marker={"color": color},
                text=[text.count(count) if count else "" for count in counts],
                textposition="inside",
                insidetextanchor="middle",
                customdata=[
                    hover(label, f"{word} {text.count(count)}")
                    for label, count in zip(labels.values(), counts, strict=True)
                ],
                hovertemplate=HOVER,
            )
        )
    layout = theme.layout(
        barmode="stack",
        # These labels are ours and few: shown whole.
        yaxis=rows_axis(list(labels.values())) | {"ticktext": list(labels.values())},
        xaxis={"visible": False},
        legend=theme.layout()["legend"] | {"traceorder": "normal"},
    )
    return figure(
        go.Figure(traces, layout),
        title=text("What the candidates pass and fail"),
        summary=text(
            "Of {candidates} candidates {n} fail no screen: the key accounts.",
            candidates=text.count(screens.height),
            n=text.count(result.figures["key_account_count"][0]),
        ),
        note=text(
            "Candidates: in the 80/20 set of this window by sales or margin, or by sales of the"
            " last {months} months together, or class A by management. A screen without data is"
            " not known and decides nothing.",
            months=_months(text, result),
        ),
        height=90 + 44 * len(labels),
    )


def candidates(text: Text, result: Any, top_n: int) -> BlockData:
    """The largest candidates, each with the evidence of every screen and the reason."""
    screens, policy = result.key_accounts.screens, result.policy
    if len(unknown_screens(result)) == len(SCREENS):
        return findings()  # the figure of the outcomes has said that nothing is known
    rows = list(screens.head(2 * top_n).iter_rows(named=True))
    shown = pl.DataFrame(
        {
            "customer_name": [row["customer_name"] for row in rows],
            "span_amount": [row["span_amount"] for row in rows],
            "is_key_account": [row["is_key_account"] for row in rows],
            "fit": [_fit(text, row) for row in rows],
            "central_purchase": [_central(text, row) for row in rows],
            "continuity": [_continuity(text, row, result) for row in rows],
            "reason": [reason(text, row, policy) for row in rows],
        },
        schema_overrides={"span_amount": screens.schema["span_amount"]},
    )
    columns = [
        Column("customer_name", text("Customer")),
        Column("is_key_account", text("Key account"), "flag"),
        Column("reason", text("Why")),
        Column(
            "span_amount",
            text("Sales of {months} months", months=_months(text, result)),
            "amount",
            2,
        ),
        Column("fit", text("Fit"), priority=2),
        Column("central_purchase", text("Central purchase"), priority=2),
        Column("continuity", text("Continuity"), priority=2),
    ]
    return table(
        shown,
        columns,
        text,
        title=text("The candidates and their screens"),
        note=text(
            "The {n} largest by sales of {months} months; the file has all {all}.",
            n=text.count(shown.height),
            months=_months(text, result),
            all=text.count(screens.height),
        ),
        file="key_account_screens",
    )


def _months(text: Text, result: Any) -> str:
    return text.count(12 * result.key_accounts.span_years)


def _marked(text: Text, outcome: str, evidence: str) -> str:
    return f"{MARKS[outcome]}\u00a0{evidence}" if outcome in MARKS else text("not known")


def _fit(text: Text, row: Mapping[str, Any]) -> str:
    return _marked(text, row["fit"], text.number(row["fit_score"], 1))


def _central(text: Text, row: Mapping[str, Any]) -> str:
    basis = {True: text("stated"), False: text("stated as scattered"), None: text("measured")}
    stated = basis[row["is_central"]]
    if row["central_share"] is not None:
        share = text.percent(row["central_share"], 0)
        stated = text("{basis}; {share} measured", basis=stated, share=share)
    return _marked(text, row["central_purchase"], stated)


def _continuity(text: Text, row: Mapping[str, Any], result: Any) -> str:
    evidence = text(
        "{n} of {years} years, {share} of quarters, CV {cv}",
        n=text.count(row["active_years"]),
        years=text.count(result.key_accounts.span_years),
        share=text.percent(row["active_quarter_share"], 0),
        cv=text.number(row["annual_cv"]),
    )
    return _marked(text, row["continuity"], evidence)


def lookalikes(text: Text, result: Any, top_n: int) -> BlockData:
    """Peers of key accounts that buy little or nothing (P7-8)."""
    frame = result.key_accounts.lookalikes
    if result.key_accounts.screens["industry_name"].is_null().all():
        return note(text("No industry of any customer is known: lookalikes are not computed."))
    if frame.is_empty():
        return note(text("No peer of a key account buys little or nothing."), "")
    columns = [
        Column("customer_name", text("Customer")),
        Column("industry_name", text("Industry"), priority=2),
        Column("size_band", text("Size"), priority=2),
        Column("net_amount", text("Sales"), "amount"),
        Column("peer_amount", text("Median of the key accounts there"), "amount", 2),
        Column("gap_amount", text("Gap"), "amount"),
    ]
    known = [name for name in frame.columns if frame[name].is_not_null().any()]
    return table(
        frame.select(known).head(top_n),
        columns,
        text,
        title=text("Who is like the key accounts and buys little"),
        note=text(
            "Same industry and, where known, size; less than {share} of the median. All: {n}.",
            share=text.percent(result.policy.lookalike_share, 0),
            n=text.count(frame.height),
        ),
        file="lookalikes",
    )


def families(text: Text, result: Any) -> BlockData:
    """What share of each product family each class buys (P9-1)."""
    frame = result.key_accounts.families
    if frame.is_empty():
        return findings()
    shares = frame.with_columns(whole=pl.col("net_amount").sum().over("family")).pivot(
        "customer_class", index=["family", "whole"], values="amount_share"
    )
    names = [name for name in ("A", "B", "C") if name in shares.columns]
    return table(
        shares.sort("whole", descending=True),
        [
            Column("family", text("Product family")),
            Column("whole", text("Sales"), "amount", 2),
            *(Column(name, text("Class {name}", name=name), "percent") for name in names),
        ],
        text,
        title=text("What each class buys of each product family"),
        file="class_families",
    )
