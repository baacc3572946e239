"""The file of decisions: read strictly, unites groups for every report, and never makes up any."""

from pathlib import Path

import duckdb
import pytest

from dakehu import models
from dakehu.pipeline import PipelineError
from dakehu.sources import LoadError, load
from dakehu.sources.parties import components
from small_company import HEAD, HEADER, loaded, orders, pipeline_of, rows, source

HEADINGS = "customer_id,other_id,decision\n"
CUSTOMERS = source(
    "customers",
    "customers.csv",
    {"customer_id": '"code"', "customer_name": '"name"', "group_id": '"group"'},
)
NAMES = """code,name,group
C1,恒远（上海）贸易有限公司,
C2,恒远(上海)贸易有限责任公司,
C3,Haltermann,G1
"""
SALES = HEADER + "".join(
    f"O{n},2024-{n:02}-05,C{1 + n % 4},P1,1,{100 * n}.00\n" for n in range(1, 13)
)


def company(folder: Path, decisions: str | bytes | None) -> duckdb.DuckDBPyConnection:
    """Four customers, one of them unknown to the customer file, with this file of decisions."""
    files: dict[str, str | bytes] = {"orders.csv": SALES, "customers.csv": NAMES}
    head = HEAD
    if decisions is not None:
        files["parties.csv"], head = decisions, HEAD + 'parties = "parties.csv"\n'
    return loaded(folder, files, orders(), CUSTOMERS, head=head)


def groups(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    models.build(connection, models.read_models())
    return dict(rows(connection, "select customer_id, group_id from dim_customers"))


def fault(folder: Path, decisions: str | bytes) -> str:
    with pytest.raises(LoadError) as raised:
        company(folder, decisions)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_without_the_file_nothing_is_merged(tmp_path: Path) -> None:
    connection = company(tmp_path, None)
    assert groups(connection) == {"C1": "C1", "C2": "C2", "C3": "G1", "C4": "C4"}
    assert rows(connection, "from loaded.parties") == []


def test_two_codes_confirmed_the_same_become_one_customer_group(tmp_path: Path) -> None:
    connection = company(tmp_path, HEADINGS + "C2,C1,same\n")
    assert groups(connection) == {"C1": "C1", "C2": "C1", "C3": "G1", "C4": "C4"}
    summed = "select {}, sum(net_amount) from {} group by 1"
    value = dict(rows(connection, summed.format("customer_id", "mart_customer_value")))
    by_code = dict(rows(connection, summed.format("customer_id", "fct_order_lines")))
    assert value == {"C1": by_code["C1"] + by_code["C2"], "G1": by_code["C3"], "C4": by_code["C4"]}
    named = "select distinct customer_name from mart_customer_value where customer_id = 'C1'"
    assert rows(connection, named) == [("恒远（上海）贸易有限公司",)]
    assert rows(connection, "from mart_data_quality__party_decisions") == [
        (
            "C2",
            "C1",
            "same",
            "恒远(上海)贸易有限责任公司",
            "恒远（上海）贸易有限公司",
            "C1",
            "C1",
            True,
        )
    ]


def test_the_group_that_a_source_names_stays_and_others_join_it(tmp_path: Path) -> None:
    # C4 is known by its sales lines alone; the code X lies between two customers.
    chain = HEADINGS + "C1,C3,same\nC4,X,same\nX,C2,同一\n"
    assert groups(company(tmp_path, chain)) == {"C1": "G1", "C2": "C2", "C3": "G1", "C4": "C2"}


def test_a_head_is_a_party_that_is_known(tmp_path: Path) -> None:
    assert groups(company(tmp_path, HEADINGS + "C2,A0,same\n"))["C2"] == "C2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_table_of_a_run_can_be_filled_in_and_given_back(tmp_path: Path, encoding: str) -> None:
    # As a spreadsheet saves it: more columns, in another order, with rows that are still open.
    text = (
        "reason,customer_id,customer_name,other_id,decision,score\r\n"
        'same name,C1,"恒远（上海）贸易有限公司",C2, Same ,1.0\r\n'
        "similar name,C1,恒远,C3,,0.9\r\n\r\n"
        "similar name,'-C5,恒远,'=C6,不同,0.9\r\n"
    )
    connection = company(tmp_path, text.encode(encoding))
    assert rows(connection, "from loaded.parties") == [
        ("C1", "C2", "same"),
        ("-C5", "=C6", "different"),
    ]


def test_a_pair_said_twice_is_kept_once(tmp_path: Path) -> None:
    connection = company(tmp_path, HEADINGS + "C1,C2,same\nC2,C1,same\nC1;C2,C3,different\n")
    assert rows(connection, "select count(*) from loaded.parties") == [(2,)]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (HEADINGS + "C1,C2,maybe\n", ["parties.csv, row 2, column decision", '"maybe"', "same"]),
        (HEADINGS + "\nC1,,same\n", ["parties.csv, row 3, column other_id", "is no code"]),
        (HEADINGS + "C1,C1,different\n", ["row 2, column other_id", '"C1"', "name two codes"]),
        ("customer_id,decision\nC1,same\n", ['parties.csv has no column "other_id"']),
        (HEADINGS + "C1,C2,same\nC2,C1,不同\n",
         ['row 3, column decision: "C2" and "C1" are different here and same in row 2']),
        (HEADINGS + "C1,C2,same\nC9,C8,same\nC2,C3,same\nC3,C1,different\n",
         ['row 5, column decision: "C3" and "C1"', "rows 2, 4 together make them the same"]),
        (HEADINGS + 'C1,"C2,same\n', ["parties.csv, row 2", "unexpected end of data"]),
        ("", ["parties.csv is empty"]),
        (b"customer_id\xff\xff", ["parties.csv", "is not gb18030"]),
    ],
)  # fmt: skip
def test_a_fault_names_file_row_column_and_value(
    tmp_path: Path, content: str | bytes, parts: list[str]
) -> None:
    message = fault(tmp_path, content)
    assert [part for part in parts if part not in message] == [], message


