"""Books of a few customers for the growth part: who they are, what they bought of which family."""

from datetime import date
from decimal import Decimal

import polars as pl

from dakehu.analysis.customer_value.marts import MARTS
from dakehu.analysis.customer_value.window import Period

AMOUNT = pl.Decimal(38, 2)
YEAR = Period(
    as_of=date(2024, 12, 31),
    first_month=date(2024, 1, 1),
    last_month=date(2024, 12, 1),
    month_count=12,
    history_months=24,
    is_closed=True,
    previous_first_month=date(2023, 1, 1),
    previous_last_month=date(2023, 12, 1),
)
NOW, BEFORE = date(2024, 5, 1), date(2023, 5, 1)
CUSTOMER = {
    "customer_id": pl.String,
    "customer_name": pl.String,
    "industry_name": pl.String,
    "customer_class": pl.String,
    "net_amount": AMOUNT,
    "previous_amount": AMOUNT,
    "margin_amount": AMOUNT,
    "order_count": pl.Int64,
    "previous_orders": pl.Int64,
    "is_in_window": pl.Boolean,
    "is_in_previous": pl.Boolean,
}


def money(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def customer(code, net=0, before=0, industry="steel", margin=None, grade="A") -> dict:
    """A customer as the report knows it; it ordered where its sales are above zero."""
    return {
        "customer_id": code,
        "customer_name": f"name of {code}",
        "industry_name": industry,
        "customer_class": grade,
        "net_amount": money(net),
        "previous_amount": money(before),
        "margin_amount": money(margin),
        "order_count": int(net > 0),
        "previous_orders": int(before > 0),
        "is_in_window": net != 0,
        "is_in_previous": before != 0,
    }


def book(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=CUSTOMER)


def mart(name: str, *rows: tuple) -> pl.DataFrame:
    """The mart of that name with these rows; amounts may be plain numbers."""
    schema = MARTS[name]
    kinds = list(schema.values())
    typed = [
        tuple(money(v) if kind == AMOUNT else v for v, kind in zip(row, kinds, strict=True))
        for row in rows
    ]
    return pl.DataFrame(typed, schema=schema, orient="row")
