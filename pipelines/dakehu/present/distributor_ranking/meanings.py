"""The terms of the distributor ranking.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

from dakehu.present.block import BlockData, Definition, definitions
from dakehu.present.text import Text


def meanings(text: Text, result: Any) -> BlockData:
    """The terms of this page."""
    return definitions(*_ranks(text, result), *_sales(text, result), *_leads(text))


def _ranks(text: Text, result: Any) -> list[Definition]:
    return [
        Definition(
            text("Score"),
            text(
                "Each criterion earns points by fixed bounds; the score is their mean by the agreed"
                " weights, less deductions. A missing criterion is left out and its weight spread"
                " over the others; it is never zero and never the average."
            ),
            text("points, 0 to 100"),
        ),
        Definition(
            text("Rank"),
            text(
                "Order by score, those with a veto last. No other distributor plays a part in a"
                " score, so nobody's place depends on who leaves."
            ),
        ),
        Definition(
            text("90% interval"),
            text(
                "The ranks that hold 90% of the draws of weights and months, stretched to the"
                " official rank."
            ),
        ),
        Definition(
            text("Tier"),
            text(
                "Ranks that cannot be told apart: the head of a tier beats none of the others"
                " with a"
                " probability of {level} or more.",
                level=text.percent(result.policy.separable_probability, 0),
            ),
        ),
        Definition(
            text("Verdict"),
            text(
                "Replace: a veto, or a score below {replace}. Fix: a platform below {fix}, a"
                " lead of"
                " grade A or B, more than {overdue} overdue, or more than {limit} of the limit in"
                " use. Watch: a lead of grade C, or a score below {support}. Support: the rest."
                " With less than {least} of the agreed weight measured nobody is judged by score."
                " It is a proposal to people and decides nothing.",
                replace=text.number(result.policy.replace_below, 0),
                fix=text.number(result.policy.fix_below, 0),
                support=text.number(result.policy.support_from, 0),
                overdue=text.percent(result.policy.overdue_line, 0),
                limit=text.percent(result.policy.limit_use_line, 0),
                least=text.percent(result.policy.verdict_weight_min, 0),
            ),
        ),
    ]


def _sales(text: Text, result: Any) -> list[Definition]:
    return [
        Definition(
            text("Sales rank"),
            text(
                "Place by net sales in the window, ties by number. Whoever ever bought is ranked; "
                "those without sales in the window stand last."
            ),
        ),
        Definition(
            text("Rank a year before"),
            text("The same list over the same months a year before, among those who had bought."),
        ),
        Definition(
            text("Relative growth"),
            text(
                "(1 + own growth) / (1 + company growth). Below 1 the distributor's share of "
                "company sales falls."
            ),
            text("ratio"),
        ),
        Definition(
            text("{line} line", line=text.percent(result.policy.dominance_line, 0)),
            text(
                "Half of the company's sales in the hands of a few large distributors: the level "
                "at which headquarters should worry about credit, discounts and terms."
            ),
            text("share of company sales"),
        ),
        Definition(
            text("HHI"),
            text(
                "10,000 times the sum of squared shares; 10,000 divided by it is the effective "
                "number."
            ),
            text("points"),
        ),
        Definition(
            text("Quota attainment"),
            text("Sales divided by quota over the same ended periods."),
            text("per cent"),
        ),
        Definition(
            text("Freight ratio"),
            text("Freight divided by sales, over the months with freight on record."),
            text("per cent"),
        ),
    ]


def _leads(text: Text) -> list[Definition]:
    return [
        Definition(
            text("Channel length"),
            text(
                "Owners between us and the user, weighted by sell-out; a reseller passes on to"
                " at least one."
            ),
        ),
        Definition(
            text("New-face ratio"),
            text("Parties / days on which each was sold to, by month."),
        ),
        Definition(
            text("DSO"),
            text(
                "What is open / sales on credit x days; counted back through the latest months"
                " where said."
            ),
            text("days"),
        ),
        Definition(
            text("Lead"),
            text(
                "A sign to be looked into, not a finding. A: proof on record; B: a document or two"
                " independent signs; C: statistics alone."
            ),
        ),
    ]
