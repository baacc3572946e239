"""Whether every row and amount of the sources is accounted for, and what the data can carry."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import polars as pl

SALES = "order_lines"
COUNTS = ["rows", "loaded", "rejected", "left_out", "unmatched"]
AMOUNTS = ["amount_in", "amount_loaded", "amount_rejected", "amount_left_out", "rounding_amount"]

# The loader's reasons name rows, types and messages; what comes after these beginnings is cut so
# that rows of one kind are counted together.
KINDS = {
    "repeats row": "repeats an earlier row",
    "wrong shape": "wrong number of fields",
    "no number": "no number, or too large",
}


@dataclass(frozen=True)
class Policy:
    """Every threshold of the report; shares are 0-1."""

    rejected_warn_share: float = 0.005
    rejected_bad_share: float = 0.05
    low_month_share: float = 0.50


@dataclass(frozen=True)
class DataQuality:
    """The report's results.

    `by_table` has a row per table that was fed, with `rows_open` and `amount_open`: what is not
    accounted for, 0 when all is well. `reasons` sums the rejects over files. `completeness` says
    of every month whether it is closed, empty or low.
    """

    policy: Policy
    sources: pl.DataFrame
    by_table: pl.DataFrame
    rejects_by_reason: pl.DataFrame
    reasons: pl.DataFrame
    checks: pl.DataFrame
    capabilities: pl.DataFrame
    completeness: pl.DataFrame
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {
            "sources": self.sources,
            "rejects_by_reason": self.rejects_by_reason,
            "checks": self.checks,
            "capabilities": self.capabilities,
            "completeness": self.completeness,
            "by_table": self.by_table,
        }


def analyse(
    sources: pl.DataFrame,
    rejects_by_reason: pl.DataFrame,
    completeness: pl.DataFrame,
    capabilities: pl.DataFrame,
    checks: pl.DataFrame,
    policy: Policy | None = None,
) -> DataQuality:
    """Judge what the loader and the checks wrote down (the mart_data_quality__ tables).

    Raises:
        ValueError: when no source was read at all.
    """
    policy = policy or Policy()
    if sources.is_empty():
        raise ValueError(
            "data_quality: the warehouse lists no source file; build it again with"
            " `dakehu build PIPELINE.toml`"
        )
    by_table = _by_table(sources)
    rejects = _kinds(rejects_by_reason)
    months = _months(completeness, policy)
    # Failed checks first, those that refuse a load before those that warn.
    ordered = checks.sort("status", "severity", "check")
    return DataQuality(
        policy=policy,
        sources=sources,
        by_table=by_table,
        rejects_by_reason=rejects,
        reasons=_reasons(rejects),
        checks=ordered,
        capabilities=capabilities.sort("is_on", "block", descending=[True, False]),
        completeness=months,
        figures=_figures(sources, by_table, ordered, capabilities, months),
    )


def _by_table(sources: pl.DataFrame) -> pl.DataFrame:
    """Sum the files of each table; an amount is null where none of its files has one."""
    known = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()) for name in AMOUNTS]
    parts = [pl.col(name).fill_null(0) for name in AMOUNTS[1:]]
    return (
        sources.group_by("target_table")
        .agg(pl.col("file").n_unique().cast(pl.Int64).alias("files"), pl.col(COUNTS).sum(), *known)
        .with_columns(
            rows_open=pl.col("rows") - pl.col("loaded") - pl.col("rejected") - pl.col("left_out"),
            amount_open=pl.col("amount_in").round(2) - pl.sum_horizontal(parts).round(2),
            rejected_share=pl.col("rejected") / pl.when(pl.col("rows") > 0).then("rows"),
        )
        .sort(pl.col("target_table") != SALES, -pl.col("rows"), "target_table")
    )


def _kinds(rejects: pl.DataFrame) -> pl.DataFrame:
    """Rejects by file and kind of reason, with the first as an example."""
    reason = pl.col("reason")
    for beginning, kind in KINDS.items():
        reason = (
            pl.when(pl.col("reason").str.starts_with(beginning))
            .then(pl.lit(kind))
            .otherwise(reason)
        )
    return (
        rejects.sort("file", "example_row")
        .with_columns(reason=reason)
        .group_by("target_table", "file", "column_name", "reason")
        .agg(pl.col("row_count").sum(), pl.col("example_value", "example_row").first())
        .sort("target_table", "file", "column_name", "reason")
    )


def _reasons(rejects: pl.DataFrame) -> pl.DataFrame:
    """Sum the rejects over the files of a table, most rows first, with the first as an example."""
    return (
        rejects.group_by("target_table", "column_name", "reason", maintain_order=True)
        .agg(
            pl.col("row_count").sum(),
            pl.col("file").n_unique().cast(pl.Int64).alias("files"),
            pl.col("file", "example_row", "example_value").first(),
        )
        .sort(
            "row_count",
            "target_table",
            "column_name",
            "reason",
            descending=[True, False, False, False],
        )
    )


def _months(completeness: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add `state`: open, empty, low (far below the median of the closed months) or complete."""
    closed = completeness.filter("is_closed", pl.col("row_count") > 0)["row_count"].to_list()
    usual = median(closed) if closed else 0
    state = (
        pl.when(~pl.col("is_closed"))
        .then(pl.lit("open"))
        .when(pl.col("row_count") == 0)
        .then(pl.lit("empty"))
        .when(pl.col("row_count") < policy.low_month_share * usual)
        .then(pl.lit("low"))
        .otherwise(pl.lit("complete"))
    )
    return completeness.sort("month").with_columns(state=state)


def _figures(
    sources: pl.DataFrame,
    by_table: pl.DataFrame,
    checks: pl.DataFrame,
    capabilities: pl.DataFrame,
    months: pl.DataFrame,
) -> dict[str, tuple[float, str]]:
    failing = checks.filter(pl.col("status") == "fail")
    figures: dict[str, tuple[float, str]] = {
        "file_count": (sources["file"].n_unique(), "count"),
        "rows": (int(by_table["rows"].sum()), "count"),
        "loaded": (int(by_table["loaded"].sum()), "count"),
        "rejected": (int(by_table["rejected"].sum()), "count"),
        "left_out": (int(by_table["left_out"].sum()), "count"),
        "rows_open": (int(by_table["rows_open"].abs().sum()), "count"),
        "checks_count": (checks.height, "count"),
        "checks_failing": (failing.height, "count"),
        "checks_blocking": (failing.filter(pl.col("severity") == "block").height, "count"),
        "capability_count": (capabilities.height, "count"),
        "capabilities_on": (int(capabilities["is_on"].sum()), "count"),
        "empty_months": (months.filter(pl.col("state") == "empty").height, "count"),
    }
    # One file may feed several tables; the headline speaks of the sales lines alone.
    for row in by_table.filter(pl.col("target_table") == SALES).iter_rows(named=True):
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
