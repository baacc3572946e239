"""What became of the rows and files: loaded, rejected, repaired, counted once, changed."""

from __future__ import annotations

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
    "thousands or decimals": "thousands or decimals",
    "not ": "another currency than the pipeline's",
}
# Conversions that the pipeline file orders; all other kinds of repair mend how a value was written.
ORDERED = ("unit", "tax", "factor", "codes")
CHANGES = ("withdrawn", "changed", "new", "read_again", "unchanged")


def by_table(sources: pl.DataFrame) -> pl.DataFrame:
    """Sum the files of each table; an amount is null where none of its files has one.

    `rows_open` and `amount_open` are what is neither loaded nor rejected nor left out.
    """
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


def in_kinds(rejects: pl.DataFrame) -> pl.DataFrame:
    """The rejects with the kind of their reason in its place."""
    reason = pl.col("reason")
    for beginning, kind in KINDS.items():
        reason = (
            pl.when(pl.col("reason").str.starts_with(beginning))
            .then(pl.lit(kind))
            .otherwise(reason)
        )
    return rejects.with_columns(reason=reason)


def rejects_by_kind(rejects: pl.DataFrame) -> pl.DataFrame:
    """Rejects by file and kind of reason, with the first as an example."""
    return (
        in_kinds(rejects.sort("file", "example_row"))
        .group_by("target_table", "file", "column_name", "reason")
        .agg(pl.col("row_count").sum(), pl.col("example_value", "example_row").first())
        .sort("target_table", "file", "column_name", "reason")
    )


def over_files(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rejects or repairs summed over the files of a table, most rows first, the first as example.

    `kind` is the column that tells them apart: reason or kind.
    """
    keys = ["target_table", "column_name", kind]
    return (
        frame.sort(*keys, "file", "example_row")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("row_count").sum(),
            pl.col("file").n_unique().cast(pl.Int64).alias("files"),
            pl.col("file", "example_row", "example_value").first(),
        )
        .sort("row_count", *keys, descending=[True, False, False, False])
    )


def changes_by_kind(changes: pl.DataFrame) -> pl.DataFrame:
    """Files and rows by what became of them since the load before, the gravest first."""
    order = pl.col("change").replace_strict(CHANGES, range(len(CHANGES)), default=len(CHANGES))
    return (
        changes.group_by("change")
        .agg(
            pl.col("file").n_unique().cast(pl.Int64).alias("files"),
            pl.col("rows_before", "rows_after").sum(),
        )
        .sort(order, "change")
    )


def common_folder(files: pl.Series) -> str:
    """The folder that all files lie in, with its last slash, or "" where there is none."""
    names = sorted(files.to_list())
    pairs = enumerate(zip(names[0], names[-1], strict=False))
    shared = next((place for place, (one, other) in pairs if one != other), len(names[0]))
    return names[0][: names[0].rfind("/", 0, shared) + 1]
