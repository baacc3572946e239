"""Parties that may be one: what counts as one name, what never does, that none is overlooked."""

import json
import random
from decimal import Decimal
from itertools import combinations, product

import polars as pl
import pytest

from dakehu.analysis.data_quality import MARTS, analyse
from dakehu.analysis.parties import DECIDED, SCHEMA, decided, proposals, similar_names
from dakehu.analysis.party_names import PartyName, are_opposed, party_name
from dakehu.reading import open_marts
from party_frames import DECISIONS, PARTIES


def proposed(*parties, different=(), least=0.88):
    """Proposals among (code, name[, group[, credit code[, amount]]]); groups default to codes."""
    rows = []
    for code, name, *more in parties:
        group, credit, amount = [*more, None, None, None][:3]
        rows.append((code, name, group or code, credit, Decimal(amount or 1)))
    decisions = [(*pair, "different", *[None] * 4, False) for pair in different]
    frame = pl.DataFrame(rows, PARTIES, orient="row")
    return proposals(frame, pl.DataFrame(decisions, DECISIONS, orient="row"), least)


def pairs(*parties, **options):
    return [row[:2] for row in proposed(*parties, **options).rows()]


@pytest.mark.parametrize(
    "names",
    [
        ("恒远（上海）贸易有限公司", "恒远(上海)贸易有限责任公司", " 恒远 上海 贸易 股份有限公司"),
        ("永辉集团公司", "永辉集团有限公司"),
        ("恒远贸易有限公司第一分公司", "恒远贸易有限公司第1分公司", "恒远贸易有限公司第01分公司"),
        ("恒远贸易第十二店", "恒远贸易第12店"),
        ("ＡＢＣ Trading Co.,Ltd.", "abc trading", "A.B.C. Trading Company Limited"),
        ("Müller & Söhne GmbH & Co. KG", "MULLER UND SOHNE GMBH"),
        ("Société Générale S.A.", "Societe Generale SA"),
        ("CASEY'S GENERAL STORE #2315 / CORYDON", "CASEYS GENERAL STORE 2315/Corydon"),
        ("The Home Depot, Inc.", "HOME DEPOT"),
        ("Super Store II - Ames", "SUPER STORE 2 / AMES"),
    ],
)
def test_one_name_however_written(names):
    assert len({party_name(name) for name in names}) == 1
    listed = [(f"C{place}", name) for place, name in enumerate(names)]
    found = proposed(*listed)
    # Each with the first: as few pairs as it takes to unite them all.
    assert [row[:2] for row in found.rows()] == [("C0", code) for code, _ in listed[1:]]
    assert set(found["reason"]) == {"same name"}
    assert set(found["score"]) == {1.0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("恒远汽车零部件制造一店", "恒远汽车零部件制造二店"),
        ("恒远汽车零部件制造有限公司", "恒远汽车零部件制造有限公司第2分公司"),
        ("恒远汽车零部件制造第一分公司", "恒远汽车零部件制造第十一分公司"),
        ("恒远汽车零部件制造东区", "恒远汽车零部件制造西区"),
        ("河南恒远汽车零部件制造", "河北恒远汽车零部件制造"),
        ("恒远国际货物运输代理有限公司杭州分公司", "恒远国际货物运输代理有限公司湖州分公司"),
        ("Casey's General Store 12", "Casey's General Store 13"),
        ("Casey's General Store 12", "Casey's General Store"),
        ("Casey's General Store / Alta", "Casey's General Store / Alton"),
        ("General Trading Plant A", "General Trading Plant B"),
        ("Northgate Warehouse North", "Northgate Warehouse South"),
        ("Henderson Foods New Market", "Henderson Foods Old Market"),
        ("上海恒远贸易有限公司", "上海恒泰贸易有限公司"),
    ],
)
def test_what_makes_two_parties_of_two_names(one, other):
    assert pairs(("C1", one), ("C2", other)) == []


def test_a_slip_of_spelling_is_similar():
    found = proposed(
        ("C1", "晟嘉汽车零部件制造有限公司"),
        ("C2", "晟嘉汽车零部件制照有限责任公司"),
        ("C3", "Fredericksburg Food Center"),
        ("C4", "Fredricksburg Food Centre"),
    )
    assert found.select("customer_id", "other_id", "reason").rows() == [
        ("C3", "C4", "similar name"),
        ("C1", "C2", "similar name"),
    ]
    # In common by hand: 22 of 24 and 23 letters (an e is gone, er is re); 8 of 9 and 9 characters.
    assert found["score"].to_list() == [round(2 * 22 / 47, 4), round(2 * 8 / 18, 4)]
    assert found["decision"].to_list() == [None, None]
    assert pairs(("C1", "晟嘉汽车零部件制造"), ("C2", "晟嘉汽车零部件制照"), least=0.9) == []


def test_a_shared_credit_code_says_more_than_any_name():
    listed = [
        ("C1", "华盛物流", None, "91310000MA1FL0000X"),
        ("C2", "盛华货运", None, " 91310000 ma1fl0000x"),
        ("C3", "天元机电", None, "000000000000000000"),
        ("C4", "宏图电子", None, "000000000000000000"),
        ("C5", "泰山石料", None, "无"),
        ("C6", "昆仑油脂", None, "无"),
    ]
    assert proposed(*listed).select("customer_id", "other_id", "reason").rows() == [
        ("C1", "C2", "same unified credit code")
    ]
    names = ("晟嘉汽车零部件制造", "晟嘉汽车零部件制照")
    apart = [(f"C{n}", name, None, f"9131000000000000{n}X") for n, name in enumerate(names)]
    assert pairs(*apart) == []  # two credit codes: two companies, however alike their names


