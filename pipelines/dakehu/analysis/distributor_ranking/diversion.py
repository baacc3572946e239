"""Goods outside the granted territory: sell-out, scans and cases, and who suffers (article 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from dakehu.analysis.distributor_ranking.evidence import (
    DOCUMENT,
    PROOF,
    SIGNS,
    STATISTICS,
    signs,
)
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
OUTSIDE = pl.col("standing") == "outside"
GRANTED = pl.col("standing") == "granted"
CASE_KINDS = {"diversion": "diversion", "price": "price_gap"}


@dataclass(frozen=True)
class Diversion:
    """`signs` are those of the window (see `evidence.SIGNS`).

    `places`: distributor_id, month (last of three), line_count, outside_line_count, quantity,
    outside_share, chain_share, agreed_share (P3-6, P3-9), code_count, outside_code_count,
    scan_share (P3-7), territory_id, other_id (where most went, and whose place that is); every
    three months of the data, counted back from the end of the window.

    `victims`: distributor_id, growth, sold_quantity, inbound_quantity, inbound_share,
    scan_inbound_share (P3-8), other_id (who sent most), is_victim (much comes in while it loses).
    """

    signs: pl.DataFrame
    places: pl.DataFrame
    victims: pl.DataFrame


def diversion_of(read: Mapping[str, pl.DataFrame], window: Window, policy: Policy) -> Diversion:
    """Judge the sell-out and scans of whoever held a grant, by the grants of each day."""
    exact = pl.col("accuracy_km") <= policy.scan_accuracy_km
    scans = read["scans"].filter(exact)
    places = _places(read["places"], scans, window)
    return Diversion(
        pl.concat([_signs(places, window, policy), _cases(read["cases"], window)]),
        places,
        _victims(read, scans, window, policy),
    )


def three_months(window: Window) -> pl.Expr:
    """The last month of the three that a month belongs to, counted back from the window's end."""
    last = window.last.year * 12 + window.last.month
    back = last - (pl.col("month").dt.year() * 12 + pl.col("month").dt.month())
    left = (back % 3).cast(pl.String)
    return pl.col("month").dt.offset_by(left + "mo")


