"""Contribution after cost to serve, what winning a customer cost, and sales below cost."""

from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.contribution import contribution_of
from dakehu.analysis.customer_value.window import bought
from small_books import POLICY, YEAR, books, company, mart

MARTS = ("costs", "accounts", "months")
MONEY = pl.Decimal(38, 2)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def month(customer, year, number, net, margin) -> dict:
    """One customer-month of mart_customer_value."""
    return {
        "customer_id": customer,
        "customer_name": f"name of {customer}",
        "month": date(year, number, 1),
        "net_amount": Decimal(net),
        "margin_amount": None if margin is None else Decimal(margin),
        "order_count": 1,
        "first_order_date": date(year, number, 5),
        "last_order_date": date(year, number, 5),
    }


def sales_of(*months: dict) -> pl.DataFrame:
    schema = {"net_amount": MONEY, "margin_amount": MONEY}
    frame = pl.DataFrame(list(months), schema_overrides=schema)
    return frame.with_columns(
        role=pl.lit("customer"), region_name=pl.lit(None), industry_name=pl.lit(None)
    )


SALES = sales_of(month("C1", 2024, 1, 1000, 400), month("C2", 2024, 3, 500, 50))


def found(empty, sales=SALES, policy=POLICY, **tables):
    with books(empty, **tables) as connection:
        read = mart(connection, *MARTS)
    return contribution_of(read, bought(sales, YEAR), sales, YEAR, policy)


def cost(customer, kind, amount, day=date(2024, 6, 1)) -> dict:
    return {"customer_id": customer, "date": day, "cost_type": kind, "amount": amount}


def by_customer(result, column: str) -> dict:
    return dict(result.customers.select("customer_id", column).iter_rows())


def test_margin_less_every_kind_of_cost_once(empty):
    result = found(
        empty,
        costs=[
            cost("C1", "service", 30),
            cost("C1", "presale", 10, date(2023, 6, 1)),  # before the window
            cost("C1", "freight", 99),  # the shipments say it themselves
            cost("C1", "bid", 99),  # and so does the tender
            cost("C2", "entertainment", 60),
        ],
        shipments=[
            {"ship_no": "S1", "line_no": "1", "order_id": "O1", "ship_date": date(2024, 1, 6),
             "freight_amount": 20, "freight_payer": "us"},
            {"ship_no": "S2", "line_no": "1", "order_id": "O2", "ship_date": date(2024, 3, 6),
             "freight_amount": 20, "freight_payer": "buyer"},
        ],
        bids=[
            {"tender_id": "T", "customer_id": "C1", "open_date": date(2024, 5, 1), "bid_cost": 7}
        ],
        rebates=[
            {"program_id": "R", "customer_id": "C1", "period_start": date(2024, 1, 1),
             "period_end": date(2024, 3, 31), "accrued_amount": amount, **more}
            for amount, more in [
                (5, {}), (50, {"in_net_amount": True}), (70, {"pay_form": "price_off"})
            ]
        ],
    )  # fmt: skip
    row = result.customers.filter(pl.col("customer_id") == "C1").row(0, named=True)
    kinds = {name: row[f"{name}_amount"] for name in ("service", "freight", "bid", "rebate")}
    assert kinds == {"service": 30, "freight": 20, "bid": 7, "rebate": 5}
    assert (row["cost_to_serve_amount"], row["contribution_amount"]) == (62, 338)
    assert row["contribution_share"] == pytest.approx(0.338)
    assert by_customer(result, "expense_amount") == {"C1": 0, "C2": 60}
    assert by_customer(result, "contribution_amount")["C2"] == -10
    assert result.figures["losing_count"] == (1, "count")
    assert result.figures["contribution_amount"] == (328.0, "amount")
    assert result.missing_kinds == ["promotion", "interest"]


def test_booked_freight_and_bids_count_where_nothing_finer_does(empty):
    result = found(empty, costs=[cost("C1", "freight", 20), cost("C1", "bid", 5)])
    assert by_customer(result, "cost_to_serve_amount")["C1"] == 25


def test_interest_on_the_average_balance_of_the_month_ends(empty):
    invoices = [
        {"invoice_no": "A", "customer_id": "C1", "invoice_date": day, "amount": amount}
        for day, amount in [(date(2024, 1, 10), 1200), (date(2024, 10, 10), 400)]
    ]
    paid = [{"payment_no": "P", "customer_id": "C1", "pay_date": date(2024, 7, 2), "amount": 1200}]
    ahead = [{"payment_no": "Q", "customer_id": "C2", "pay_date": date(2024, 2, 2), "amount": 500}]
    result = found(
        empty, policy=Policy(interest_rate=0.10), invoices=invoices, payments=[*paid, *ahead]
    )
    # 1,200 at six month ends, 400 at three: on average 700 over the year.
    assert by_customer(result, "interest_amount") == {"C1": Decimal("70.00"), "C2": 0}
    booked = found(
        empty,
        policy=Policy(interest_rate=0.10),
        invoices=invoices,
        payments=paid,
        costs=[cost("C1", "interest", 12)],
    )
    assert by_customer(booked, "interest_amount")["C1"] == 12


