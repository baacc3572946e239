"""Alerts against what was planted in the demo company: leavers, debtor, prices, the swarm."""

from typing import Any

import polars as pl

from dakehu.analysis.customer_value.alerts import KINDS
from dakehu.present.customer_value import alerts
from dakehu.present.text import Text


def of(frame: pl.DataFrame, kind: str) -> dict[str, dict[str, Any]]:
    rows = frame.filter(pl.col("kind") == kind).to_dicts()
    return {row["customer_id"]: row for row in rows}


def test_every_kind_is_watched(found):
    assert found.alerts.absent == {}
    assert found.alerts.record["kind"].to_list() == list(KINDS)


def test_every_planted_leaver_stands_in_an_alert(found, truth):
    leavers = {leaver["group_id"] for leaver in truth["accounts"]["leavers"]}
    assert leavers <= set(found.alerts.now["customer_id"])
    assert leavers <= of(found.alerts.now, "silence").keys()


def test_every_planted_leaver_is_told_before_it_counts_as_lost(found, truth):
    leads = {row["customer_id"]: row for row in found.alerts.leads.to_dicts()}
    lost = set(found.retention.lost_customers["customer_id"])
    for leaver in truth["accounts"]["leavers"]:
        row = leads[leaver["group_id"]]
        assert leaver["group_id"] in lost
        assert str(row["alert_date"]) > leaver["last_order_date"]
        assert row["lost_date"] > row["alert_date"]
        assert row["lead_days"] == (row["lost_date"] - row["alert_date"]).days > 0


def test_the_page_says_how_many_could_not_be_told_before(found):
    leads = found.alerts.leads
    early = leads.filter(pl.col("lead_days") > 0).height
    words = [item["text"] for item in alerts.sentences(Text("en", "CNY"), found)["items"]]
    assert any(f"Not told before: {leads.height - early};" in w for w in words)


def test_only_who_was_planted_is_swarmed_overdue_or_sold_to_below_cost(found, truth):
    swarmed, accounts = truth["swarmed_account"], truth["accounts"]
    (swarm,) = of(found.alerts.every, "single_interface").values()
    assert swarm["customer_id"] == swarmed["group_id"]
    assert str(swarm["alert_date"]).startswith(swarmed["month"])
    assert swarm["value"] >= swarmed["people"]
    assert list(of(found.alerts.now, "overdue")) == [accounts["overdue"]["group_id"]]
    assert list(of(found.alerts.now, "price_inversion")) == [
        accounts["price_inversion"]["group_id"]
    ]


def test_the_customers_of_the_diverting_distributor_are_not_blamed(found, marts, truth):
    sold = marts.table("stg_sell_out").filter(
        pl.col("distributor_id") == truth["diversion"]["distributor_id"]
    )
    customers = sold.select(customer_id=pl.col("downstream_id").unique())
    assert customers.height > 20
    assert found.alerts.every.join(customers, on="customer_id", how="semi").is_empty()


def test_past_alerts_are_judged(found):
    record = found.alerts.record
    for kind in ("volume", "interval", "silence"):
        row = record.filter(pl.col("kind") == kind).to_dicts()[0]
        assert row["judged_count"] > 20
        assert 0 < row["false_low_share"] < row["false_share"] < row["false_high_share"] < 1
    # Hardly one demo customer in twenty alerts at a time: they mostly keep their ways.
    for row in record.drop_nulls("watched_count").to_dicts():
        assert row["standing_count"] <= 0.05 * row["watched_count"]
