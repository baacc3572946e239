"""Personal data as an audience sees it: the same person the same, and nobody in full."""

from pathlib import Path

import duckdb
import pytest

from dakehu.audiences.masking import MACROS
from reader_books import company, insert, taken, texts
from small_company import rows

PHONE, MAIL, IDENTITY = "13800138000", "xm.wang@example.com", "110105199003071234"


def asked(sql: str, *values: str | None) -> object:
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        return connection.execute(f"select {sql}", list(values)).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"王小明 {PHONE}", "王小明 ***"),
        (f"({PHONE})", "(***)"),
        (f"{PHONE},{PHONE}", "***,***"),
        ("+86 138 0013 8000", "***"),
        ("010-62345678 转 12", "*** 转 12"),
        (f"mail: {MAIL}", "mail: ***"),
        (f"证号{IDENTITY}。", "证号***。"),
        # A longer number is no telephone, an amount no identity card.
        ("62284801380013800012", "62284801380013800012"),
        ("合同 2024-0015, 1380013.80", "合同 2024-0015, 1380013.80"),
        (None, None),
    ],
)
def test_telephones_addresses_and_cards_go_out_of_a_text(text: str, kept: str) -> None:
    assert asked("scrubbed(?)", text) == kept


@pytest.mark.parametrize(
    ("name", "code", "role", "is_person"),
    [
        ("王小明", None, "customer", True),
        ("欧阳修", None, None, True),
        ("司马相如", None, None, True),
        ("李梅女士", None, "retailer", True),
        ("Smith Tools", IDENTITY, "customer", True),
        ("王小明汽配", None, "customer", False),
        ("华联", None, "customer", False),
        ("马钢", None, "chain_ka", False),
        ("金龙鱼", None, "distributor", False),
        ("John Smith", None, None, False),
        (None, None, None, False),
    ],
)
def test_who_is_a_person(name: str, code: str, role: str, is_person: bool) -> None:
    assert asked("is_person(?, ?, ?)", name, code, role) is is_person


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The company with people among our customers, who leave traces in other tables."""
    path = company(tmp_path)
    person = {"territory_id": "ours_territories", "role": "customer"}
    with duckdb.connect(str(path)) as connection:
        insert(connection, "customers", person | {"customer_id": PHONE, "customer_name": PHONE,
                                                  "unified_credit_code": IDENTITY})  # fmt: skip
        insert(connection, "customers", person | {"customer_id": "c9", "customer_name": "王小明"})
        for code in (PHONE, PHONE, "c9"):
            insert(connection, "payments", {"payment_no": "1", "customer_id": code, "amount": 5})
            insert(connection, "bids", {"tender_id": code, "customer_id": code,
                                        "project_name": f"王小明 {MAIL}"})  # fmt: skip
        insert(connection, "rejects", {"customer_id": PHONE, "value": f"tel {PHONE}"})
        connection.execute(
            "update loaded.people set name = '赵铁柱' where starts_with(name, 'ours')"
        )
    return path


def test_nobody_stands_in_full_and_everybody_is_told_apart(whole: Path) -> None:
    connection = taken(whole, regions=("ours place",))
    held = "\n".join(texts(connection).values())
    assert [trace for trace in (MAIL, IDENTITY, "赵铁柱", f"tel {PHONE}") if trace in held] == []
    assert rows(connection, "select name from loaded.people") == [("赵**",)]
    # A code that is a telephone number becomes another one, everywhere the same.
    assert rows(
        connection,
        "select customer_id, customer_name, count(payment_no) from loaded.payments "
        "inner join loaded.customers using (customer_id) where customer_id like 'person-%' "
        "group by all",
    ) == [("person-1", "person-1", 2)]
    assert rows(
        connection, "select customer_id, value from loaded.rejects where value like 'tel%'"
    )[0] == ("person-1", "tel ***")
    assert rows(
        connection, "select customer_name from loaded.customers where customer_id = 'c9'"
    ) == [("王**",)]


def test_who_asks_for_it_sees_it_as_it_was_loaded(whole: Path) -> None:
    held = "\n".join(texts(taken(whole, regions=("ours place",), personal_data=True)).values())
    assert [trace for trace in (MAIL, IDENTITY, "赵铁柱", "王小明") if trace not in held] == []
