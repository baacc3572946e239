"""The interval of a counted share, against published ones."""

import polars as pl
import pytest

from dakehu.analysis.proportion import wilson


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (score, no correction).
@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(count, total, low, high):
    frame = pl.DataFrame({"count": [count], "total": [total]})
    low_end, high_end = wilson(pl.col("count"), pl.col("total"), 0.95)
    ends = frame.select(low=low_end, high=high_end).row(0)
    assert ends == pytest.approx((low, high), abs=5e-5)


def test_nothing_counted_has_no_interval_and_all_seen_reaches_one():
    low, high = wilson(pl.col("count"), pl.col("total"), 0.9)
    frame = pl.DataFrame({"count": [0, 7], "total": [0, 7]}).select(low=low, high=high)
    assert frame.row(0) == (None, None)
    assert frame.row(1)[1] == 1
    assert 0.6 < frame.row(1)[0] < 0.8
