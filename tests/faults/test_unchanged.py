"""Where nothing has changed no kernel starts; else only the reports that depend on it run."""

import json

import pytest

from shop import AS_OF, REPORTS, Shop

pytestmark = pytest.mark.slow

SCANS = """
[[source]]
table = "scans"
files = ["scans.csv"]
[source.columns]
code = "code"
scan_ts = { from = "at", format = "%Y-%m-%d" }
"""


def executed(shop: Shop) -> set[str]:
    """Run once; the reports whose notebooks were executed."""
    assert shop.run() == (0, "")
    assert set(shop.last["unchanged"]) | shop.last.get("reports", {}).keys() == set(REPORTS)
    return set(shop.last.get("reports", {}))


def test_a_run_of_what_has_not_changed_leaves_every_page(shop: Shop) -> None:
    pages, warehouse = shop.published(*REPORTS), shop.warehouse.stat().st_mtime_ns
    assert executed(shop) == set()
    assert shop.last["status"] == "unchanged"
    assert shop.published(*REPORTS) == pages
    assert shop.warehouse.stat().st_mtime_ns == warehouse
    assert "nothing had changed" in shop.portal
    assert shop.run("--force") == (0, "")
    assert shop.published(*REPORTS) != pages


def test_only_what_depends_on_a_changed_file_or_notebook_is_made_again(shop: Shop) -> None:
    pipeline, scans = shop.folder / "shop.toml", shop.folder / "scans.csv"
    scans.write_text("code,at\n1,2025-06-01\n", "utf-8")
    pipeline.write_text(pipeline.read_text("utf-8") + SCANS, "utf-8")
    executed(shop)
    scans.write_text("code,at\n1,2025-06-01\n2,2025-06-02\n", "utf-8")
    assert executed(shop) == {"data_quality"}
    shop.insert("customer_value", "1 + 1")
    assert executed(shop) == {"customer_value"}
    orders = shop.folder / "orders.csv"
    orders.write_text(orders.read_text("utf-8") + "more,2025-06-30,C02,P1,1,10.00\n", "utf-8")
    assert executed(shop) == set(REPORTS)


def test_a_page_that_was_deleted_is_made_again(shop: Shop) -> None:
    next(shop.out.glob("shop/*/customer_value.en.html")).unlink()
    assert executed(shop) == {"customer_value"}
    assert executed(shop) == set()


def test_the_manifest_says_what_each_step_took(shop: Shop) -> None:
    known = json.loads((shop.out / "shop" / AS_OF / "run.json").read_text("utf-8"))
    steps = {(row["where"], row["step"]): row["seconds"] for row in known["profile"]}
    assert {step for where, step in steps if where == "run"} >= {"load", "models", "checks"}
    for report in REPORTS:
        own = {step: seconds for (where, step), seconds in steps.items() if where == report}
        assert list(own) == ["papermill", "kernel start-up", "imports", "cells", "render"]
        assert all(seconds > 0 for seconds in own.values())
        executed = sum(own.values()) - own["render"]
        assert executed <= known["reports"][report]["seconds"] + 0.1
