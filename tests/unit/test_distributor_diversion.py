"""Article 3 by hand: who delivers outside its territory, who may, whose prices invite it."""

from datetime import date, datetime

import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.distributor_ranking.leads import leads_of
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import window_of
from dakehu.models import read_checks
from distributor_book import AS_OF, YEAR, company, covered, party, read_of, row, sold, yearly
from small_books import books, needed

# Provinces T1, T2 and T3, and a county T1a in T1. A holds T1, B holds T2, F and C hold T3.
PLACES = [
    {"territory_id": code, "territory_name": code, "level": level, "parent_id": parent}
    for code, level, parent in [
        ("R", "region", None), ("T1", "province", "R"), ("T2", "province", "R"),
        ("T3", "province", "R"), ("T1a", "county", "T1"),
    ]
]  # fmt: skip
LAST = YEAR[9:]


def grant(code: str, place: str, until: date | None = None) -> dict:
    return {"distributor_id": code, "territory_id": place, "exclusive": True,
            "valid_from": date(2022, 1, 1), "valid_to": until}  # fmt: skip


def delivered(code: str, place: str, count: int, buyer: str = "W", months=LAST) -> list[dict]:
    return [
        sold(code, f"{buyer}{n}" if buyer == "W" else buyer, month, 100, ship_to_territory_id=place,
             batch_no="L1")
        for month in months
        for n in range(count)
    ]  # fmt: skip


def scan(number: int, code: str, place: str, **more) -> dict:
    return {"code": f"Q{number}", "bound_distributor_id": code, "scan_territory_id": place,
            "scan_ts": datetime(2024, 11, 10, 9), "accuracy_m": 20, **more}  # fmt: skip


