"""Amounts in another currency than the pipeline's: rejected, and in no sum."""

from decimal import Decimal
from pathlib import Path

import pytest

from small_company import HEAD, HEADER, LINE, loaded, orders, rows

BOOKS = (
    "select rows, loaded, rejected, left_out, amount_in, amount_loaded, amount_rejected, "
    "amount_left_out from loaded.files"
)
MONEY = HEADER.replace("\n", ",currency\n")


def sales(*currencies: str) -> str:
    return MONEY + "".join(LINE.replace("\n", f",{name}\n") for name in currencies)


def test_an_amount_in_another_currency_is_in_no_sum(tmp_path: Path) -> None:
    """Whatever became of its row: rejected for it, rejected for something else, left out."""
    text = sales("CNY", "USD", "EUR") + LINE.replace("2024-01-05", "soon").replace("\n", ",USD\n")
    mapped = orders(currency='"currency"', options="where = \"currency <> 'EUR'\"")
    connection = loaded(tmp_path, {"orders.csv": text}, mapped)
    assert rows(connection, BOOKS) == [(4, 1, 2, 1, 10, 10, 0, 0)]
    assert rows(connection, 'select row, "column" from loaded.rejects order by row') == [
        (3, "currency"),
        (5, "order_date"),
    ]


def test_the_fault_that_a_row_had_before_stays_with_the_amount_of_its_own_currency(
    tmp_path: Path,
) -> None:
    text = sales("CNY") + LINE.replace("2024-01-05", "soon").replace("\n", ",人民币\n")
    connection = loaded(tmp_path, {"orders.csv": text}, orders(currency='"currency"'))
    assert rows(connection, BOOKS) == [(2, 1, 1, 0, 20, 10, 10, 0)]


def test_a_code_of_the_mapping_comes_before(tmp_path: Path) -> None:
    codes = '{ from = "currency", codes = { "PRE001" = "CNY", "PRE007" = "USD" } }'
    connection = loaded(tmp_path, {"orders.csv": sales("PRE001", "PRE007")}, orders(currency=codes))
    assert rows(connection, "select currency from loaded.order_lines") == [("CNY",)]
    assert rows(connection, "select row, value from loaded.rejects") == [(3, "USD")]


def test_a_constant_currency_is_judged_too(tmp_path: Path) -> None:
    text = HEADER + LINE
    mapped = orders(currency='{ value = "EUR" }')
    connection = loaded(tmp_path, {"orders.csv": text}, mapped, head=HEAD + 'currency = "EUR"\n')
    assert rows(connection, "select currency from loaded.order_lines") == [("EUR",)]


@pytest.mark.parametrize(
    ("currency", "own", "foreign"),
    [
        ("CNY", "¥1 ￥2 3元 ¥4元", "$1 €1 £1"),
        ("JPY", "¥1 ￥2", "1元 $1 €1"),
        ("USD", "$1 -$2 ($3) 4$", "¥1 €1 £1 1元"),
        ("EUR", "€1 2€ 3,€", "$1 ¥1"),
        ("GBP", "£1", "€1"),
        ("HKD", "$1 €1 ¥1 £1 1元", "HK$1"),
    ],
)
def test_signs(tmp_path: Path, currency: str, own: str, foreign: str) -> None:
    amounts = [*own.replace(",", "").split(), *foreign.split()]
    text = HEADER + "".join(LINE.replace("10.00", amount) for amount in amounts)
    head = HEAD + f'currency = "{currency}"\n'
    connection = loaded(tmp_path, {"orders.csv": text}, head=head)
    found = rows(connection, "select value from loaded.rejects order by row")
    assert [value for (value,) in found] == foreign.split()


def test_a_sign_is_judged_inside_an_expression(tmp_path: Path) -> None:
    text = HEADER + LINE.replace("10.00", "¥7") + LINE.replace("10.00", "$5")
    mapped = orders(net_amount="{ sql = 'number(\"amount\") * 2' }")
    connection = loaded(tmp_path, {"orders.csv": text}, mapped)
    assert rows(connection, "select net_amount from loaded.order_lines") == [(Decimal(14),)]
    assert rows(connection, "select row, value from loaded.rejects") == [(3, "$5")]
