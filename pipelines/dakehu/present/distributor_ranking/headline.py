"""The distributor ranking at a glance: headline tiles, sentences and what the list is not.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import N_, before
from dakehu.present.block import (
    BlockData,
    Tile,
    note,
    tiles,
)
from dakehu.present.text import MISSING, Text

Figures = Mapping[str, tuple[float, str]]
Row = dict[str, Any]

ALL_THROUGH_DISTRIBUTORS = 0.995  # from here on the share of all distributors tells nothing


LABELS = {
    "distributor_count": N_("Distributors that ever bought"),
    "active_count": N_("Distributors with sales in the window"),
    "silent_count": N_("Silent distributors"),
    "distributor_amount": N_("Sales through distributors"),
    "distributor_share": N_("Distributors' share of company sales"),
    "key_share": N_("Largest distributors' share of company sales"),
    "top_share": N_("Largest distributor's share of company sales"),
    "cr4": N_("CR4 among distributors"),
    "hhi": N_("HHI among distributors"),
    "company_growth": N_("Company growth, year on year"),
    "attainment_distributor": N_("Quota attainment, distributors"),
    "attainment_person": N_("Quota attainment, sales people"),
    "attainment_territory": N_("Quota attainment, territories"),
    "missed_distributor_count": N_("Distributors below quota"),
    "missed_person_count": N_("Sales people below quota"),
    "missed_territory_count": N_("Territories below quota"),
}

RULES = {
    "dominance_line": N_("Alert line: largest distributors' share of company sales (0-1)"),
    "key_distributor_count": N_("How many distributors count as the largest"),
    "attainment_line": N_("Quota counts as met from this attainment (1 = 100%)"),
    "material_share": N_("Rank changes are told from this share of distributors' sales"),
    "interest_rate": N_("Yearly interest on money out on credit"),
    "ageing_basis": N_("Age of what is owed counts from: due (due date) or posting (invoice)"),
    "just_above_share": N_("Purchases this little above a rebate step count as just above it"),
    "false_discovery_rate": N_("Statistical leads: share of false ones accepted"),
    "outside_share_line": N_("Diversion: sell-out outside the territory above this share (0-1)"),
    "outside_lines_min": N_("Diversion: at least so many deliveries outside in three months"),
    "scan_share_line": N_("Diversion: codes scanned outside above this share (0-1)"),
    "scan_codes_min": N_("Diversion: at least so many codes scanned outside in three months"),
    "scan_accuracy_km": N_("Scans count when their place is known to so many kilometres"),
    "overload_line": N_("Quota overload: quota above so many times capacity or demand"),
    "arbitrage_line": N_("Price gap: left after freight above this share of the own price (0-1)"),
    "late_days": N_("Hoarding: so many days count as the end of a month"),
    "pull_forward_line": N_("Hoarding: end of the quarter so many times the own usual month end"),
    "payback_days": N_("Hoarding: so many days count as the start of a month"),
    "payback_line": N_("Hoarding: start of the next month below so many times the own usual one"),
    "stock_jump_days": N_("Hoarding: stock so many days above the own usual stock"),
    "sell_in_line": N_("Hoarding: purchases of three months above so many times sell-out"),
    "receivables_line": N_("Hoarding: debt to purchases so many times that of the quarter before"),
    "returned_line": N_("Hoarding: given back in two months, above this share (0-1)"),
    "lunar_new_year": N_("Distributors load before Lunar New Year here"),
    "occasion_days": N_("Days before Lunar New Year or a price rise in which all may load"),
    "occasion_line": N_("Such loads are reported from so many times usual daily purchases"),
    "launch_days": N_("Days after its launch in which purchases of a product are no load"),
}

HOLDERS = {
    "distributor": N_("Distributor"),
    "person": N_("Sales person"),
    "territory": N_("Territory"),
}


def headline(text: Text, result: Any, previous: Figures) -> BlockData:
    """The tiles of page one."""
    if result.tables["ranking"].is_empty():
        return note(text("No distributor has bought up to this date."))
    value = {name: figure for name, (figure, _) in result.figures.items()}
    count = result.policy.key_distributor_count
    line = text.percent(result.policy.dominance_line, 0)
    share = value["key_share"]
    is_over = share is not None and share >= result.policy.dominance_line
    return tiles(
        Tile(
            "active_count",
            text("Distributors with sales"),
            text.count(value["active_count"]),
            text("of {n} that ever bought", n=text.count(value["distributor_count"])),
            before(text, previous, "active_count"),
        ),
        Tile(
            "distributor_amount",
            text("Sales through distributors"),
            text.amount(value["distributor_amount"]),
            text("{share} of company sales", share=text.percent(value["distributor_share"])),
            before(text, previous, "distributor_amount"),
        ),
        Tile(
            "key_share",
            text("Share of the {n} largest", n=count),
            text.percent(share),
            text("above the {line} line", line=line)
            if is_over
            else text("below the {line} line", line=line),
            before(text, previous, "key_share"),
            "bad" if is_over else "good",
        ),
        Tile(
            "top_share",
            text("Share of the largest one"),
            text.percent(value["top_share"]),
            _first_name(result),
            before(text, previous, "top_share"),
        ),
        _attainment_tile(text, result, previous),
    )


def _first_name(result: Any) -> str:
    return result.tables["ranking"]["distributor_name"][0]


def _attainment_tile(text: Text, result: Any, previous: Figures) -> Tile:
    for kind in ("distributor", "person", "territory"):
        name = f"attainment_{kind}"
        if name not in result.figures:
            continue
        reached = result.figures[name][0]
        missed = result.figures[f"missed_{kind}_count"][0]
        rows = result.tables["attainment"].filter(pl.col("holder_kind") == kind)
        return Tile(
            name,
            text(LABELS[name]),
            text.percent(reached),
            text("{missed} of {n} below quota", missed=text.count(missed), n=rows.height),
            before(text, previous, name),
            "good" if reached is not None and reached >= result.policy.attainment_line else "warn",
        )
    return Tile(
        "attainment",
        text("Quota attainment"),
        MISSING,
        text("Not computed, data absent (not zero)"),
    )