def _share(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    base = below.cast(pl.Float64)
    return above.cast(pl.Float64) / pl.when(base > 0).then(base)


def _places(places: pl.DataFrame, scans: pl.DataFrame, window: Window) -> pl.DataFrame:
    quantity, where = pl.col("quantity"), pl.col("standing")
    sold = places.group_by(KEY, three_months(window)).agg(
        line_count=pl.col("line_count").sum().cast(pl.Int64),
        outside_line_count=pl.col("line_count").filter(OUTSIDE).sum().cast(pl.Int64),
        quantity=quantity.sum(),
        outside_share=_share(quantity.filter(OUTSIDE).sum(), quantity.sum()),
        chain_share=_share(quantity.filter(where == "chain").sum(), quantity.sum()),
        agreed_share=_share(quantity.filter(where == "agreed").sum(), quantity.sum()),
    )
    codes = pl.col("code_count")
    seen = scans.group_by(KEY, three_months(window)).agg(
        code_count=codes.sum().cast(pl.Int64),
        outside_code_count=codes.filter(OUTSIDE).sum().cast(pl.Int64),
        scan_share=_share(codes.filter(OUTSIDE).sum(), codes.sum()),
    )
    left = pl.concat(
        [
            places.select(KEY, "month", "territory_id", "holder_id", "standing", size="line_count"),
            scans.select(KEY, "month", "territory_id", "holder_id", "standing", size="code_count"),
        ]
    ).filter(OUTSIDE)
    most = (
        left.group_by(KEY, three_months(window), "territory_id")
        .agg(pl.col("size").sum(), other_id=pl.col("holder_id").max())
        .sort("size", "territory_id", descending=[True, False])
        .unique([KEY, "month"], keep="first", maintain_order=True)
        .drop("size")
    )
    return (
        sold.join(seen, on=[KEY, "month"], how="full", coalesce=True)
        .join(most, on=[KEY, "month"], how="left")
        .sort(KEY, "month")
    )


def _signs(places: pl.DataFrame, window: Window, policy: Policy) -> pl.DataFrame:
    """A few strays are no lead: a share and a number of rows must both be passed."""
    judged = places.filter(window.within)
    outside = (pl.col("outside_share") > policy.outside_share_line) & (
        pl.col("outside_line_count") >= policy.outside_lines_min
    )
    scanned = (pl.col("scan_share") > policy.scan_share_line) & (
        pl.col("outside_code_count") >= policy.scan_codes_min
    )
    benign = [
        signs(
            judged.filter(pl.col(name) > policy.outside_share_line)
            .with_columns(value=name)
            .drop("other_id"),
            "diversion",
            name,
            policy.outside_share_line,
            DOCUMENT,
            "delivery",
            is_benign=True,
        )
        for name in ("chain_share", "agreed_share")
    ]
    return pl.concat(
        [
            signs(
                judged.filter(scanned).with_columns(value="scan_share"),
                "diversion",
                "scan_share",
                policy.scan_share_line,
                PROOF,
                "scan",
            ),
            signs(
                judged.filter(outside).with_columns(value="outside_share"),
                "diversion",
                "outside_share",
                policy.outside_share_line,
                DOCUMENT,
                "delivery",
            ),
            *benign,
        ]
    )


def _cases(cases: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Cases on record with the grade that was written down; without one they are grade C."""
    found = cases.filter(window.within & pl.col("case_type").is_in(list(CASE_KINDS)))
    graded = pl.col("evidence_grade").is_in([PROOF, DOCUMENT])
    return found.select(
        kind=pl.col("case_type").replace_strict(CASE_KINDS, return_dtype=pl.String),
        distributor_id=KEY,
        other_id=pl.lit(None, pl.String),
        month="month",
        measure=pl.lit("case_count"),
        value=pl.col("case_count").cast(pl.Float64),
        threshold=pl.lit(1.0),
        is_benign=pl.lit(False),
        evidence_grade=pl.when(graded).then("evidence_grade").otherwise(pl.lit(STATISTICS)),
        record=pl.lit("case"),
        is_tested=pl.lit(False),
    ).match_to_schema(pl.Schema(SIGNS))


def growth_of(monthly: pl.DataFrame, window: Window) -> pl.DataFrame:
    """distributor_id, growth: its sales against the same months a year before; null without any."""
    amount = pl.col("net_amount")
    now, before = (amount.filter(when).sum() for when in (window.compared, window.year_before))
    return monthly.group_by(KEY).agg(growth=_share(now, before) - 1)


def _victims(
    read: Mapping[str, pl.DataFrame], scans: pl.DataFrame, window: Window, policy: Policy
) -> pl.DataFrame:
    """Who holds a place into which others sold in the window, and whether it loses meanwhile."""
    own, came = (_inward(frame.filter(window.within)) for frame in (read["places"], scans))
    inbound, sold = pl.col("inbound_size"), pl.col("own_size")
    return (
        own.join(came, on=KEY, how="full", coalesce=True, suffix="_codes")
        .join(growth_of(read["monthly"], window), on=KEY, how="left")
        .select(
            KEY,
            "growth",
            sold_quantity=sold,
            inbound_quantity=inbound,
            inbound_share=_share(inbound, inbound + sold),
            scan_inbound_share=_share(
                pl.col("inbound_size_codes"),
                pl.col("inbound_size_codes") + pl.col("own_size_codes"),
            ),
            other_id=pl.coalesce("other_id", "other_id_codes"),
        )
        .filter((pl.col("inbound_share") > 0) | (pl.col("scan_inbound_share") > 0))
        .with_columns(
            is_victim=(pl.col("growth") < 0)
            & (
                (pl.col("inbound_share") > policy.outside_share_line)
                | (pl.col("scan_inbound_share") > policy.scan_share_line)
            )
        )
        .sort("inbound_share", KEY, descending=[True, False], nulls_last=True)
    )


def _inward(frame: pl.DataFrame) -> pl.DataFrame:
    """Per holder of a place: what it sold there, what others brought, and who brought most."""
    size = pl.col("quantity" if "quantity" in frame.columns else "code_count").cast(pl.Float64)
    brought = (
        frame.filter(OUTSIDE & pl.col("holder_id").is_not_null())
        .group_by("holder_id", KEY)
        .agg(size=size.sum())
        .sort("size", KEY, descending=[True, False])
        .group_by("holder_id", maintain_order=True)
        .agg(inbound_size=pl.col("size").sum(), other_id=pl.col(KEY).first())
        .rename({"holder_id": KEY})
    )
    own = frame.filter(GRANTED).group_by(KEY).agg(own_size=size.sum())
    return brought.join(own, on=KEY, how="left").with_columns(pl.col("own_size").fill_null(0))
