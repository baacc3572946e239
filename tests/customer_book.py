"""A customer book written by hand: sales by customer and month, as the marts would give them."""

from datetime import date
from decimal import Decimal

import polars as pl

from dakehu.analysis.customer_value import CustomerValue, Policy, analyse
from dakehu.analysis.customer_value.marts import MARTS

SCHEMA = {
    "customer_id": pl.String,
    "customer_name": pl.String,
    "role": pl.String,
    "region_name": pl.String,
    "industry_name": pl.String,
    "month": pl.Date,
    "net_amount": pl.Decimal(38, 2),
    "cost_amount": pl.Decimal(38, 2),
    "margin_amount": pl.Decimal(38, 2),
    "order_count": pl.Int64,
    "first_order_date": pl.Date,
    "last_order_date": pl.Date,
}
AS_OF = date(2024, 12, 31)


def month(number: int) -> date:
    """The first day of month `number` counted from January 2023."""
    return date(2023 + number // 12, number % 12 + 1, 1)


def line(customer, number, amount, cost=None, orders=None, day=10, role="customer") -> dict:
    """One customer-month of the mart."""
    amount, cost = Decimal(str(amount)), None if cost is None else Decimal(str(cost))
    orders = (1 if amount > 0 else 0) if orders is None else orders
    ordered = month(number).replace(day=day) if orders else None
    return {
        "customer_id": customer,
        "customer_name": f"name of {customer}",
        "role": role,
        "region_name": None,
        "industry_name": None,
        "month": month(number),
        "net_amount": amount,
        "cost_amount": cost,
        "margin_amount": None if cost is None else amount - cost,
        "order_count": orders,
        "first_order_date": ordered,
        "last_order_date": ordered,
    }


def calendar(first=0, last=23, closed=True) -> pl.DataFrame:
    numbers = range(first, last + 1)
    return pl.DataFrame(
        {
            "month": [month(n) for n in numbers],
            "is_closed": [closed or n < last for n in numbers],
        }
    )


def analysed(*lines, months=None, read=None, **policy) -> CustomerValue:
    """The report on these lines, two years to the end of 2024 if no `months` are given."""
    frame = pl.DataFrame(list(lines), schema=SCHEMA)
    months = calendar() if months is None else months
    return analyse(frame, months, AS_OF, 12, Policy(**policy), read)


def by_customer(frame: pl.DataFrame, column: str) -> dict:
    return dict(frame.select("customer_id", column).iter_rows())


def mart(name: str, *rows: dict) -> dict[str, pl.DataFrame]:
    """One mart of the parts, its columns filled where the rows fill them."""
    return {name: pl.DataFrame(list(rows), schema=MARTS[name])}
