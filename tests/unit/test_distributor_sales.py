"""The ranking by sales on a book small enough to be reckoned by hand."""

from datetime import date
from decimal import Decimal
from itertools import product

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.sales import sales_of
from dakehu.analysis.distributor_ranking.window import window_of

AS_OF = date(2024, 12, 31)
MONTHS = [date(year, month, 1) for year, month in product((2023, 2024), range(1, 13))]
QUOTA_SCHEMA = {
    "holder_kind": pl.String,
    "holder_id": pl.String,
    "holder_name": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "target_amount": pl.Decimal(38, 2),
    "net_amount": pl.Decimal(38, 2),
}


def book(yearly: dict[str, tuple[int, int]], freight: dict[str, str] | None = None) -> pl.DataFrame:
    """mart_distributor_ranking: each distributor's amount a month in 2023 and in 2024."""
    rows = [
        {
            "distributor_id": key,
            "distributor_name": f"D {key}",
            "region_name": "East",
            "month": month,
            "net_amount": Decimal(amounts[month.year - 2023]),
            "order_count": 2,
            "freight_amount": Decimal(freight[key]) if freight and key in freight else None,
        }
        for key, amounts in yearly.items()
        for month in MONTHS
        if amounts[month.year - 2023]
    ]
    schema = {
        "distributor_id": pl.String, "distributor_name": pl.String, "region_name": pl.String,
        "month": pl.Date, "net_amount": pl.Decimal(38, 2), "order_count": pl.Int64,
        "freight_amount": pl.Decimal(38, 2),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def company(before: int, now: int, monthly: pl.DataFrame, months=MONTHS) -> pl.DataFrame:
    through = monthly.group_by("month").agg(pl.col("net_amount").sum().alias("distributor_amount"))
    amounts = [Decimal(before if month.year == 2023 else now) for month in months]
    frame = pl.DataFrame(
        {"month": months, "net_amount": amounts}, schema_overrides={"net_amount": pl.Decimal(38, 2)}
    )
    return frame.join(through, on="month", how="left").with_columns(
        pl.col("distributor_amount").fill_null(0)
    )


NO_QUOTAS = pl.DataFrame(schema=QUOTA_SCHEMA)
# Article 10: B grows by 2 % where the company grows by 24 %; A is new and leads.
BOOK = book(
    {"A": (0, 130), "B": (100, 102), "C": (60, 80), "D": (80, 60), "E": (20, 0), "F": (60, 80)},
    {"A": "1.30", "B": "5.10"},
)
COMPANY = company(500, 620, BOOK)


@pytest.fixture
def result():
    return sales_of(BOOK, COMPANY, NO_QUOTAS, AS_OF)


def column(frame: pl.DataFrame, name: str) -> dict:
    return dict(frame.select("distributor_id", name).iter_rows())


def test_ranks_by_amount_ties_by_id_and_the_silent_last(result):
    assert result.ranking["distributor_id"].to_list() == ["A", "B", "C", "F", "D", "E"]
    assert result.ranking["rank"].to_list() == [1, 2, 3, 4, 5, 6]
    assert column(result.ranking, "is_silent") == dict.fromkeys("ABCDF", False) | {"E": True}


def test_last_year_s_ranks_are_those_of_the_same_months_and_the_new_have_none(result):
    assert column(result.ranking, "previous_rank") == {
        "A": None, "B": 1, "D": 2, "C": 3, "F": 4, "E": 5,
    }  # fmt: skip
    assert column(result.ranking, "rank_change")["D"] == -3


def test_relative_growth_of_article_10(result):
    assert result.company_growth == pytest.approx(0.24)
    row = result.ranking.row(1, named=True)
    assert row["growth"] == pytest.approx(0.02)
    assert row["relative_growth"] == pytest.approx(0.8226, abs=5e-5)
    assert 1 - row["relative_growth"] == pytest.approx(0.177, abs=5e-4)
    before, now = 100 / 500, 102 / 620
    assert now / before == pytest.approx(row["relative_growth"])
    assert result.ranking.row(0, named=True)["growth"] is None


def test_shares_are_of_the_company_and_concentration_is_among_distributors(result):
    assert column(result.ranking, "amount_share")["A"] == pytest.approx(130 / 620)
    assert result.ranking["cumulative_share"][-1] == pytest.approx(452 / 620)
    metric = dict(result.tables["concentration"].select("metric", "value").iter_rows())
    shares = [x / 452 for x in (130, 102, 80, 80, 60)]
    assert metric["hhi"] == pytest.approx(10_000 * sum(s * s for s in shares))
    assert metric["cr4"] == pytest.approx(392 / 452)
    assert metric["distributor_share"] == pytest.approx(452 / 620)
    assert metric["key_share"] == pytest.approx(452 / 620)
    assert metric["top_share"] == pytest.approx(130 / 620)


def test_the_largest_are_chosen_anew_in_every_rolling_window():
    result = sales_of(BOOK, COMPANY, NO_QUOTAS, AS_OF, policy=Policy(key_distributor_count=2))
    table = result.tables["dependence"]
    assert table["month"].to_list() == MONTHS[11:]
    first, last = table.row(0, named=True), table.row(-1, named=True)
    assert first["key_share"] == pytest.approx((100 + 80) / 500)
    assert last["key_share"] == pytest.approx((130 + 102) / 620)
    june = table.filter(pl.col("month") == date(2024, 6, 1)).row(0, named=True)
    sums = sorted(
        (6 * a + 6 * b for a, b in ((0, 130), (100, 102), (60, 80), (80, 60))), reverse=True
    )
    assert june["key_share"] == pytest.approx(sum(sums[:2]) / (6 * 500 + 6 * 620))


def test_freight_ratio_only_where_there_are_shipments(result):
    ratio = column(result.ranking, "freight_ratio")
    assert ratio["A"] == pytest.approx(0.01)
    assert ratio["B"] == pytest.approx(0.05)
    assert ratio["C"] is None
    partly = BOOK.with_columns(
        pl.when(pl.col("month") < date(2024, 7, 1)).then(None).otherwise("freight_amount")
        .alias("freight_amount")
    )  # fmt: skip
    halved = sales_of(partly, COMPANY, NO_QUOTAS, AS_OF)
    assert column(halved.ranking, "freight_ratio")["A"] == pytest.approx(0.01)


def test_columns_without_data_are_left_out():
    bare = BOOK.with_columns(
        pl.lit(None, pl.Decimal(38, 2)).alias("freight_amount"),
        pl.lit(None, pl.String).alias("region_name"),
    )
    result = sales_of(bare, COMPANY, NO_QUOTAS, AS_OF)
    absent = {"freight_ratio", "region_name", "quota_attainment"}
    assert not absent & set(result.ranking.columns)
    assert "attainment_distributor" not in result.figures


def test_growth_compares_like_with_like_where_the_year_before_is_cut_short():
    """With data from March 2023 only March to December can be compared."""
    late = date(2023, 3, 1)
    months = [month for month in MONTHS if month >= late]
    monthly = BOOK.filter(pl.col("month") >= late)
    result = sales_of(monthly, company(500, 620, monthly, months), NO_QUOTAS, AS_OF)
    assert (result.window.months, result.window.compared_months) == (12, 10)
    assert result.company_growth == pytest.approx(0.24)
    assert column(result.ranking, "growth")["B"] == pytest.approx(0.02)
    assert column(result.ranking, "net_amount")["B"] == Decimal(102 * 12)


def test_without_a_year_before_there_is_no_growth_and_no_earlier_rank():
    months = [month for month in MONTHS if month.year == 2024]
    monthly = BOOK.filter(pl.col("month") >= months[0])
    result = sales_of(monthly, company(500, 620, monthly, months), NO_QUOTAS, AS_OF)
    assert result.company_growth is None
    assert result.ranking["previous_rank"].null_count() == result.ranking.height
    assert "growth" not in result.ranking.columns


@pytest.mark.parametrize(
    ("start", "as_of", "months", "expected"),
    [
        (date(2021, 1, 1), date(2022, 10, 31), 12, (date(2021, 11, 1), date(2022, 10, 1), 10)),
        (date(2010, 12, 1), date(2013, 11, 30), 12, (date(2012, 12, 1), date(2013, 11, 1), 12)),
        (date(2021, 8, 1), date(2022, 10, 31), 6, (date(2022, 5, 1), date(2022, 10, 1), 3)),
        (date(2021, 1, 1), date(2022, 12, 28), 3, (date(2022, 11, 1), date(2023, 1, 1), 3)),
    ],
)
def test_window(start, as_of, months, expected):
    """The last case closes months on the 25th: 28 December is fiscal January."""
    last = expected[1]
    held = pl.DataFrame({"month": [start, last]})
    found = window_of(held, as_of, months)
    assert (found.first, found.last, found.compared_months) == expected


def quota(kind: str, holder: str, start: date, end: date, target: int, actual: int) -> tuple:
    return (kind, holder, f"N {holder}", start, end, Decimal(target), Decimal(actual))


def test_only_ended_quota_periods_inside_the_window_count():
    quotas = pl.DataFrame(
        [
            quota("distributor", "A", date(2023, 12, 1), date(2024, 2, 29), 1000, 1),
            quota("distributor", "A", date(2024, 1, 1), date(2024, 3, 31), 400, 390),
            quota("distributor", "A", date(2024, 4, 1), date(2024, 6, 30), 380, 390),
            quota("distributor", "A", date(2024, 10, 1), date(2025, 3, 31), 1000, 1),
            quota("person", "P", date(2024, 1, 1), date(2024, 12, 31), 200, 100),
            quota("person", "Q", date(2024, 1, 1), date(2024, 12, 31), 0, 100),
        ],
        schema=QUOTA_SCHEMA,
        orient="row",
    )
    result = sales_of(BOOK, COMPANY, quotas, AS_OF)
    assert column(result.ranking, "quota_attainment")["A"] == pytest.approx(1.0)
    rows = {row["holder_id"]: row for row in result.tables["attainment"].to_dicts()}
    assert (rows["A"]["period_count"], rows["A"]["met_count"]) == (2, 1)
    assert rows["A"]["gap_amount"] == Decimal(0)
    assert rows["P"]["attainment"] == pytest.approx(0.5)
    assert rows["Q"]["attainment"] is None
    assert result.figures["attainment_person"] == (pytest.approx(1.0), "share")
    assert result.figures["missed_person_count"] == (1, "count")
    assert result.figures["missed_distributor_count"] == (0, "count")


def test_movers_must_matter():
    small = book({"A": (100, 100), "B": (90, 80), "x": (1, 0), "y": (0, 1), "z": (2, 95)})
    result = sales_of(small, company(500, 620, small), NO_QUOTAS, AS_OF)
    assert result.movers()["distributor_id"].to_list() == ["z", "B"]


def test_nobody_has_bought():
    empty = BOOK.clear()
    result = sales_of(empty, company(5, 6, empty), NO_QUOTAS, AS_OF)
    assert result.ranking.is_empty()
    assert result.figures["active_count"] == (0, "count")


def test_returns_above_purchases_rank_before_silence_and_stay_out_of_concentration():
    odd = book({"A": (10, 10), "B": (10, -3), "C": (10, 0)})
    result = sales_of(odd, company(50, 62, odd), NO_QUOTAS, AS_OF)
    assert result.ranking["distributor_id"].to_list() == ["A", "B", "C"]
    metric = dict(result.tables["concentration"].select("metric", "value").iter_rows())
    assert metric["cr1"] == pytest.approx(1.0)
