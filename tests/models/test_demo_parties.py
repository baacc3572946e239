"""The parties of the demo company: the pairs planted in it are proposed, and no other."""

import json

from dakehu.analysis.data_quality import MARTS, analyse
from dakehu.reading import open_marts


def test_the_demo_gives_the_planted_pairs_and_no_other(demo_sources, demo_warehouse):
    planted = json.loads((demo_sources / "truth.json").read_text("utf-8"))["entered_twice"]
    marts = open_marts(str(demo_warehouse.path), "data_quality")
    found = analyse(marts.parts(MARTS))
    assert found.figures["party_count"][0] > 1500
    assert found.figures["groups_joined"] == (0, "count")
    columns = ["customer_id", "customer_name", "other_id", "other_name"]
    assert sorted(found.party_proposals.select(columns).rows()) == sorted(
        tuple(pair[column] for column in columns) for pair in planted
    )
    assert len(planted) == 6
