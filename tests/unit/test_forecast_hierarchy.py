"""Which series there are: pools, levels left out, cells that add up, forecasts that are missing."""

from datetime import date

import polars as pl
import pytest

from dakehu.analysis.sales_forecast.completion import RECENT_MEAN, completed
from dakehu.analysis.sales_forecast.hierarchy import (
    CELL,
    DISTRIBUTOR,
    FAMILY,
    OTHERS,
    REGION,
    TOTAL,
    Hierarchy,
    hierarchy_of,
)
from dakehu.analysis.sales_forecast.series import Policy
from forecast_panel import mart, month

FLAT = [100.1] * 24
END = date(2030, 1, 1)


def keys(found: Hierarchy, level: str) -> list[str]:
    return found.history.filter(pl.col("level") == level)["key"].unique().sort().to_list()


def reasons(frame: pl.DataFrame) -> dict[str, str]:
    return dict(
        frame.select(frame.columns[1 if "key" in frame.columns else 0], "reason").iter_rows()
    )


def assert_adds_up(found: Hierarchy) -> None:
    """Every level adds up to the total to the cent in every month, and every sum to its cells."""
    cents = found.history.with_columns(
        (pl.col("amount") * 100).round().cast(pl.Int64).alias("cents")
    )
    months = cents.group_by("level", "month").agg(pl.col("cents").sum())
    assert months.group_by("month").agg(pl.col("cents").n_unique())["cents"].to_list() == [1] * 24
    cells = cents.filter(pl.col("level") == found.structure.bottom_level)
    sums = (
        found.structure.members.join(
            cells.select(pl.col("key").alias("cell"), "month", "cents"), on="cell"
        )
        .group_by("level", "key", "month")
        .agg(pl.col("cents").sum().alias("of_cells"))
        .join(cents, on=["level", "key", "month"])
    )
    assert (
        sums.height
        == found.structure.members.select("level", "key")
        .unique()
        .join(cents, on=["level", "key"])
        .height
    )
    assert sums.filter(pl.col("of_cells") != pl.col("cents")).height == 0


def test_small_new_and_dead_series_are_pooled_and_all_levels_still_add_up():
    cells = {
        ("N", "a"): FLAT, ("N", "b"): [50.07] * 24, ("S", "a"): FLAT, ("S", "b"): [7.03] * 24,
        ("tiny", "a"): [0.11] * 24, ("new", "b"): [300.0] * 3,
        ("dead", "a"): [90.0] * 12 + [0.0] * 12,
    }  # fmt: skip
    found = hierarchy_of(mart(cells), END, Policy())
    assert keys(found, REGION) == ["N", "S", OTHERS]
    assert reasons(found.pooled) == {"tiny": "too_small", "new": "too_short", "dead": "stopped"}
    assert keys(found, CELL) == ["N|a", "N|b", "S|a", "S|b", "others|a", "others|b"]
    assert_adds_up(found)
    pool = found.history.filter(pl.col("level") == REGION, pl.col("key") == OTHERS)
    assert pool["month"].to_list() == [month(i) for i in range(24)]
    assert pool["amount"].to_list() == pytest.approx([90.11] * 12 + [0.11] * 9 + [300.11] * 3)


def test_only_so_many_members_stand_by_themselves():
    cells = {(f"R{i}", family): [100.0 + i] * 24 for i in range(9) for family in "ab"}
    found = hierarchy_of(mart(cells), END, Policy(max_regions=4))
    assert keys(found, REGION) == ["R5", "R6", "R7", "R8", OTHERS]
    assert_adds_up(found)


def test_one_that_would_be_pooled_alone_keeps_its_name():
    cells = {("N", "a"): FLAT, ("S", "b"): FLAT, ("tiny", "a"): [0.1] * 24}
    found = hierarchy_of(mart(cells), END, Policy())
    assert keys(found, REGION) == ["N", "S", "tiny"]
    assert found.pooled.is_empty()


def test_a_key_account_needs_no_share_but_joins_the_others_once_it_has_stopped():
    cells = {("N", "a"): FLAT, ("S", "b"): FLAT}
    accounts = {
        "K1": [0.2] * 24,
        "K2": [1.0] * 12 + [0.0] * 12,
        "others": [199.0] * 12 + [200.0] * 12,
    }
    found = hierarchy_of(mart(cells, accounts=accounts), END, Policy())
    assert keys(found, "key_account") == ["K1", OTHERS]
    assert found.structure.partitions == ("key_account",)
    assert_adds_up(found)


