"""What the tests of the demo company share: its planted truth, customer value and forecast."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dakehu.analysis import sales_forecast
from dakehu.analysis.customer_value import MARTS, CustomerValue, Policy, analyse
from dakehu.reading import Marts, open_marts


@pytest.fixture(scope="session")
def truth(demo_sources: Path) -> dict[str, Any]:
    """What was planted in the demo company."""
    return json.loads((demo_sources / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def marts(demo_warehouse: Any) -> Marts:
    """The demo's warehouse as the customer value notebook reads it."""
    return open_marts(str(demo_warehouse.path), "customer_value")


@pytest.fixture(scope="session")
def read(marts: Marts) -> dict[str, pl.DataFrame]:
    """The marts of the customer value report's parts."""
    return marts.parts(MARTS)


@pytest.fixture(scope="session")
def found(marts: Marts, read: dict[str, pl.DataFrame]) -> CustomerValue:
    """The demo's customer value report."""
    months = marts.table("mart_data_quality__completeness")
    sales, policy = marts.table("mart_customer_value"), Policy(**marts.policy)
    return analyse(sales, months, marts.as_of, 12, policy, read)


@pytest.fixture(scope="session")
def demo_forecast(demo_warehouse: Any) -> sales_forecast.SalesForecast:
    """The demo's sales forecast, made as its notebook makes it."""
    marts = open_marts(str(demo_warehouse.path), "sales_forecast")
    return sales_forecast.analyse(
        {name: marts.table(mart) for name, mart in sales_forecast.MARTS.items()},
        marts.as_of,
        12,
        sales_forecast.Policy(**marts.policy),
        currency=marts.currency,
        closes_on=marts.month_end_day,
        run_id=marts.run_id,
    )
