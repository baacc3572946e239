"""A past month that was revised is told on the page and the portal, with the amount."""

import json
import re
from html import unescape

import pytest

from dakehu.comparison import compare, last_two
from dakehu.publication import Publication
from packing import unpacked
from shop import AS_OF, Shop

pytestmark = pytest.mark.slow

SAYS = "Closed months that say something else now: 1, together by +CN¥250; most: Jan 2025, +CN¥250."


def test_a_month_revised_since_the_last_run_is_told_with_its_amount(shop: Shop) -> None:
    assert shop.run("--as-of", "2025-05-31") == (0, "")
    kept = shop.out / "shop" / "2025-05-31" / "data_quality" / "completeness.parquet"
    before = kept.read_bytes()
    orders = shop.folder / "orders.csv"
    with orders.open("a", encoding="utf-8") as file:
        file.write("late,2025-01-15,C02,P1,1,250.00\n")
    assert shop.run() == (0, "")
    assert kept.read_bytes() == before
    for report in ("customer_value", "data_quality"):
        page = (shop.out / "shop" / AS_OF / f"{report}.en.html").read_text("utf-8")
        assert SAYS in unescape(page)
    publication = Publication(shop.out / "shop")
    revised = compare(publication, *last_two(publication)).tables["data_revisions"]
    assert revised["row_count_now"].item() - revised["row_count_before"].item() == 1
    packed = re.findall(r'gzip" class="comparisons">([^<]+)<', shop.portal)[1]
    assert SAYS in [item["text"] for item in json.loads(unpacked(packed))[0][1][0]["items"]]


def test_a_first_run_says_that_it_is_one(shop: Shop) -> None:
    for report in ("customer_value", "data_quality"):
        page = (shop.out / "shop" / AS_OF / f"{report}.zh.html").read_text("utf-8")
        assert "本报告首次运行" in page
        assert "已关账月份的数据修订" not in page
