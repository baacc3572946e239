"""What an audience's warehouse holds: its own rows, and nothing that names anybody else."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dakehu.audiences.definition import Scope
from dakehu.audiences.events import Ids, own_policy
from dakehu.audiences.membership import check
from dakehu.audiences.ownership import CONDITIONS, OWNERS
from dakehu.notification import occasion_of, words
from dakehu.pipeline import PipelineError
from dakehu.present.audience import sentences
from dakehu.present.text import Text
from dakehu.schema import tables
from dakehu.warehouse import open_readonly
from reader_books import MARK, company, insert, taken, texts
from small_company import HEAD, orders, pipeline_of, rows


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return company(tmp_path_factory.mktemp("whole"))


def test_every_table_has_a_rule_of_whose_it_is() -> None:
    assert OWNERS.keys() | CONDITIONS.keys() == tables().keys()


def test_nothing_of_another_region_is_in_any_table(whole: Path) -> None:
    connection = taken(whole, regions=("ours place",), personal_data=True)
    held = texts(connection)
    assert {name: text for name, text in held.items() if MARK in text} == {}
    # Of every table the audience has its own rows, and the figures of a file are those of its rows.
    assert {name for name in tables() if "ours" not in held[name]} == {"group_memberships"}
    assert rows(connection, "select file, rows, loaded from loaded.files") == [("ours.csv", 1, 1)]


@pytest.mark.parametrize(
    "audience", [{"distributors": ("ours firm",)}, {"teams": ("FOREIGN_org_unit",)}], ids=str
)
def test_a_team_or_a_distributor_sees_no_other_party(whole: Path, audience: dict) -> None:
    held = texts(taken(whole, **audience, personal_data=True))
    strangers = ("customers", "people", "order_lines", "contacts", "bids")
    named = [*(f"{MARK}_{table}" for table in strangers), f"{MARK} firm", f"{MARK} person"]
    assert {name for name, text in held.items() if any(word in text for word in named)} == set()
    assert {name for name in tables() if "ours" not in held[name]} == {"group_memberships"}


def test_who_is_met_across_the_border_is_a_number_and_its_figures_stay(whole: Path) -> None:
    connection = taken(whole, regions=("ours place",))
    assert rows(
        connection,
        "select distributor_id, downstream_id, ship_to_territory_id, amount from loaded.sell_out",
    ) == [("ours_customers", "outside-1", "outside-1", 10)]
    assert rows(
        connection, "select customer_name from loaded.customers where customer_id = 'outside-1'"
    ) == [("区外 Outside 1",)]
    # What leads to a row that is left out leads nowhere; a group is called by one of our own.
    assert rows(connection, "select order_id, amount from loaded.invoices") == [(None, 10)]
    assert rows(
        connection, "select group_id from loaded.customers where customer_id = 'ours_customers'"
    ) == [("ours_customers",)]
    # An event for both halves keeps its effect, and neither the others' names nor the joint cost.
    assert rows(connection, "select name, scope_json, cost from loaded.events") == [
        ("ours_events", '{"customer": ["ours_customers"]}', None)
    ]


def test_a_row_that_nobody_can_place_is_counted_and_in_no_region(tmp_path: Path) -> None:
    path = company(tmp_path)
    with duckdb.connect(str(path)) as connection:
        insert(connection, "customers", {"customer_id": "nowhere", "customer_name": "Nowhere"})
        for number in ("1", "2"):
            insert(connection, "payments", {"payment_no": number, "customer_id": "nowhere"})
        insert(connection, "stages", {"case_id": "1"})
    connection = taken(path, regions=("ours place",))
    assert rows(connection, "from loaded.unplaced order by all") == [
        ("customers", 1), ("payments", 2), ("stages", 1),
    ]  # fmt: skip
    assert rows(connection, "select payment_no from loaded.payments") == [("ours_payments",)]
    # Who is no distributor's is known; how many they are is nothing for a distributor.
    connection = taken(path, distributors=("ours firm",))
    assert rows(connection, "from loaded.unplaced order by all") == [("stages", 1)]


def test_a_party_without_a_place_belongs_where_the_one_above_it_belongs(tmp_path: Path) -> None:
    path = company(tmp_path)
    with duckdb.connect(str(path)) as connection:
        for code, parent in (("child", "ours_customers"), ("grandchild", "child")):
            insert(
                connection,
                "customers",
                {"customer_id": code, "customer_name": code, "parent_customer_id": parent},
            )
        insert(connection, "sell_out", {"distributor_id": "ours_customers", "downstream_id": "new"})
    held = rows(taken(path, regions=("ours place",)), "select customer_id from loaded.customers")
    assert {"child", "grandchild"} <= {code for (code,) in held}
    sold = rows(taken(path, regions=("ours place",)), "select downstream_id from loaded.sell_out")
    assert ("new",) in sold


def test_a_team_has_who_is_looked_after_on_the_day_else_who_was_sold_to_last(
    tmp_path: Path,
) -> None:
    path = company(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from loaded.account_team")
        for person, team in (("p1", "A"), ("p2", "B")):
            insert(connection, "people", {"person_id": person, "org_unit": team})
        for code, day, person in (("c1", "2024-01-01", "p1"), ("c1", "2024-02-01", "p2"),
                                  ("c2", "2024-01-01", "p2")):  # fmt: skip
            order = {"order_id": code + day, "line_no": "1", "order_date": day, "net_amount": 1,
                     "customer_id": code, "person_id": person}  # fmt: skip
            insert(connection, "order_lines", order)
        for person, first, last in (("p2", None, "2024-06-30"), ("p1", "2024-06-30", None)):
            insert(connection, "account_team", {"customer_id": "c2", "person_id": person,
                                                "valid_from": first, "valid_to": last})  # fmt: skip
    held = {
        team: {code for (code,) in rows(taken(path, teams=(team,)),
                                        "select customer_id from loaded.order_lines")}
        for team in "AB"
    }  # fmt: skip
    assert held == {"A": {"c2"}, "B": {"c1"}}


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ("[audience.east]\n", ["audience.east", "exactly one of regions, teams, distributors"]),
        (
            "[audience.east]\nregions = ['a']\nteams = ['b']\n",
            ["audience.east", "exactly one of regions, teams, distributors"],
        ),
        ("[audience.east]\nregions = []\n", ["audience.east.regions", "at least 1 item"]),
        ("[audience.east]\nregion = ['a']\n", ["audience.east.region", 'did you mean "regions"?']),
        ("[audience.East]\nregions = ['a']\n", ["audience.East", "match pattern"]),
        (
            "[reports.customer_value]\n[audience.e]\nteams = ['a']\nreports = ['customer_valu']\n",
            ['audience.e: no report "customer_valu"', 'did you mean "customer_value"?'],
        ),
        (
            "[reports.data_quality]\n[audience.e]\nteams = ['a']\nreports = ['data_quality']\n",
            ["audience.e", "data_quality speaks of the files of the whole company"],
        ),
    ],
)
def test_a_definition_that_cannot_be_is_named(tmp_path: Path, table: str, parts: list[str]) -> None:
    with pytest.raises(PipelineError) as raised:
        pipeline_of(tmp_path, HEAD + orders() + table)
    message = str(raised.value)
    assert message.startswith("small.toml")
    assert [part for part in parts if part not in message] == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("regions = ['ours plac']", 'e.regions: "ours plac" occurs nowhere in the data; '
         'the nearest are "ours place", "FOREIGN place"'),
        ("teams = ['FOREIGN']", 'e.teams: "FOREIGN" occurs nowhere in the data; '
         'the nearest are "FOREIGN words", "FOREIGN_org_unit"'),
        ("distributors = ['ours fir']", 'e.distributors: "ours fir" occurs nowhere in the data; '
         'the nearest are "ours firm"'),
    ],
)  # fmt: skip
def test_a_value_that_occurs_nowhere_is_named_with_the_nearest(
    whole: Path, tmp_path: Path, table: str, message: str
) -> None:
    pipeline = pipeline_of(tmp_path, HEAD + orders() + f"[audience.e]\n{table}\n")
    with open_readonly(whole) as connection, pytest.raises(PipelineError) as raised:
        check(connection, pipeline, "e")
    assert str(raised.value).startswith(f"small.toml: audience.{message}")


def test_rules_that_name_others_are_no_rules_of_the_audience() -> None:
    policy = {
        "top": 3,
        "roles": ["customer", "S9"],
        "scenarios": {
            "all": {"growth": 0.1, "scope": "total"},
            "south": {"growth": 0.1, "who": "region/S9"},
            "north": {"growth": 0.1, "who": "region/N9"},
            "one": {"growth": 0.1, "scope": "region/N9"},
        },
        "S9": 1,
    }
    assert own_policy(policy, Ids({"N9"}, {"S9"})) == {
        "top": 3,
        "roles": ["customer"],
        "scenarios": {
            "all": {"growth": 0.1, "scope": "total"},
            "north": {"growth": 0.1, "who": "region/N9"},
        },
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_says_whose_rows_it_rests_on(language: str) -> None:
    scope = Scope("regions", ("华东",), is_masked=True, unplaced={"order_lines": 1200})
    said = sentences(Text(language, "CNY"), scope)
    assert "华东" in said[0]
    assert any("1,200" in sentence for sentence in said)
    shown = Scope("teams", ("A", "B"), is_masked=False)
    assert len(sentences(Text(language, "CNY"), shown)) == len(said) - 1
    chinese = [sentence for sentence in said if any("\u4e00" <= c <= "\u9fff" for c in sentence)]
    assert len(chinese) == (len(said) if language == "zh" else 1)


def test_an_audience_without_new_pages_is_a_failure_to_tell(tmp_path: Path) -> None:
    pipeline = pipeline_of(tmp_path, HEAD + orders())
    record = {"status": "ok", "as_of": "2024-12-31", "audiences": {
        "north": {"status": "ok", "reason": ""},
        "south": {"status": "failed", "reason": "customer_value: cell 4"},
    }}  # fmt: skip
    assert occasion_of(pipeline, record, date(2025, 1, 1)) == "failure"
    assert "audience south: customer_value: cell 4" in words(pipeline, record, "failure", "")[1]
    record["audiences"].pop("south")
    assert occasion_of(pipeline, record, date(2025, 1, 1)) == "success"
