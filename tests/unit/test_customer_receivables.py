"""Receivables: open items against a slow loop, and the worked tables of the credit literature."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import duckdb
import polars as pl
import pytest

from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.receivables import receivables_of
from dakehu.models import read_checks
from small_books import POLICY, YEAR, books, company, mart

AS_OF = date(2024, 12, 31)
MARTS = ("open_items", "accounts", "debtors", "months")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def day(ago: int) -> date:
    return AS_OF - timedelta(days=ago)


def invoice(number, customer, posted, amount, due=None, **more) -> dict:
    """An invoice posted and due so many days before the as-of date."""
    return {
        "invoice_no": str(number),
        "customer_id": customer,
        "invoice_date": day(posted),
        "due_date": None if due is None else day(due),
        "amount": Decimal(str(amount)),
        **more,
    }


def payment(number, customer, paid, amount, method="transfer", **more) -> dict:
    return {
        "payment_no": f"P{number}",
        "customer_id": customer,
        "pay_date": day(paid),
        "amount": Decimal(str(amount)),
        "method": method,
        **more,
    }


def found(empty, policy=POLICY, **tables):
    with books(empty, **tables) as connection:
        return receivables_of(mart(connection, *MARTS), YEAR, policy)


def open_items(empty, **tables) -> dict[str, Decimal]:
    with books(empty, **tables) as connection:
        frame = mart(connection, "open_items")["open_items"]
    return dict(frame.select("document_no", "open_amount").iter_rows())


def test_what_falls_due_first_is_paid_first(empty):
    # B was posted later and is due earlier: it is settled first.
    items = [invoice("A", "C1", 90, 100, due=10), invoice("B", "C1", 80, 60, due=50)]
    assert open_items(empty, invoices=items, payments=[payment(1, "C1", 5, 70)]) == {"A": 90}


def test_an_allocation_goes_where_it_says_and_the_rest_in_order(empty):
    items = [invoice("A", "C1", 90, 100, due=60), invoice("B", "C1", 80, 100, due=10)]
    paid = [payment(1, "C1", 5, 70)]
    said = [{"payment_no": "P1", "invoice_no": "B", "amount": Decimal(40)}]
    tables = {"invoices": items, "payments": paid, "payment_allocations": said}
    assert open_items(empty, **tables) == {"A": 70, "B": 60}
    assert found(empty, **tables).customers["fifo_amount"].to_list() == [30]
    said[0]["alloc_date"] = AS_OF + timedelta(days=1)  # not allocated yet: all of it in order
    assert open_items(empty, **tables) == {"A": 30, "B": 100}


def test_balances_add_up_across_groups_and_the_check_can_fire(empty):
    items = [invoice("A", "C1", 90, 100, due=60), invoice("B", "C2", 90, 50, due=60)]
    said = [{"payment_no": "P1", "invoice_no": "A", "amount": Decimal(70)}]  # C2 pays for C1
    tables = {"invoices": items, "payments": [payment(1, "C2", 5, 90)]}
    (check,) = [c for c in read_checks() if c.name.endswith("__balances_add_up")]
    with books(empty, payment_allocations=said, **tables) as connection:
        mart(connection, *MARTS)
        assert connection.sql(check.sql).pl().is_empty()
        connection.execute("delete from mart_customer_value__open_items where document_no = 'A'")
        assert connection.sql(check.sql).pl().rows() == [("C1", Decimal(30), None)]


def test_returns_settle_and_what_is_not_used_up_stands_apart(empty):
    items = [invoice("A", "C1", 90, 100, due=60), invoice("R", "C1", 20, -30, due=20)]
    assert open_items(empty, invoices=items) == {"A": 70}
    paid = [payment(1, "C1", 30, 95)]
    assert open_items(empty, invoices=items, payments=paid) == {"R": -25}
    row = found(empty, invoices=items, payments=paid).customers.row(0, named=True)
    assert (row["open_amount"], row["advance_amount"], row["overdue_amount"]) == (0, 25, 0)


def test_a_refund_is_owed_again_and_the_future_does_not_count(empty):
    items = [invoice("A", "C1", 90, 100, due=60), invoice("F", "C1", -1, 500, due=-30)]
    paid = [payment(1, "C1", 50, 100), payment(2, "C1", 40, -20), payment(3, "C1", -2, 400)]
    assert open_items(empty, invoices=items, payments=paid) == {"P2": 20}


def test_a_head_office_pays_for_its_branches(empty):
    groups = [
        {"customer_id": "C8", "customer_name": "head", "role": "customer", "group_id": "G"},
        {"customer_id": "C9", "customer_name": "branch", "role": "customer", "group_id": "G"},
    ]
    items = [invoice("A", "C9", 90, 100, due=60)]
    result = found(empty, customers=groups, invoices=items, payments=[payment(1, "C8", 5, 40)])
    assert result.customers.select("customer_id", "open_amount").rows() == [("G", Decimal(60))]


def test_open_items_against_a_slow_loop(empty):
    luck = Random(7)
    for _ in range(6):
        items = [
            invoice(
                n,
                "C1",
                luck.randint(1, 300),
                luck.choice([25, 40, 65, -15]),
                luck.randint(-60, 250),
            )
            for n in range(12)
        ]
        paid = [payment(n, "C1", luck.randint(0, 200), luck.choice([10, 25, 40])) for n in range(9)]
        owed = sorted(
            (i["due_date"], i["invoice_date"], i["invoice_no"], i["amount"])
            for i in items
            if i["amount"] > 0
        )
        credit = sum(p["amount"] for p in paid) - sum(i["amount"] for i in items if i["amount"] < 0)
        expected = {}
        for *_, number, amount in owed:
            used = min(credit, amount)
            credit -= used
            if amount > used:
                expected[number] = amount - used
        seen = open_items(empty, invoices=items, payments=paid)
        assert {n: a for n, a in seen.items() if a > 0} == expected
        assert -sum(a for a in seen.values() if a < 0) == credit


def test_the_ageing_table_of_the_literature(empty):
    # 1,750,000 / 375,000 / 250,000 / 125,000 = 70 / 15 / 10 / 5 % of 2,500,000, by posting date.
    items = [
        invoice("A", "C1", 30, 1_750_000),
        invoice("B", "C1", 31, 375_000),
        invoice("C", "C1", 90, 250_000),
        invoice("D", "C1", 91, 125_000),
    ]
    result = found(empty, Policy(ageing_basis="posting"), invoices=items)
    assert result.ageing.select("bucket", "open_amount").rows() == [
        ("posting_0_30_amount", 1_750_000),
        ("posting_31_60_amount", 375_000),
        ("posting_61_90_amount", 250_000),
        ("posting_91_180_amount", 125_000),
        ("posting_over_180_amount", 0),
    ]
    assert result.ageing["amount_share"].to_list() == pytest.approx([0.70, 0.15, 0.10, 0.05, 0])
    # Without a due date nobody knows what is overdue: no column and no figure, rather than zero.
    assert "overdue_amount" not in result.customers.columns
    assert not {"overdue_amount", "overdue_share", "delinquent_days"} & result.figures.keys()
    assert result.classes.is_empty()


def test_the_bounds_of_the_buckets(empty):
    late = [-5, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181]
    items = [invoice(n, "C1", 200, 2**n, due=ago) for n, ago in enumerate(late)]
    items.append(invoice("X", "C1", 200, 5000))
    row = found(empty, invoices=items).customers.row(0, named=True)
    buckets = [row[name] for name in row if name.startswith(("not_due", "due_", "undated"))]
    assert buckets == [1 + 2, 4 + 8, 16 + 32, 64 + 128, 256 + 512, 1024, 5000]
    assert (row["overdue_amount"], row["oldest_overdue_days"]) == (2044, 181)
    assert sum(buckets) == row["open_amount"]


def test_the_ageing_of_annual_accounts_goes_by_calendar_years(empty):
    # As of 2024-12-31; 2024 has a leap day, so a year ago is 366 days ago.
    ages = [0, 366, 367, 731, 732, 1096, 1097]
    items = [invoice(n, f"C{n % 2}", ago, 2**n) for n, ago in enumerate(ages)]
    items.append(invoice("R", "C9", 900, -5))  # a return not used up is not owed
    aged = found(empty, invoices=items).statutory
    assert aged.select("above_years", "up_to_years", "open_amount").rows() == [
        (0, 1, 1 + 2), (1, 2, 4 + 8), (2, 3, 16 + 32), (3, None, 64),
    ]  # fmt: skip
    assert aged["customer_count"].to_list() == [2, 2, 2, 1]
    assert aged["amount_share"].to_list() == pytest.approx([3 / 127, 12 / 127, 48 / 127, 64 / 127])
    coarse = found(empty, Policy(ageing_years=[2]), invoices=items).statutory
    assert coarse["open_amount"].to_list() == [15, 112]
    settled = found(empty, invoices=items[:1], payments=[payment(1, "C0", 0, 1)]).statutory
    assert settled["amount_share"].to_list() == [None] * 4


def test_the_classes_of_debtors_of_the_literature():
    # 85 46 34 | 24 19 15.5 11.5 10 | 6 4 and others, of 260: 63.46 / 30.77 / 5.77 %.
    amounts = [85, 46, 34, 24, 19, 15.5, 11.5, 10, 6, 4, 2, 1.5, 1, 0.5]
    size = len(amounts)
    names = [f"c{n:02}" for n in range(size)]
    money = pl.Series([Decimal(str(a)) for a in amounts], dtype=pl.Decimal(38, 2))
    read = {
        "debtors": pl.DataFrame({"customer_id": names, "customer_name": names}).with_columns(
            role=pl.lit("customer"),
            credit_limit_amount=pl.lit(None, pl.Decimal(38, 2)),
            bills_held_amount=pl.lit(None, pl.Decimal(38, 2)),
            fifo_amount=pl.lit(None, pl.Decimal(38, 2)),
        ),
        "open_items": pl.DataFrame({"customer_id": names, "open_amount": money}).with_columns(
            document=pl.lit("invoice"),
            document_no=pl.col("customer_id"),
            document_date=pl.lit(day(90)),
            due_date=pl.lit(day(60)),
        ),
        "accounts": pl.DataFrame({"customer_id": names, "invoiced_amount": money}).with_columns(
            pl.lit(Decimal(0), pl.Decimal(38, 2)).alias(name)
            for name in ("received_amount", "cash_amount", "prepaid_amount", "bill_amount")
        ).with_columns(month=pl.lit(date(2024, 10, 1))),
        "months": pl.DataFrame({"month": [date(2024, 10, 1)]}).with_columns(
            first_date=pl.lit(date(2024, 10, 1)), last_date=pl.lit(date(2024, 10, 31))
        ),
    }  # fmt: skip
    classes = receivables_of(read, YEAR, POLICY).classes
    assert classes["customer_count"].to_list() == [3, 5, 6]
    assert classes["overdue_amount"].to_list() == [165, 80, 15]
    assert [round(100 * s, 2) for s in classes["amount_share"]] == [63.46, 30.77, 5.77]


def test_days_outstanding_by_hand(empty):
    # 362 days since the first order; sold 1,220 on credit, 200 prepaid; 120 open, 20 of it overdue.
    items = [
        invoice("A", "C1", 300, 1100, due=270),
        invoice("B", "C1", 40, 220, due=10),
        invoice("C", "C1", 5, 100, due=-25),
    ]
    paid = [
        payment(1, "C1", 300, 200, "prepaid"),
        payment(2, "C1", 250, 900),
        payment(3, "C1", 6, 200, "bank_acceptance", bill_due_date=day(-100)),
    ]
    row = found(empty, invoices=items, payments=paid).customers.row(0, named=True)
    assert (row["open_amount"], row["overdue_amount"]) == (120, 20)
    assert row["dso_days"] == pytest.approx(120 / 1220 * 362)
    assert row["best_dso_days"] == pytest.approx(100 / 1220 * 362)
    assert row["delinquent_days"] == pytest.approx(20 / 1220 * 362)
    # December sold 100 on credit: all its 31 days; 20 of November's 220 are 20/220 of its 30 days.
    assert row["countback_dso_days"] == pytest.approx(31 + 30 * 20 / 220)
    assert row["cash_share"] == pytest.approx(1100 / 1300)
    assert row["bill_share"] == pytest.approx(200 / 1300)
    assert row["prepaid_share"] == pytest.approx(200 / 1420)
    assert row["bills_held_amount"] == 200


def test_count_back_skips_months_without_sales_and_ends_with_the_history(empty):
    items = [invoice("A", "C1", 100, 50, due=70), invoice("B", "C2", 2, 10, due=-9)]
    result = found(empty, invoices=items, payments=[payment(1, "C1", 99, 25)])
    days = dict(result.customers.select("customer_id", "countback_dso_days").iter_rows())
    assert days["C1"] == pytest.approx(92 + 30 * 25 / 50)  # October to December, half of September
    assert days["C2"] == pytest.approx(31)
    opened = found(empty, invoices=[*items, invoice("R", "C1", 1, -40, due=1)])
    assert opened.figures["open_amount"][0] == 20
    # Together: December sold 10 and took 40 back, so it counts as none and all its days pass.
    assert opened.figures["countback_dso_days"][0] == pytest.approx(92 + 30 * 20 / 50)


def test_credit_limits_hold_for_their_time_and_add_up_over_the_group(empty):
    terms = [
        {"customer_id": "C1", "credit_limit": 100, "valid_from": day(400), "valid_to": day(0)},
        {"customer_id": "C1", "credit_limit": 80, "valid_from": day(0)},
        {"customer_id": "C2", "credit_limit": 50, "valid_from": day(-1)},
    ]
    items = [invoice("A", "C1", 30, 120, due=0), invoice("B", "C2", 30, 60, due=0)]
    result = found(empty, credit_terms=terms, invoices=items)
    use = dict(result.customers.select("customer_id", "limit_use_share").iter_rows())
    assert use == {"C1": pytest.approx(1.5), "C2": None}
    assert result.figures["over_limit_count"] == (1, "count")


def test_roles_narrow_and_no_invoice_is_said(empty):
    items = [invoice("A", "C1", 30, 120, due=0)]
    assert not found(empty, Policy(roles=["government"]), invoices=items).is_known
    nothing = found(empty, payments=[payment(1, "C1", 5, 70)])
    assert (nothing.is_known, nothing.tables, nothing.figures) == (False, {}, {})


def test_an_unknown_basis_is_refused(empty):
    with pytest.raises(ValueError, match='ageing_basis is "age"'):
        found(empty, Policy(ageing_basis="age"), invoices=[invoice("A", "C1", 30, 120)])