def test_a_group_speaks_once_and_what_stands_in_one_group_is_not_proposed():
    listed = [
        ("C1", "恒远贸易有限公司", "G1", None, 5),
        ("C2", "恒远贸易有限责任公司", "G1", None, 4),
        ("C3", "恒远贸易", None, None, 3),
        ("C4", "恒远贸易有限公司第2分公司", "G1"),
        ("C5", "恒远贸易第二分公司", "C3"),
    ]
    found = proposed(*listed)
    assert [row[:2] for row in found.rows()] == [("C1", "C3")]
    assert found["amount_at_stake"].to_list() == [Decimal(4)]  # 3 + 1 against 5 + 4 + 1


def test_a_pair_decided_to_be_different_is_not_proposed_nor_are_others_of_its_groups():
    listed = [("C1", "恒远贸易"), ("C2", "恒远贸易", "G2"), ("C3", "恒远贸易", "G2")]
    assert pairs(*listed) == [("C1", "C2")]
    assert pairs(*listed, different=[("C3", "C1")]) == []
    # Who may not go with the first may go with the second.
    third = [("C1", "恒远贸易"), ("C2", "恒远贸易"), ("C3", "恒远贸易")]
    assert pairs(*third) == [("C1", "C2"), ("C1", "C3")]
    assert pairs(*third, different=[("C1", "C3")]) == [("C1", "C2"), ("C2", "C3")]


def test_a_party_known_by_its_number_alone_has_no_name():
    assert pairs(("12345678901", "12345678901"), ("012345678901", "012345678901")) == []
    assert pairs(("C1", "……"), ("C2", "---"), ("C3", ""), ("C4", "有限公司")) == []


def test_the_most_alike_come_first_then_the_largest():
    listed = [
        ("A1", "恒远贸易", None, None, 10),
        ("A2", "恒远贸易", None, None, 20),
        ("B1", "Haltermann Lubricants", None, None, 500),
        ("B2", "Haltermann Lubricants", None, None, 400),
        ("C1", "晟嘉汽车零部件制造", None, None, 9000),
        ("C2", "晟嘉汽车零部件制照", None, None, 9000),
    ]
    assert pairs(*listed) == [("B1", "B2"), ("A1", "A2"), ("C1", "C2")]


def test_decided_pairs_keep_the_shape_of_proposals():
    row = ("C1", "C9", "same", "恒远贸易", None, "C1", None, False)
    kept = decided(pl.DataFrame([row], DECISIONS, orient="row"))
    assert kept.schema == pl.Schema(SCHEMA)
    assert kept.rows() == [("C1", "C9", "same", None, "恒远贸易", None, DECIDED, None)]


def longest_common(one: str, other: str) -> int:
    """The longest common subsequence by the table of the textbook."""
    above = [0] * (len(other) + 1)
    for character in one:
        row = [0]
        for place, against in enumerate(other):
            row.append(
                above[place] + 1 if character == against else max(row[place], above[place + 1])
            )
        above = row
    return above[-1]


def slow_likeness(one: PartyName, other: PartyName) -> float:
    def ratio(a: str, b: str) -> float:
        return 2 * longest_common(a, b) / (len(a) + len(b)) if a + b else 1.0

    return round(min(ratio(one.head, other.head), ratio(one.branch, other.branch)), 4)


def varied(luck: random.Random, count: int) -> list[str]:
    """Names in families: one invented, the others with characters lost, doubled, changed."""
    kinds = (
        (("上海", "苏州"), ("恒远", "恒泰", "鼎瑞", "晟嘉"), ("国际物流", "精密机械制造", "贸易")),
        (
            ("Haltermann ", "Henderson "),
            ("Food ", "General "),
            ("Store", "Store 12", "Trading Ltd"),
        ),
    )
    families = ["".join(parts) for kind in kinds for parts in product(*kind)]
    names = []
    while len(names) < count:
        name = list(luck.choice(families))
        for _ in range(luck.choice((0, 1, 1, 2, 3))):
            place = luck.randrange(len(name))
            name[place] = luck.choice(("", name[place] * 2, luck.choice("恒远aer东西2 /")))
        names.append("".join(name) + luck.choice(("", "有限公司", " Ltd.", "有限公司苏州分公司")))
    return names


def test_the_search_finds_what_all_pairs_give():
    luck = random.Random(20260301)
    names = sorted({party_name(name) for name in varied(luck, 400)} - {party_name("")})[:300]
    slow = {
        frozenset((one, other)): slow_likeness(one, other)
        for one, other in combinations(names, 2)
        if one.marks == other.marks and not are_opposed(one, other)
    }
    for least in (0.75, 0.88, 0.95):
        fast = similar_names(names, least)
        expected = {pair: score for pair, score in slow.items() if score >= least}
        assert {frozenset(pair): score for score, *pair in fast} == expected
        assert len(fast) == len(expected) > 20
        scores = [score for score, *_ in fast]
        assert scores == sorted(scores, reverse=True)


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


def test_real_shops_of_chains_are_told_apart(shared):
    stores = pl.read_parquet(shared / "iowa_liquor" / "stores.parquet")
    found = proposed(*stores.select("Store", "Name").iter_rows())
    assert 50 <= found.height <= 90  # of 2,296 shops; 44 pairs have one name in one town
    spelled = found.filter(pl.col("reason") == "similar name")
    assert spelled.height <= 25
    assert ("LONELY OAK DISTILLERY", "LONELY OAK DISTILERY") in spelled.select(
        "customer_name", "other_name"
    ).rows()
    chain = found.filter(pl.col("customer_name").str.contains("CASEY"))
    assert [row[4:6] for row in chain.rows()] == [("CASEY'S GENERAL STORE #3030 / STORM LAKE",) * 2]
