"""What the page says of parties: united, unknown, contradicted, open, and what to write where."""

from decimal import Decimal
from types import SimpleNamespace

import polars as pl

from dakehu.analysis.parties import decided, proposals
from dakehu.present.data_quality.parties import proposals as drawn_proposals
from dakehu.present.data_quality.parties import summary
from dakehu.present.text import Text
from party_frames import DECISIONS, PARTIES

ZH, EN = Text("zh", "CNY"), Text("en", "CNY")


def result(parties, decisions=(), shown=50.0):
    """What the page reads of a result, by the analysis itself."""
    listed = pl.DataFrame(list(parties), PARTIES, orient="row")
    made = pl.DataFrame(list(decisions), DECISIONS, orient="row")
    counts = {"party_count": listed.height, "group_count": listed["group_id"].n_unique()}
    return SimpleNamespace(
        figures={name: (count, "count") for name, count in counts.items()},
        gates={"shown_pair_count": shown},
        party_decisions=made,
        party_proposals=pl.concat([decided(made), proposals(listed, made, 0.88)]),
    )


OPEN = [
    ("C3", "<b>Haltermann</b> Ltd.", "C3", None, Decimal(70)),
    ("C4", "<B>HALTERMANN</B> LIMITED", "C4", None, Decimal(30)),
    ("C5", "Krämer GmbH", "C5", "91310000MA1FL0000X", Decimal(23_456)),
    ("C6", "Fluidtechnik", "C6", "91310000MA1FL0000X", Decimal(34_567)),
]
RICH = [
    ("C1", "恒远贸易有限公司", "C1", None, Decimal(900)),
    ("C2", "恒远贸易有限责任公司", "C1", None, Decimal(50)),
    *OPEN,
]
MADE = [
    ("C1", "C2", "same", "恒远贸易有限公司", "恒远贸易有限责任公司", "C1", "C1", True),
    ("C3", "009", "same", "<b>Haltermann</b> Ltd.", None, "C3", None, False),
    ("C2", "C1", "different", "恒远贸易有限责任公司", "恒远贸易有限公司", "C1", "C1", True),
]


def test_what_was_united_what_is_wrong_and_what_to_write_where():
    united, unknown, contradicted, waiting, how = summary(EN, result(RICH, MADE))["items"]
    assert united["text"] == (
        "6 parties stand in 5 groups. Decisions in the parties file have united further parties in"
        " 1 of them: C1."
    )
    assert "that no customer has: 1 (009)" in unknown["text"]
    assert "in one group all the same: 1 (C2 and C1)" in contradicted["text"]
    assert "wait for a decision: 2. The one that weighs most is Krämer GmbH (C5)" in waiting["text"]
    assert "has bought CN¥23.46K" in waiting["text"]
    tones = [item["tone"] for item in (united, unknown, contradicted, waiting)]
    assert tones == ["good", "warn", "warn", "warn"]
    assert "write same or different into its column decision" in how["text"]
    assert 'parties = "party_proposals.csv"' in how["text"]
    chinese = " ".join(item["text"] for item in summary(ZH, result(RICH, MADE))["items"])
    assert all(part in chinese for part in ("009", "C2 与 C1", "2.35万元", "party_proposals.csv"))


def test_nothing_decided_and_nothing_alike_is_one_sentence():
    (only,) = summary(EN, result(RICH[:1]))["items"]
    assert only["text"].startswith("1 parties stand in 1 groups, all as the sources name them")
    assert drawn_proposals(EN, result(RICH[:1]))["tone"] == "good"


def test_pairs_come_in_words_and_as_many_as_the_policy_says():
    drawn = drawn_proposals(ZH, result(OPEN))
    assert [row[4] for row in drawn["rows"]] == ["统一社会信用代码相同", "名称相同"]
    assert drawn["rows"][1][0] == "<b>Haltermann</b> Ltd."
    drawn = drawn_proposals(EN, result(OPEN, shown=1.0))
    assert len(drawn["rows"]) == 1
    assert drawn["note"].startswith("Waiting for a decision: 2. Shown: the first 1.")
    assert drawn["file"] == "party_proposals"
