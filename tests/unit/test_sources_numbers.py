"""Numbers to the last digit: texts against Decimal, floats against what they stand for."""

import random
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest

from small_company import loaded, orders, rows

LINES = (
    "select quantity, net_amount, unit_price from loaded.order_lines "
    "order by cast(order_id as integer)"
)
SUMS = "select amount_in, amount_loaded, rounding_amount from loaded.files"


def orders_of(amounts: list, tmp_path: Path) -> list[tuple]:
    """The three number columns of a Parquet file whose lines all hold the same number."""
    pl.DataFrame(
        {
            "order": [str(i) for i in range(len(amounts))],
            "date": ["2024-01-05"] * len(amounts),
            "customer": ["C"] * len(amounts),
            "product": ["P"] * len(amounts),
            "quantity": amounts,
            "amount": amounts,
        }
    ).write_parquet(tmp_path / "orders.parquet")
    connection = loaded(tmp_path, {}, orders("orders.parquet", unit_price='"amount"'))
    return [*rows(connection, SUMS), *rows(connection, LINES)]


def to_scale(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def test_text_is_rounded_as_decimal_rounds_it(tmp_path: Path) -> None:
    draw = random.Random(8)
    written = [
        f"{draw.choice(['', '-'])}{draw.randrange(10 ** draw.randint(1, 11))}"
        f".{''.join(draw.choice('0459') for _ in range(draw.randint(1, 8)))}"
        for _ in range(4000)
    ]
    exact = [Decimal(text) for text in written]
    (books, *lines) = orders_of(written, tmp_path)
    assert lines == [(to_scale(n, 4), to_scale(n, 2), to_scale(n, 6)) for n in exact]
    total, stored = sum(exact), sum(to_scale(n, 2) for n in exact)
    assert books == (to_scale(total, 2), stored, to_scale(total - stored, 4))


@pytest.mark.parametrize(
    ("number", "quantity", "amount", "price"),
    [
        (0.1 + 0.2, "0.3000", "0.30", "0.300000"),
        (1.005, "1.0050", "1.01", "1.005000"),  # its binary digits begin 1.00499
        (-2.675, "-2.6750", "-2.68", "-2.675000"),
        (98765432101.23, "98765432101.2300", "98765432101.23", "98765432101.230000"),
        (1e-7, "0.0000", "0.00", "0.000000"),
    ],
)
def test_a_float_means_the_number_next_to_it(
    tmp_path: Path, number: float, quantity: str, amount: str, price: str
) -> None:
    (_, line) = orders_of([number], tmp_path)
    assert line == (Decimal(quantity), Decimal(amount), Decimal(price))


def test_a_float_of_whole_cents_leaves_nothing_to_round(tmp_path: Path) -> None:
    cents = [random.Random(i).randrange(10**13) for i in range(500)]
    (books, *_) = orders_of([cent / 100 for cent in cents], tmp_path)
    assert books == (Decimal(sum(cents)) / 100, Decimal(sum(cents)) / 100, 0)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e17])
def test_a_float_that_is_no_amount_is_rejected(tmp_path: Path, number: float) -> None:
    pl.DataFrame({"order": ["1", "2"], "amount": [1.5, number]}).write_parquet(
        tmp_path / "orders.parquet"
    )
    given = {"order_date": '"2024-01-05"', "customer_id": '"C"', "product_id": '"P"', "quantity": 1}
    columns = {name: f"{{ value = {value} }}" for name, value in given.items()}
    connection = loaded(tmp_path, {}, orders("orders.parquet", **columns))
    assert rows(connection, 'select row, "column" from loaded.rejects') == [(2, "net_amount")]
    assert rows(connection, "select amount_in from loaded.files") == [(Decimal("1.50"),)]
