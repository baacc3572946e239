"""Who of ours looks after the accounts, on the page.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.text import Text


def sentences(text: Text, result: Any) -> BlockData:
    """How steady the managers are, what that goes with, and where the single interface broke."""
    if not result.team.has_managers:
        return note(
            text(
                "No account managers in the data: their tenure and the single interface are not"
                " judged (not zero). Map account_team."
            ),
            "",
        )
    return findings(_steadiness(text, result), _interface(text, result))


def _steadiness(text: Text, result: Any) -> Finding:
    values = {name: value for name, (value, _) in result.team.figures.items()}
    changed = values["manager_changed_count"]
    words = text(
        "Of {n} accounts with a manager {changed} changed theirs {times} times or more in the"
        " window.",
        n=text.count(values["managed_count"]),
        changed=text.count(changed),
        times=text.count(result.policy.manager_changes),
    )
    if "manager_tenure_days" in values:
        words += text(
            " Half of the managers have been there for {days} days or more.",
            days=text.number(values["manager_tenure_days"], 0),
        )
    if "changed_manager_revenue_retention" in values:
        words += text(
            " Sales now over the window before: {changed} where the manager changed, {steady}"
            " elsewhere.",
            changed=text.percent(values["changed_manager_revenue_retention"]),
            steady=text.percent(values.get("steady_manager_revenue_retention")),
        )
    return Finding(words, "warn" if changed else "good")


def _interface(text: Text, result: Any) -> Finding:
    people = text.count(result.policy.interface_people)
    if not result.team.has_meetings:
        words = text(
            "No visits in the data: who of ours came is not known. Map activities with person_id."
        )
        return Finding(words, "")
    crowded = result.team.figures["crowded_account_count"][0]
    if not crowded:
        words = text(
            "Nowhere did more than {people} of ours come in a month without its manager.",
            people=people,
        )
        return Finding(words, "good")
    words = text(
        "Accounts to which more than {people} of ours came in a month without its manager:"
        " {n}. One interface should speak for all product lines.",
        people=people,
        n=text.count(crowded),
    )
    return Finding(words, "warn")


def accounts(text: Text, result: Any, top_n: int) -> BlockData:
    """Accounts whose manager changes often, or to which several come without the manager."""
    team, policy = result.team, result.policy
    if not team.has_managers:
        return findings()  # the sentences have said that no manager is known
    frame = team.accounts.filter(
        (pl.col("change_count") >= policy.manager_changes) | (pl.col("crowded_month_count") > 0)
    )
    if frame.is_empty():
        return findings()  # the sentences have said that there is none
    columns = [
        Column("customer_name", text("Customer")),
        Column("manager_count", text("Managers"), "count", 2),
        Column("change_count", text("Changes of manager"), "count"),
        Column("tenure_days", text("Days of the present one"), "count", 2),
        Column("crowd_count", text("Came without the manager"), "count"),
        Column("crowded_month", text("In"), "month", 2),
    ]
    return table(
        frame.head(max(1, top_n // 2)),
        columns,
        text,
        title=text("Accounts with a restless team, or with too many of ours"),
        note=text(
            "Managers and changes in the window; came: most people in one month. All: {n}.",
            n=text.count(frame.height),
        ),
        file="account_teams",
    )
