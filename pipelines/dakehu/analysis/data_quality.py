"""Whether every row and amount of the sources is accounted for, and what the data can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import polars as pl

from dakehu.analysis.data_quality_rows import (
    AMOUNTS,
    ORDERED,
    SALES,
    by_table,
    changes_by_kind,
    common_folder,
    over_files,
    rejects_by_kind,
)
from dakehu.analysis.parties import decided, proposals

# The marts that the analysis reads, each mart_data_quality__<name>.
MARTS = (
    "sources",
    "rejects_by_reason",
    "repairs",
    "overlaps",
    "orphans",
    "completeness",
    "capabilities",
    "checks",
    "failing_rows",
    "changes",
    "parties",
    "party_decisions",
    "gates",
)
PUBLISHED = (
    *(name for name in MARTS if name not in ("parties", "gates")),
    "by_table",
    "missing_tables",
    "party_proposals",
)
STATUSES = ("block", "warn", "pass")


@dataclass(frozen=True)
class DataQuality:
    """The report's results.

    `gates` are the thresholds that the load used, by name; `folder` is what all files have in
    common. `by_table` has a row per table that was fed, with `rows_open` and `amount_open`: what is
    not accounted for, 0 when all is well. `reasons` sums the rejects over files, `mended` the
    repairs. `completeness` says of every month whether it is closed, empty or low. `changed` sums
    the files by what became of them since the load before. `missing_tables` names, for every table
    that lacks something, the blocks that wait for it. `party_proposals` has the decided pairs of
    parties first, so that it can take the place of the file that they were decided in.
    """

    gates: dict[str, float]
    folder: str
    rules: pl.DataFrame
    sources: pl.DataFrame
    by_table: pl.DataFrame
    rejects_by_reason: pl.DataFrame
    reasons: pl.DataFrame
    repairs: pl.DataFrame
    mended: pl.DataFrame
    overlaps: pl.DataFrame
    orphans: pl.DataFrame
    completeness: pl.DataFrame
    capabilities: pl.DataFrame
    missing_tables: pl.DataFrame
    checks: pl.DataFrame
    failing_rows: pl.DataFrame
    changes: pl.DataFrame
    changed: pl.DataFrame
    party_decisions: pl.DataFrame
    party_proposals: pl.DataFrame
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {name: getattr(self, name) for name in PUBLISHED} | {"gates": self.rules}

    @property
    def failing_checks(self) -> list[str]:
        """The names of the checks that failed, those that refuse a load first."""
        return self.checks.filter(pl.col("status") == "fail")["check"].to_list()


def analyse(marts: Mapping[str, pl.DataFrame]) -> DataQuality:
    """Judge what the loader and the checks wrote down: the frames of `MARTS`, by name.

    Raises:
        ValueError: when no source was read at all.
    """
    sources = marts["sources"]
    if sources.is_empty():
        raise ValueError(
            "data_quality: the warehouse lists no source file; build it again with"
            " `dakehu build PIPELINE.toml`"
        )
    gates = dict(marts["gates"].select("name", "value").iter_rows())
    rejects = rejects_by_kind(marts["rejects_by_reason"])
    parts = {
        "by_table": by_table(sources),
        "orphans": _orphans(marts["orphans"]),
        "overlaps": marts["overlaps"].sort(-pl.col("row_count"), "file", "winner_file"),
        # Failed checks first, those that refuse a load before those that warn; keys of models last.
        "checks": marts["checks"].sort(
            "status", pl.col("check").str.ends_with("__key_unique"), "severity", "check"
        ),
        "capabilities": marts["capabilities"].sort("is_on", "level", "block"),
        "completeness": _months(marts["completeness"], gates["low_month_share"]),
        "repairs": marts["repairs"],
        "party_decisions": marts["party_decisions"],
        "party_proposals": _pairs(marts, gates["similar_name_score"]),
    }
    return DataQuality(
        gates=gates,
        folder=common_folder(sources["file"]),
        rules=marts["gates"],
        sources=sources,
        rejects_by_reason=rejects,
        reasons=over_files(rejects, "reason"),
        mended=over_files(marts["repairs"], "kind"),
        missing_tables=_missing_tables(parts["capabilities"]),
        failing_rows=marts["failing_rows"],
        changes=marts["changes"].sort("change", "file", "target_table"),
        changed=changes_by_kind(marts["changes"]),
        figures=_figures(sources, parts) | _party_figures(marts["parties"], parts),
        **parts,
    )


def _orphans(orphans: pl.DataFrame) -> pl.DataFrame:
    """Every foreign key, those that stop a load first, then by the share that leads nowhere."""
    return orphans.sort(
        pl.col("status").replace_strict(STATUSES, range(len(STATUSES))),
        -pl.col("orphan_share").fill_null(0),
        "table_name",
        "column_name",
    )


def _missing_tables(capabilities: pl.DataFrame) -> pl.DataFrame:
    """Per table that lacks columns: which, and the blocks that would come on with them."""
    needs = (
        capabilities.filter(~pl.col("is_on"))
        .select("block", name=pl.col("missing").str.split(", "))
        .explode("name")
        .with_columns(
            pl.col("name")
            .str.split_exact(".", 1)
            .struct.rename_fields(["table_name", "columns"])
            .alias("parts")
        )
        .unnest("parts")
    )
    listed = [pl.col(name).unique().sort().str.join(", ") for name in ("columns", "block")]
    return needs.group_by("table_name").agg(*listed).rename({"block": "blocks"}).sort("table_name")


def _pairs(marts: Mapping[str, pl.DataFrame], least_score: float) -> pl.DataFrame:
    decisions = marts["party_decisions"]
    return pl.concat([decided(decisions), proposals(marts["parties"], decisions, least_score)])


def _months(completeness: pl.DataFrame, low_share: float) -> pl.DataFrame:
    """Add `state`: open, empty, low (far below the median of the closed months) or complete."""
    closed = completeness.filter("is_closed", pl.col("row_count") > 0)["row_count"].to_list()
    usual = median(closed) if closed else 0
    state = (
        pl.when(~pl.col("is_closed"))
        .then(pl.lit("open"))
        .when(pl.col("row_count") == 0)
        .then(pl.lit("empty"))
        .when(pl.col("row_count") < low_share * usual)
        .then(pl.lit("low"))
        .otherwise(pl.lit("complete"))
    )
    return completeness.sort("month").with_columns(state=state)


def _figures(
    sources: pl.DataFrame, parts: Mapping[str, pl.DataFrame]
) -> dict[str, tuple[float, str]]:
    tables, checks, orphans = parts["by_table"], parts["checks"], parts["orphans"]
    failing = checks.filter(pl.col("status") == "fail")
    repairs, ordered = parts["repairs"], pl.col("kind").is_in(ORDERED)
    counts = {
        "file_count": sources["file"].n_unique(),
        **{name: tables[name].sum() for name in ("rows", "loaded", "rejected", "left_out")},
        "rows_open": tables["rows_open"].abs().sum(),
        "repaired": repairs.filter(~ordered)["row_count"].sum(),
        "converted": repairs.filter(ordered)["row_count"].sum(),
        "overlapping": parts["overlaps"]["row_count"].sum(),
        "overlapping_changed": parts["overlaps"]["changed_count"].sum(),
        "orphan_keys": orphans.filter(pl.col("status") != "pass").height,
        "orphan_rows": orphans["orphan_count"].sum(),
        "checks_count": checks.height,
        "checks_failing": failing.height,
        "checks_blocking": failing.filter(pl.col("severity") == "block").height,
        "capability_count": parts["capabilities"].height,
        "capabilities_on": parts["capabilities"]["is_on"].sum(),
        "empty_months": parts["completeness"].filter(pl.col("state") == "empty").height,
    }
    figures: dict[str, tuple[float, str]] = {
        name: (int(count), "count") for name, count in counts.items()
    }
    # One file may feed several tables; the headline speaks of the sales lines alone.
    for row in tables.filter(pl.col("target_table") == SALES).iter_rows(named=True):
        figures |= {
            f"sales_{name}": (row[name], "count")
            for name in ("rows", "loaded", "rejected", "left_out")
        }
        if row["rejected_share"] is not None:
            figures["rejected_share"] = (float(row["rejected_share"]), "share")
        if row["amount_in"] is not None:
            figures.update({name: (float(row[name] or 0), "amount") for name in AMOUNTS})
            figures["amount_open"] = (float(row["amount_open"]), "amount")
    return figures


def _party_figures(
    parties: pl.DataFrame, parts: Mapping[str, pl.DataFrame]
) -> dict[str, tuple[float, str]]:
    joined = parts["party_decisions"].filter(pl.col("decision") == "same", "is_one_group")
    return {
        "party_count": (parties.height, "count"),
        "group_count": (parties["group_id"].n_unique(), "count"),
        "groups_joined": (joined["group_id"].n_unique(), "count"),
        "party_pairs": (parts["party_proposals"]["decision"].null_count(), "count"),
    }
