"""Every reason that rejects a row is a word of the data-quality report, in both languages."""

import polars as pl

from dakehu.analysis.data_quality_rows import rejects_by_kind
from dakehu.present.data_quality.terms import REASONS
from test_inputs_readme import cases


def test_every_reason_is_a_word_of_the_report() -> None:
    reasons = {reason for case in cases() for _, _, reason in case.rejected.values()}
    rejects = pl.DataFrame({"reason": sorted(reasons)}).with_columns(
        pl.lit("order_lines").alias("target_table"),
        pl.lit("orders.csv").alias("file"),
        pl.lit("net_amount").alias("column_name"),
        pl.lit(1).alias("row_count"),
        pl.lit("").alias("example_value"),
        pl.lit(2).alias("example_row"),
    )
    kinds = set(rejects_by_kind(rejects)["reason"])
    assert len(kinds) >= 10
    assert kinds <= set(REASONS)