def test_a_file_that_is_not_there_names_the_key(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r'small\.toml: parties = "no\.csv" finds no file'):
        loaded(tmp_path, {"orders.csv": SALES}, head=HEAD + 'parties = "no.csv"\n')


def test_codes_are_data_whatever_they_hold(tmp_path: Path) -> None:
    hostile = "'); drop table loaded.customers; --"
    connection = company(tmp_path, HEADINGS + f'"{hostile}",C1,same\n../../x,<script>,same\n')
    assert groups(connection)["C1"] == "C1"
    assert (hostile, "C1") in rows(connection, "from loaded.united_groups")


def test_components_are_transitive() -> None:
    found = components([("a", "b"), ("c", "d"), ("b", "c"), ("x", "y")])
    assert len({found[member] for member in "abcd"}) == 1
    assert found["x"] == found["y"] != found["a"]
    long = components((str(n), str(n + 1)) for n in range(20_000))
    assert len(set(long.values())) == 1


def test_a_decision_reads_no_source_again_and_an_unknown_code_is_said(tmp_path: Path) -> None:
    connection = company(tmp_path, None)
    before = groups(connection)

    def continued(decisions: str) -> list[str]:
        (tmp_path / "parties.csv").write_text(decisions, "utf-8")
        document = HEAD + 'parties = "parties.csv"\n' + orders() + CUSTOMERS
        said: list[str] = []
        pipeline = pipeline_of(tmp_path, document)
        load(pipeline, connection, load_id="again", progress=said.append)
        return said

    said = continued(HEADINGS + "C2,C1,same\nC3,X7,different\n")
    assert said == ['parties.csv: codes that no customer has: 1, the first "X7"']
    assert groups(connection) == before | {"C2": "C1"}
    assert continued(HEADINGS) == []
    assert groups(connection) == before
