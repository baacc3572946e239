"""Alerts on events, what alerts came to, whom they warned of, and that none looks ahead."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from alert_books import LOST, MONTHS, alerted, end, known_in, month, random_company, rows
from dakehu.analysis.customer_value import alerts as part
from dakehu.analysis.customer_value.alert_record import leads_of
from dakehu.analysis.customer_value.policy import Policy

LAST = MONTHS - 1
STEADY = pl.DataFrame(
    {
        "customer_id": ["a"] * MONTHS,
        "order_date": [month(n) for n in range(MONTHS)],
        "net_amount": [Decimal(100)] * MONTHS,
    },
    schema_overrides={"net_amount": pl.Decimal(38, 2)},
)


def below_cost(*found: tuple[int, float, float]) -> dict[str, pl.DataFrame]:
    lines = [
        {"customer_id": "a", "month": month(n), "net_amount": sold, "loss_amount": loss}
        for n, sold, loss in found
    ]
    return {"price_inversion": rows("price_inversion", *lines)}


def late(*found: tuple[date, date | None, float]) -> dict[str, pl.DataFrame]:
    items = [
        {"customer_id": "a", "due_date": due, "settled_date": settled, "late_amount": amount}
        for due, settled, amount in found
    ]
    return {"late_items": rows("late_items", *items)}


def met(*months: int) -> dict[str, pl.DataFrame]:
    found = [
        {"customer_id": "a", "month": month(n), "person_count": 3, "manager_count": 0}
        for n in months
    ]
    return {"meetings": rows("meetings", *found)}


def of(kind: str, **marts: pl.DataFrame) -> list[dict]:
    every = alerted(STEADY, **marts).every.filter(pl.col("kind") == kind)
    return every.sort("alert_date").to_dicts()


def test_sales_below_cost_alert_above_the_tolerance_and_add_up_the_loss():
    # 15 of 300 in three months is the tolerance itself.
    (alert,) = of("price_inversion", **below_cost((30, 15.0, 2.0), (40, 9.0, 1.5), (41, 9.0, 0.5)))
    assert (alert["alert_date"], alert["ended_date"]) == (end(41), end(43))
    assert alert["value"] == pytest.approx(18 / 300)
    assert (alert["expected_low"], alert["expected_high"]) == (0, 0.05)
    assert alert["amount_at_stake"] == Decimal(2)
    assert alert["has_come"] is False


def test_sales_below_cost_that_go_on_are_no_false_alarm_and_stand_from_the_first():
    again = below_cost((28, 50.0, 1.0), *((n, 40.0, 1.0) for n in range(33, MONTHS)))
    first, second = of("price_inversion", **again)
    assert (first["alert_date"], first["ended_date"]) == (end(28), end(31))
    assert first["has_come"] is True
    assert (second["alert_date"], second["ended_date"]) == (end(33), None)
    old = below_cost(*((n, 40.0, 1.0) for n in range(5, MONTHS)))
    found = alerted(STEADY, **old)
    (alert,) = found.every.filter(pl.col("kind") == "price_inversion").to_dicts()
    assert alert["alert_date"] == end(5)  # before the review, but it stands
    record = found.record.filter(pl.col("kind") == "price_inversion").to_dicts()[0]
    assert (record["standing_count"], record["fired_count"]) == (1, 0)


def test_overdue_begins_after_the_days_of_the_rule_and_ends_when_paid():
    due = end(30)
    paid_late, paid_soon = end(36), due + timedelta(days=61)
    items = late((due, paid_late, 70.0), (due, paid_soon, 30.0))
    (alert,) = of("overdue", **items)
    assert (alert["alert_date"], alert["ended_date"]) == (end(32), end(36))
    assert alert["value"] == 70  # what was paid on the day itself is not open
    assert alert["has_come"] is True
    (alert,) = of("overdue", **late((due, end(33), 70.0)))
    assert alert["has_come"] is False
    assert of("overdue", **late((due, end(31), 70.0))) == []
    (alert,) = of("overdue", **late((end(32) - timedelta(days=60), end(40), 70.0)))
    assert alert["alert_date"] == end(33)
    (alert,) = of("overdue", **late((end(LAST - 4), None, 7.0)))
    assert (alert["ended_date"], alert["has_come"]) == (None, None)


def test_several_people_without_the_manager_come_again_or_not():
    first, second, third = of("single_interface", **met(30, 36, 45))
    assert [a["alert_date"] for a in (first, second, third)] == [end(30), end(36), end(45)]
    assert [a["has_come"] for a in (first, second, third)] == [True, False, None]
    assert (first["value"], first["expected_high"]) == (3, 1)
    assert first["amount_at_stake"] == Decimal(1200)


def same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Equal but for the last digits, which hang on the order of adding."""
    amount = pl.col("amount_at_stake").cast(pl.Float64)
    keys = ["customer_id", "kind", "alert_date"]
    frames = (frame.with_columns(amount).sort(keys) for frame in (left, right))
    assert_frame_equal(*frames, rel_tol=1e-9, abs_tol=0.011)


