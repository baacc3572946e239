"""Nine of ten amounts come out inside their intervals: cohorts and real customers, lived on."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from clv_cohort import START, transactions
from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.gamma_gamma import GammaGamma
from dakehu.analysis.clv.lifetime_value import LifetimeValue, Policy, analyse
from dakehu.analysis.clv.pareto_nbd import ParetoNbd
from dakehu.reading import open_marts

SPEND = GammaGamma(4.0, 5.0, 60.0)
TRUTHS = [
    BetaGeometric(1.2, 6.0, 0.4, 4.0),
    BetaGeometric(1.2, 6.0, 0.4, 4.0, drops_at_zero=True),
    BetaGeometric(2.0, 2.0, 0.3, 5.0, k=3, drops_at_zero=True),
    ParetoNbd(1.2, 6.0, 0.5, 40.0),
]


def lived_on(
    sold: pl.DataFrame, cut: date, horizon_days: int, holdout_days: int
) -> tuple[LifetimeValue, pl.DataFrame]:
    """Customers valued at `cut` without discount, and what each spent up to the horizon."""
    policy = Policy(horizon_days, holdout_days, discount_rate=0.0, parameter_draws=0)
    found = analyse(sold, cut, policy)
    later = pl.col("date").is_between(cut, cut + timedelta(days=horizon_days), closed="right")
    daily = sold.filter(later).group_by("customer_id", "date").agg(pl.col("amount").sum())
    spent = daily.filter(pl.col("amount") > 0).group_by("customer_id")
    came = found.tables["customers"].join(
        spent.agg(pl.col("amount").cast(pl.Float64).sum()), on="customer_id", how="left"
    )
    inside = pl.col("amount").is_between("clv_low_amount", "clv_high_amount")
    return found, came.with_columns(pl.col("amount").fill_null(0)).with_columns(is_inside=inside)


@pytest.mark.parametrize("truth", TRUTHS, ids=repr)
def test_intervals_of_a_year_cover_what_comes_to_simulated_customers(truth):
    """The holdout is half as long as the horizon: the intervals are stretched, and still hold."""
    random = np.random.default_rng(3)
    came = random.uniform(0, 130, 1_500)
    sold = transactions(truth, came, 182.0, random, SPEND)
    found, valued = lived_on(sold, START + timedelta(weeks=130), 364, 182)
    assert found.chosen in found.tables["model_fit"]["model"].to_list()
    assert 0.85 <= valued["is_inside"].mean() <= 0.95
    assert 0.85 <= valued.filter(pl.col("p_alive") > 0.8)["is_inside"].mean() <= 0.95
    assert valued["clv_amount"].sum() == pytest.approx(valued["amount"].sum(), rel=0.12)


@pytest.fixture(scope="module")
def cdnow(shared):
    lines = (shared / "cdnow" / "CDNOW_sample.txt").read_text("ascii").splitlines()
    rows = [(own, on, float(value)) for _, own, on, _, value in map(str.split, lines)]
    frame = pl.DataFrame(rows, schema=["customer_id", "date", "amount"], orient="row")
    return frame.with_columns(pl.col("date").str.to_date("%Y%m%d"))


@pytest.fixture(scope="module")
def retail(shared):
    frame = pl.read_parquet(shared / "online_retail" / "online_retail_2010_2011.parquet")
    no_product = pl.col("StockCode").is_in(["POST", "D", "M", "BANK CHARGES", "AMAZONFEE"])
    return frame.filter(~no_product, pl.col("CustomerID").is_not_null()).select(
        customer_id=pl.col("CustomerID").cast(pl.String),
        date=pl.col("InvoiceDate").cast(pl.String).str.slice(0, 10).str.to_date(),
        amount=pl.col("Quantity") * pl.col("UnitPrice"),
    )


@pytest.fixture(scope="module")
def demo(demo_warehouse):
    marts = open_marts(str(demo_warehouse.path), "customer_value")
    direct = marts.table("mart_customer_value").filter(pl.col("role").is_in(marts.policy["roles"]))
    days = marts.table("mart_customer_value__order_days")
    return days.join(direct, on="customer_id", how="semi").select(
        "customer_id", date="order_date", amount="net_amount"
    )


NAIVE = ["zero", "same_as_before", "own_rate"]
# Source, last day, days of the holdout, who wins it, where the coverage on the page is from.
PAGES = [
    ("cdnow", date(1998, 6, 30), 182, "mbg_nbd", "earlier_holdout"),
    ("cdnow", date(1998, 6, 30), 273, "pareto_nbd", "other_customers"),
    ("retail", date(2011, 11, 30), 182, "same_as_before", "other_customers"),
    ("demo", date(2025, 12, 31), 182, "mbg_cnbd_k", "earlier_holdout"),
]


@pytest.mark.parametrize(("source", "as_of", "days", "winner", "rule"), PAGES)
def test_real_customers_stand_in_the_table_of_models_and_inside_their_intervals(
    request, source, as_of, days, winner, rule
):
    """Every model beside every baseline, won or lost, and the coverage that the page states."""
    found = analyse(
        request.getfixturevalue(source), as_of, Policy(holdout_days=days, parameter_draws=0)
    )
    assert found.coverage.rule == rule
    assert 0.85 <= found.coverage.share <= 0.95
    table = found.tables["holdout"]
    assert set(table["model"]) >= {*NAIVE, "bg_nbd", "mbg_nbd", "pareto_nbd"}
    assert table.select("customer_mae", "customer_rmse").to_numpy().min() > 0
    naive = table.filter(pl.col("model").is_in(NAIVE))["customer_rmse"].min()
    best = table.filter("is_chosen").row(0, named=True)
    assert table["is_chosen"].sum() == 1
    assert best["model"] == winner
    assert (best["customer_rmse"] < naive) == (best["model"] not in NAIVE)


# Source, day of the valuation, days ahead, days of the holdout before it.
AHEAD = [
    ("cdnow", date(1997, 12, 30), 182, 91),
    ("retail", date(2011, 6, 1), 182, 91),
    ("demo", date(2025, 7, 2), 182, 182),
    ("demo", date(2024, 12, 31), 365, 182),
]


@pytest.mark.parametrize(("source", "cut", "days", "holdout"), AHEAD)
def test_intervals_hold_twice_as_far_ahead_as_they_were_learned(
    request, source, cut, days, holdout
):
    """In the demo spend rises with frequency (rank correlation .77), which the model denies."""
    found, valued = lived_on(request.getfixturevalue(source), cut, days, holdout)
    assert 0.85 <= valued["is_inside"].mean() <= 0.95
    assert found.independence.is_doubtful == (source == "demo")
