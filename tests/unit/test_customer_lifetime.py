"""Lifetime values in the customer value report: what the models are given, what is said of them."""

import random
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest

from customer_results import RESULTS, strings
from dakehu.analysis.customer_value.lifetime import lifetime_of
from dakehu.analysis.customer_value.policy import Policy
from dakehu.analysis.customer_value.window import period_of
from dakehu.present.customer_value import lifetime, purchase_models
from dakehu.present.text import Text

AS_OF = date(2024, 12, 31)
MONTHS = pl.DataFrame(
    {"month": [date(2022 + n // 12, n % 12 + 1, 1) for n in range(36)], "is_closed": True}
)
PERIOD = period_of(MONTHS, AS_OF, 12)


def buyers(rhythm: bool) -> pl.DataFrame:
    """Three hundred customers over three years, at random times or like a clock; some leave."""
    draw = random.Random(4)
    rows = []
    for number in range(300):
        rate = draw.gammavariate(2, 1 / 60)
        day, lives = draw.uniform(0, 200), draw.choice([300, 2000])
        while day < min(1095, lives):
            amount = Decimal(draw.randrange(50, 900))
            rows.append((f"c{number}", date(2022, 1, 2) + timedelta(days=int(day)), amount))
            day += 1 / rate if rhythm else draw.expovariate(rate)
    schema = {"customer_id": pl.String, "order_date": pl.Date, "net_amount": pl.Decimal(38, 2)}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.group_by("customer_id", "order_date").agg(pl.col("net_amount").sum())


KNOWN = pl.DataFrame({"customer_id": [f"c{n}" for n in range(250)]})


@pytest.fixture(scope="module")
def random_buyers():
    return lifetime_of(buyers(False), KNOWN, PERIOD, 0.25, Policy())


def test_random_buyers_are_valued_by_a_model_that_beats_the_baselines(random_buyers):
    chosen, naive = random_buyers.chosen, random_buyers.baseline
    assert chosen["model"] in ("bg_nbd", "mbg_nbd", "pareto_nbd")
    assert chosen["customer_rmse"] < naive["customer_rmse"]
    assert naive["model"] in ("same_as_before", "own_rate", "zero")
    assert random_buyers.tables.keys() == {"model_fit", "holdout"}


def test_only_the_customers_asked_for_are_valued_and_the_sum_is_theirs(random_buyers):
    columns = random_buyers.columns
    assert set(columns["customer_id"]) <= set(KNOWN["customer_id"])
    figures = random_buyers.figures
    total = figures["customer_equity_amount"][0]
    assert columns["clv_amount"].sum() == pytest.approx(total)
    assert 0.85 <= figures["clv_coverage_share"][0] <= 1
    assert (columns["clv_low_amount"] <= columns["clv_amount"]).all()
    assert (columns["clv_amount"] <= columns["clv_high_amount"]).all()


def test_value_is_margin_where_cost_is_known_else_sales(random_buyers):
    sales = lifetime_of(buyers(False), KNOWN, PERIOD, None, Policy())
    quarter = sales.columns["clv_amount"].sum() * 0.25
    assert random_buyers.columns["clv_amount"].sum() == pytest.approx(quarter)


def test_a_rhythm_brings_in_the_model_of_regular_buyers():
    regular = lifetime_of(buyers(True), KNOWN, PERIOD, None, Policy())
    assert "mbg_cnbd_k" in regular.tables["holdout"]["model"].to_list()


def test_too_short_a_history_says_why_and_gives_nothing():
    late = buyers(False).filter(pl.col("order_date") > date(2024, 9, 1))
    short = lifetime_of(late, KNOWN, PERIOD, None, Policy())
    assert short.value is None
    assert "nobody bought up to 2024-07-02" in short.reason
    assert (short.tables, short.figures) == ({}, {})
    assert short.columns.columns == ["customer_id"]


def test_of_a_total_below_zero_nobody_has_a_share():
    said, drawn = [], buyers(False)
    for rate in (0.25, -0.02):
        life = lifetime_of(drawn, KNOWN, PERIOD, rate, Policy())
        result = SimpleNamespace(
            lifetime=life, figures=life.figures, customers=life.columns, policy=Policy()
        )
        said.append(" ".join(strings(lifetime.sentences(Text("en", "CNY"), result))))
    assert ", the ten most valuable " in said[0]
    assert "are worth -CN¥" in said[1]
    assert "most valuable" not in said[1]
    assert lifetime.values(Text("en", "CNY"), result, 5)["text"].startswith(
        "At a margin rate of -2.0% more sales mean more loss"
    )


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_block_speaks_both_languages(name, language):
    text, result = Text(language, "CNY"), RESULTS[name]
    blocks = [
        lifetime.sentences(text, result),
        lifetime.holdout(text, result),
        lifetime.values(text, result, 5),
        purchase_models.tracking(text, result),
        purchase_models.matrix(text, result),
        purchase_models.parameters(text, result),
    ]
    found = " ".join(piece for block in blocks for piece in strings(block))
    if result.lifetime.value is None:
        assert ("未计算" if language == "zh" else "was not computed") in found
    assert "{" not in found
    assert blocks[0]["kind"] in ("findings", "note")