def test_no_alert_looks_ahead():
    ordered, marts = random_company()
    whole = alerted(ordered, policy=Policy(alert_review_months=48), **marts)
    assert set(whole.every["kind"]) == set(part.KINDS)
    shown = [*part.COLUMNS]
    for months in (36, 41, 45):
        until, items = end(months - 1), marts["late_items"]
        known = {
            "late_items": items.filter(pl.col("due_date") < until).with_columns(
                settled_date=pl.when(pl.col("settled_date") <= until).then("settled_date")
            ),
            **{n: marts[n].filter(pl.col("month") <= until) for n in marts if n != "late_items"},
        }
        then = alerted(
            ordered.filter(pl.col("order_date") <= until),
            months=months,
            policy=Policy(alert_review_months=48),
            **known,
        )
        expected = whole.every.filter(pl.col("alert_date") <= until).select(shown)
        same(then.every.select(shown), expected)
        assert then.as_of == until
        stood = whole.every.filter(
            pl.col("alert_date") <= until,
            pl.col("ended_date").is_null() | (pl.col("ended_date") > until),
        )
        assert set(then.now["customer_id"]) == set(stood["customer_id"])


def test_blocks_of_customers_change_nothing(monkeypatch):
    ordered, marts = random_company()
    whole = alerted(ordered, **marts)
    monkeypatch.setattr(part, "BLOCK_DAYS", 5000)
    blocks = alerted(ordered, **marts)
    same(blocks.every, whole.every)
    assert blocks.record.equals(whole.record)


def test_the_record_counts_what_the_table_says():
    ordered, marts = random_company()
    found = alerted(ordered, **marts)
    assert found.since == end(LAST - 24)
    for row in found.record.to_dicts():
        every = found.every.filter(pl.col("kind") == row["kind"])
        reviewed = [a for a in every.to_dicts() if a["alert_date"] > found.since]
        outcomes = [a["has_come"] for a in reviewed if a["has_come"] is not None]
        assert row["fired_count"] == len(reviewed)
        assert row["standing_count"] == every["ended_date"].null_count()
        assert row["standing_count"] == found.now.filter(pl.col("kind") == row["kind"]).height
        assert (row["judged_count"], row["false_count"]) == (len(outcomes), outcomes.count(False))
        if outcomes:
            assert row["false_share"] == pytest.approx(outcomes.count(False) / len(outcomes))
            assert row["false_low_share"] < row["false_share"] <= row["false_high_share"]
    over = pl.col("alert_date") <= end(LAST - 6)
    old = found.every.filter(over, pl.col("alert_date") > found.since)["has_come"]
    assert old.count() == len(old) > 100
    assert found.every.filter(pl.col("alert_date") > end(LAST - 6))["has_come"].count() == 0


def test_leads_count_the_first_alert_that_stood_on_the_day_of_the_loss():
    lost_on, day = date(2025, 6, 10), timedelta(days=1)
    lost = pl.DataFrame(
        [
            {"customer_id": name, "customer_name": name, "lost_date": lost_on, "lost_amount": None}
            for name in "abcd"
        ]
        + [{"customer_id": "e", "customer_name": "e", "lost_date": date(2023, 1, 1)}]
        + [{"customer_id": "f", "customer_name": "f", "lost_date": None}],
        schema=LOST,
    )
    found = [
        ("a", "volume", lost_on - 100 * day, lost_on - 50 * day),  # over before the loss
        ("a", "silence", lost_on - 20 * day, None),
        ("a", "interval", lost_on - 5 * day, None),
        ("b", "silence", lost_on + 7 * day, lost_on + 90 * day),
        ("d", "overdue", lost_on, lost_on + day),
        ("e", "volume", date(2022, 12, 1), None),
    ]
    alerts = pl.DataFrame(
        found, schema=["customer_id", "kind", "alert_date", "ended_date"], orient="row"
    )
    leads = leads_of(alerts, lost, date(2024, 1, 31))
    assert leads.select("customer_id", "kind", "lead_days").rows() == [
        ("a", "silence", 20), ("b", "silence", -7), ("c", None, None), ("d", "overdue", 0),
    ]  # fmt: skip


def test_kinds_whose_data_is_absent_are_named_and_not_counted():
    lacking = {"mix_shift", "price_inversion", "overdue", "single_interface"}
    found = alerted(STEADY, lacking=lacking)
    assert found.absent == {kind: part.NEEDS[kind] for kind in lacking}
    assert found.record["kind"].to_list() == ["volume", "interval", "silence"]
    short = alerted(STEADY.head(8), lacking=lacking)
    assert set(short.absent) == set(part.KINDS)
    assert short.absent["volume"] == "short_history"


def test_without_a_closed_month_there_is_nothing():
    found = alerted(STEADY.head(3), months=0)
    assert (found.as_of, found.since, found.now.height) == (None, None, 0)
    assert found.figures["alert_count"] == (0, "count")
    assert known_in(STEADY).height == 1