def test_a_bill_costs_interest_until_it_falls_due(empty):
    invoices = [
        {"invoice_no": "A", "customer_id": "C1", "invoice_date": date(2024, 1, 10), "amount": 1200}
    ]
    bill = {"payment_no": "B", "customer_id": "C1", "pay_date": date(2024, 1, 20), "amount": 1200}
    bill |= {"method": "bank_acceptance", "bill_due_date": date(2024, 7, 20)}

    policy = Policy(interest_rate=0.10)

    def interest(costs=(), **changed) -> tuple:
        tables = {"invoices": invoices, "payments": [bill | changed], "costs": list(costs)}
        (row,) = (
            found(empty, policy=policy, **tables)
            .customers.filter(pl.col("customer_id") == "C1")
            .select("interest_amount", "bill_interest_amount", "cost_to_serve_amount")
            .rows()
        )
        return row

    # Nothing is owed at any month end; the paper of 1,200 is held at six: on average 600.
    assert interest() == (0, Decimal("60.00"), 60)
    assert interest(bill_due_date=date(2025, 7, 20))[1] == 120
    # Cash, and paper that does not say when it falls due, cost nothing.
    assert interest(method="transfer")[1] == interest(bill_due_date=None)[1] == 0
    assert interest(bill_due_date=date(2024, 1, 1))[1] == 0  # due before it came: money at once
    assert interest(costs=[cost("C1", "interest", 12)]) == (12, 0, 12)


def test_costs_without_sales_are_lost_and_an_unknown_margin_stays_unknown(empty):
    sales = sales_of(
        month("C1", 2023, 5, 1000, 400),
        month("C2", 2024, 3, 500, 50),
        month("C3", 2024, 3, 9, None),
    )
    result = found(empty, sales, costs=[cost("C1", "service", 30), cost("C3", "service", 1)])
    assert by_customer(result, "contribution_amount") == {"C1": -30, "C2": 50}


def test_what_is_not_there_is_said(empty):
    nothing = found(empty)
    assert not nothing.is_known
    assert "contribution_amount" not in nothing.figures
    assert nothing.tables == {}
    blind = found(empty, sales_of(month("C1", 2024, 1, 10, None)), costs=[cost("C1", "service", 1)])
    assert (blind.has_margin, blind.is_known, blind.figures) == (False, False, {})


def test_the_cumulative_cost_ratio_of_article_7(empty):
    # 500 to win it, 50 in each later year, 1,000 a year: 50, 27.5, 20, 16.25, 14 %.
    sales = sales_of(*(month("C1", year, 5, 1000, 120) for year in range(2020, 2025)))
    costs = [cost("C1", "presale", 500, date(2020, 1, 1))]
    costs += [cost("C1", "service", 50, date(year, 6, 1)) for year in range(2021, 2025)]
    costs.append(cost("C1", "promotion", 999))  # no cost of winning it
    result = found(empty, sales, costs=costs)
    assert result.acquisition["cumulative_cost_ratio"].to_list() == pytest.approx(
        [0.50, 0.275, 0.20, 0.1625, 0.14]
    )
    assert result.acquisition["year_number"].to_list() == [1, 2, 3, 4, 5]
    # 120 a year covers 500 + 50 (n - 1) never in five years, 400 a year in the second.
    assert by_customer(result, "break_even_year") == {"C1": None}
    richer = sales.with_columns(margin_amount=pl.lit(Decimal(400), MONEY))
    assert by_customer(found(empty, richer, costs=costs), "break_even_year") == {"C1": 2}
    assert by_customer(result, "acquisition_cost_ratio")["C1"] == pytest.approx(0.14)


def test_break_even_is_unknown_after_a_margin_that_is(empty):
    sales = sales_of(month("C1", 2023, 5, 1000, None), month("C1", 2024, 5, 1000, 999))
    result = found(empty, sales, costs=[cost("C1", "presale", 10, date(2023, 1, 1))])
    assert result.acquisition["is_broken_even"].to_list() == [None, None]


def test_an_investment_before_the_first_sale_counts_its_years(empty):
    sales = sales_of(month("C1", 2024, 5, 1000, 100))
    result = found(empty, sales, costs=[cost("C1", "presale", 90, date(2022, 1, 1))])
    rows = result.acquisition.select("year_number", "cumulative_cost_ratio", "is_broken_even")
    assert rows.rows() == [(1, None, False), (3, 0.09, True)]