def article() -> dict[str, list[dict]]:
    """A: 3 of 10 deliveries into B's T2. C: only a chain's. D: until its grant ends. F: an expo."""
    chain = party("K", "chain_ka")
    central = party("Z", "customer", central_purchase=True)
    distributors = [party(code, "distributor") for code in "ABCDEF"]
    return {
        "territories": PLACES,
        "customers": [*distributors, chain, central],
        "territory_grants": [
            grant("A", "T1"), grant("B", "T2"), grant("C", "T3"), grant("F", "T3"),
            grant("D", "T1"), grant("D", "T2", date(2024, 11, 1)),
        ],
        "order_lines": [
            *yearly("A", 100, 140), *yearly("B", 100, 60), *yearly("C", 100, 100),
            *yearly("D", 100, 100), *yearly("E", 100, 100), *yearly("F", 100, 100),
        ],
        "sell_out": [
            *delivered("A", "T1", 6), *delivered("A", "T1a", 1), *delivered("A", "T2", 3),
            *delivered("B", "T2", 6), *delivered("C", "T3", 6), *delivered("C", "T1", 3, "K"),
            *delivered("C", "T2", 1, "Z"), *delivered("D", "T1", 6), *delivered("D", "T2", 2),
            *delivered("E", "T1", 5), *delivered("F", "T3", 6), *delivered("F", "T2", 3),
        ],
        "sell_out_coverage": [covered(code) for code in "ABCDEF"],
        "events": [
            {"event_id": "EV1", "name": "Expo", "type": "campaign", "start_date": date(2024, 10, 1),
             "end_date": date(2024, 12, 31), "scope_json": '{"distributor": "F", "place": ["T2"]}'}
        ],
        "scans": [
            *(scan(n, "A", "T1") for n in range(7)),
            *(scan(10 + n, "A", "T2") for n in range(3)),
            scan(20, "A", "T2", accuracy_m=80_000),
            *(scan(30 + n, "C", "T1", batch_no="L1") for n in range(5)),
            *(scan(40 + n, "B", "T2") for n in range(6)),
        ],
        "cases": [
            {"case_id": "1", "type": "diversion", "offender_id": "A", "victim_id": "B",
             "date": date(2024, 12, 5), "evidence_grade": "A"},
            {"case_id": "2", "type": "diversion", "offender_id": "E", "date": date(2024, 12, 5)},
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    return company(tmp_path_factory.mktemp("diversion"))


def found_in(book, tables: dict[str, list[dict]], policy: Policy | None = None):
    read = read_of(book, **tables)
    return leads_of(read, window_of(read["company"], AS_OF, 12), AS_OF, policy or Policy())


@pytest.fixture(scope="module")
def found(book):
    return found_in(book, article())


def of(found, code: str, measure: str) -> dict:
    return found.leads.filter(distributor_id=code, measure=measure).row(0, named=True)


def scored(found, code: str) -> set[str]:
    rows = found.leads.filter(~pl.col("is_benign"), distributor_id=code)
    return set(rows["measure"])


def test_out_of_territory_share_of_the_diverter(found):
    lead = of(found, "A", "outside_share")
    assert lead["value"] == pytest.approx(0.3)  # the county lies in what it holds
    assert (lead["evidence_grade"], lead["other_id"]) == ("B", "B")
    assert lead["month"] == date(2024, 12, 1)
    place = found.diversion.places.filter(distributor_id="A").row(0, named=True)
    assert (place["line_count"], place["outside_line_count"]) == (30, 9)
    assert place["territory_id"] == "T2"


def test_scans_whose_place_is_known_are_proof(found):
    lead = of(found, "A", "scan_share")
    assert (lead["value"], lead["evidence_grade"]) == (pytest.approx(0.3), "A")
    assert of(found, "A", "case_count")["evidence_grade"] == "A"


def test_chains_and_agreements_are_told_and_not_scored(found):
    chain, expo = of(found, "C", "chain_share"), of(found, "F", "agreed_share")
    assert (chain["is_benign"], chain["value"]) == (True, pytest.approx(0.4))
    assert (expo["is_benign"], expo["value"]) == (True, pytest.approx(1 / 3))
    accused = found.subjects.filter(~pl.col("is_benign"), kind="diversion")
    assert set(accused["distributor_id"]) == {"A", "D", "E"}
    # The chain's goods are scanned where they were meant to go.
    assert "scan_share" not in found.leads.filter(distributor_id="C")["measure"].to_list()


def test_a_grant_counts_while_it_lasts_and_without_one_nobody_is_judged(found):
    # Of October's, November's and December's two deliveries those of October were granted.
    assert of(found, "D", "outside_share")["value"] == pytest.approx(4 / 24)
    assert found.diversion.places.filter(distributor_id="E").is_empty()
    # A case whose grade nobody wrote down is no finding.
    assert of(found, "E", "case_count")["evidence_grade"] == "C"


def test_strays_are_no_lead(book):
    tables = article()
    tables["sell_out"] = [*delivered("A", "T1", 3), *delivered("A", "T2", 2, months=LAST[:1])]
    tables["scans"] = [scan(1, "A", "T2"), scan(2, "A", "T2"), scan(3, "A", "T1")]
    stray = found_in(book, tables)
    place = stray.diversion.places.filter(distributor_id="A").row(0, named=True)
    assert place["outside_share"] == pytest.approx(2 / 11)  # much, and still only two deliveries
    assert scored(stray, "A") == {"case_count"}


def test_the_victim_loses_while_the_others_come(found):
    victim = row(found.diversion.victims, "B")
    # A's six and D's four of the months in which B held T2 alone; what F brought was agreed.
    assert (victim["sold_quantity"], victim["inbound_quantity"]) == (18, 10)
    assert victim["inbound_share"] == pytest.approx(10 / 28)
    assert victim["scan_inbound_share"] == pytest.approx(3 / 9)
    assert victim["growth"] == pytest.approx(-0.4)
    assert (victim["other_id"], victim["is_victim"]) == ("A", True)


def test_nothing_is_said_of_territories_without_grants(book):
    tables = article()
    del tables["territory_grants"]
    found = found_in(book, tables)
    assert scored(found, "A") | scored(found, "D") == {"case_count"}
    missing = dict(found.absent.iter_rows())
    assert missing["outside_share"] == "territory_grants.territory_id"
    assert found.tables["leads"].columns[:8] == [
        "kind", "distributor_id", "evidence_grade", "month", "measure", "value", "threshold",
        "is_benign",
    ]  # fmt: skip


def test_no_line_is_lost_or_counted_twice_on_its_way_to_a_place(book):
    (check,) = [one for one in read_checks() if one.name.endswith("__places_add_up")]
    tables = article()
    # A second grant of the same territory must not double what was sold there.
    tables["territory_grants"] = [*tables["territory_grants"], grant("A", "T1"), grant("A", "R")]
    # Sold on before the first order: no fiscal month, and still there.
    tables["sell_out"] = [*tables["sell_out"], *delivered("A", "T2", 1, months=[date(2022, 5, 1)])]
    with books(book, **tables) as filled:
        models.build(filled, needed("mart_distributor_ranking__places"))
        assert filled.execute(check.sql).fetchall() == []
        filled.execute("delete from mart_distributor_ranking__places where standing = 'chain'")
        assert [code for code, *_ in filled.execute(check.sql).fetchall()] == ["C"]
