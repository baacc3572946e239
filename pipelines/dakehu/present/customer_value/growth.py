"""Where growth comes from, in sentences.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

from dakehu.present.block import BlockData, Finding, findings
from dakehu.present.customer_value.industries import moved
from dakehu.present.customer_value.mix import shift
from dakehu.present.text import Text


def sentences(text: Text, result: Any) -> BlockData:
    """What moved sales, what is covered and what is missing, our share of the need; or why not."""
    return findings(
        *_industries(text, result),
        *_mix(text, result),
        _covered(text, result),
        *_solutions(text, result),
        _wallet(text, result),
    )


def _industries(text: Text, result: Any) -> list[Finding]:
    found = result.growth.industries
    if found.industries.is_empty():
        said = text("No customer's industry is known: industries are not compared (not zero).")
        return [Finding(said, "warn")]
    return [Finding(moved(text, result))] if found.effects else []


def _mix(text: Text, result: Any) -> list[Finding]:
    return [Finding(said)] if (said := shift(text, result)) else []


def _covered(text: Text, result: Any) -> Finding:
    figures = result.growth.figures
    if result.growth.coverage.cells.is_empty():
        return Finding(
            text("No product family is known: coverage and mix are not computed (not zero)."),
            "warn",
        )
    share = text.percent(figures.get("key_family_coverage", (None, ""))[0])
    if result.growth.coverage.has_peers:
        covered = text(
            "Class A customers buy {share} of the families that their industry buys from us, on"
            " average.",
            share=share,
        )
    else:
        covered = text("Class A customers buy {share} of all families, on average.", share=share)
    if not result.growth.coverage.has_peers:
        gaps = text("No industry is known, so nobody has peers to tell white space by.")
    elif "key_white_space_count" not in figures:
        gaps = text(
            "No family that a customer lacks has {n} buyers among its peers: no white space.",
            n=text.count(result.policy.white_space_peers),
        )
    elif not figures["key_white_space_count"][0]:
        gaps = text("They lack no family that their peers buy; the white space is with the others.")
    else:
        gaps = text(
            "Families that peers buy and they do not: {n}, worth {amount} a window at the peers'"
            " median.",
            n=text.count(figures["key_white_space_count"][0]),
            amount=text.amount(figures["key_white_space_amount"][0]),
        )
    return Finding(text("{covered} {gaps}", covered=covered, gaps=gaps))


def _solutions(text: Text, result: Any) -> list[Finding]:
    values = {name: value for name, (value, _) in result.growth.figures.items()}
    said = []
    if "bundled_share" in values:
        said.append(
            text(
                "Orders that hold two families or more make {share} of order value.",
                share=text.percent(values["bundled_share"]),
            )
            + _then(text, values.get("previous_bundled_share"))
        )
    if "solution_share" in values:
        said.append(
            text(
                "{share} of the orders are solutions, or hold a product made for one customer.",
                share=text.percent(values["solution_share"]),
            )
            + _then(text, values.get("previous_solution_share"))
        )
    if "custom_share" in values:
        said.append(
            text(
                "Products made for one customer make {share} of order value ({before} in the window"
                " before).",
                share=text.percent(values["custom_share"]),
                before=text.percent(values.get("previous_custom_share")),
            )
        )
    if said and "solution_share" not in values:
        said.append(
            text("Neither the type of sale nor custom products are known: no solution share.")
        )
    return [Finding(sentence) for sentence in said]


def _then(text: Text, share: float | None) -> str:
    if share is None:
        return ""
    return text(" In the window before: {share}.", share=text.percent(share))


def _wallet(text: Text, result: Any) -> Finding:
    values = {name: value for name, (value, _) in result.growth.figures.items()}
    if "wallet_share" not in values:
        return Finding(
            text("No customer's yearly need is known: share of wallet is not computed (no guess)."),
            "warn",
        )
    doubtful = values["wallet_doubtful_count"]
    said = text(
        "Of what customers with a known need buy in our category, {share} comes from us; they make"
        " {known} of sales.",
        share=text.percent(values["wallet_share"]),
        known=text.percent(values["wallet_known_share"]),
    )
    doubt = text(
        "Customers whose stated need cannot be right, being below our sales: {n}.",
        n=text.count(doubtful),
    )
    return Finding(text("{said} {doubt}", said=said, doubt=doubt) if doubtful else said)