def test_levels_that_no_source_states_or_that_have_one_member_are_left_out_with_the_reason():
    found = hierarchy_of(mart({("N", "-"): FLAT}, distributors={"-": FLAT}), END, Policy())
    assert reasons(found.absent) == {
        REGION: "one_member", FAMILY: "not_stated", CELL: "one_member",
        DISTRIBUTOR: "not_stated", "key_account": "not_stated",
    }  # fmt: skip
    assert found.structure.bottom_level == TOTAL
    assert found.structure.members.rows() == [("total", "total", "total")]
    assert found.history["level"].unique().to_list() == [TOTAL]


@pytest.mark.parametrize("present", [REGION, FAMILY])
def test_with_one_of_region_and_family_its_series_are_the_cells(present: str):
    cells = {(k, "-") if present == REGION else ("-", k): FLAT for k in ("x", "y")}
    found = hierarchy_of(mart(cells), END, Policy())
    assert found.structure.bottom_level == present
    assert keys(found, present) == ["x", "y"]
    assert_adds_up(found)


def test_a_region_with_bars_and_line_breaks_in_its_code_keeps_its_cells():
    cells = {("N|1\n", "a"): FLAT, ("N", "a"): FLAT, ("S", "b"): FLAT}
    found = hierarchy_of(mart(cells), END, Policy())
    assert keys(found, CELL) == ["N|1\n|a", "N|a", "S|b"]
    assert_adds_up(found)


def test_an_unbalanced_hierarchy_and_negative_months_add_up():
    cells = {("N", "a"): FLAT, ("N", "b"): [-5.55, 9.0] * 12, ("S", "a"): [20.01] * 10}
    assert_adds_up(hierarchy_of(mart(cells), END, Policy()))


def test_a_history_too_short_for_anything_leaves_the_total():
    found = hierarchy_of(mart({("N", "a"): [1.0], ("S", "b"): [2.0]}), END, Policy())
    assert found.history["level"].unique().to_list() == [TOTAL]
    with pytest.raises(ValueError, match="no complete month up to 2020-01-01"):
        hierarchy_of(mart({("N", "a"): [1.0]}), date(2020, 1, 1), Policy())


def history(**series: list[float]) -> pl.DataFrame:
    length = max(map(len, series.values()))
    rows = [
        ("region", key, key, month(length - len(values) + i), value)
        for key, values in series.items()
        for i, value in enumerate(values)
    ]
    return pl.DataFrame(rows, schema=["level", "key", "key_name", "month", "amount"], orient="row")


def forecasts(*rows: tuple[str, int, int, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [("region", key, month(cut), h, month(cut + h), "theta", x) for key, cut, h, x in rows],
        schema=["level", "key", "cutoff", "horizon", "month", "model", "mean_amount"],
        orient="row",
    )


def test_a_series_without_a_forecast_goes_on_at_its_recent_mean_and_one_not_begun_at_nothing():
    known = history(long=[1.0] * 20 + [5.0], short=[4.0, -8.0], late=[9.0])
    found = completed(forecasts(("long", 19, 1, 7.0), ("long", 20, 1, 8.0)), known)
    rows = {(r["key"], r["cutoff"]): r for r in found.iter_rows(named=True)}
    assert len(rows) == 6
    assert rows["long", month(19)]["mean_amount"] == 7.0
    assert rows["long", month(19)]["model"] == "theta"
    assert rows["short", month(20)]["mean_amount"] == -2.0
    assert rows["short", month(20)]["model"] == RECENT_MEAN
    assert not rows["short", month(20)]["is_floored"]
    assert rows["short", month(19)]["is_floored"]  # its negative month had not come
    assert rows["late", month(19)]["mean_amount"] == 0.0
    assert rows["late", month(19)]["actual_amount"] == 9.0
    assert rows["late", month(20)]["actual_amount"] is None
    assert rows["long", month(19)]["scale"] is None
    assert rows["long", month(20)]["scale"] == pytest.approx(4 / 9)  # nine yearly changes
    assert rows["long", month(20)]["square_scale"] == pytest.approx(16 / 9)
    assert rows["short", month(20)]["scale"] == 12.0


def test_two_forecasts_of_one_series_are_refused():
    twice = forecasts(("x", 3, 1, 7.0), ("x", 3, 1, 8.0))
    with pytest.raises(ValueError, match='region "x" has 2 forecasts'):
        completed(twice, history(x=[1.0] * 4))
