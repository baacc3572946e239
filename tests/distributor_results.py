"""Results of the distributor ranking for rich, poor and empty books, built through the marts."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import polars as pl

from dakehu.analysis.distributor_ranking import DistributorRanking, Policy, analyse
from distributor_book import (
    AS_OF,
    MONTHS,
    YEAR,
    company,
    covered,
    money,
    party,
    read_of,
    sold,
    yearly,
)

HOSTILE = "<script>alert(1)</script> {x}"
POLICY = Policy(smaa_draws=1_000, bootstrap_draws=20)
CODES = "ABCD"
Tables = dict[str, list[dict[str, Any]]]


@cache
def book() -> duckdb.DuckDBPyConnection:
    """The company whose tables take the rows; made once."""
    return company(Path(mkdtemp()))


def rich() -> Tables:
    """A sells to many users for cash, B more to four wholesalers on credit, and into C's place."""
    parties = [
        {
            **party(code, "distributor"),
            "customer_name": HOSTILE if code == "A" else f"经销商 {code}",
        }
        for code in CODES
    ]
    below = [party(f"{code}U{n}", "customer", tier_depth=2) for code in "ACD" for n in range(10)]
    whole = [party(f"BW{n}", "second_tier", tier_depth=2) for n in range(4)]
    places = [("R", "region", None), ("T1", "province", "R"), ("T2", "province", "R")]
    return {
        "customers": parties + below + whole,
        "territories": [
            {"territory_id": code, "territory_name": code, "level": level, "parent_id": above}
            for code, level, above in places
        ],
        "territory_grants": [
            {"distributor_id": code, "territory_id": place, "exclusive": True,
             "valid_from": date(2022, 1, 1)}
            for code, place in (("B", "T1"), ("C", "T2"))
        ],
        "order_lines": [
            {**line, "promised_date": line["order_date"] + timedelta(2)}
            for line in [*yearly("A", 150, 180), *yearly("B", 200, 210), *yearly("C", 90, 60),
                         *yearly("D", 0, 20)]
        ],
        "sell_out": [
            *(sold(code, f"{code}U{n % 10}", YEAR[n % 12], 20, pay_mode="cash", term_days=0,
                   pick_mode="self_pickup", ship_to_territory_id="T2")
              for code in "AC" for n in range(60)),
            *(sold("B", f"BW{n % 4}", YEAR[n % 12], 40, pay_mode="credit", term_days=60,
                   pick_mode="factory_truck", ship_to_territory_id="T2" if n % 3 else "T1")
              for n in range(60)),
        ],
        "sell_out_coverage": [covered("A"), covered("B"), covered("C", date(2024, 6, 30))],
        "competitor_events": [
            {"customer_id": "BW0", "date": date(2024, 5, 1), "kind": "poaching"}
        ],
        "shipments": [
            {"ship_no": f"{code}-{month}", "line_no": "1", "order_id": f"{code}-{month}",
             "order_line_no": "1", "ship_date": month, "delivered_date": month + timedelta(1),
             "quantity": 10, "mode": "factory_truck", "freight_amount": money(rate),
             "freight_payer": "us"}
            for code, rate in (("A", 2), ("B", 9)) for month in YEAR
        ],
        "invoices": [
            {"invoice_no": f"{code}{month}", "customer_id": code, "invoice_date": month,
             "due_date": month + timedelta(30), "amount": money(200)}
            for code in "AB" for month in YEAR
        ],
        "payments": [
            {"payment_no": f"{code}{month}", "customer_id": code, "pay_date": month + timedelta(5),
             "amount": money(amount), "method": method}
            for code, amount, method in (("A", 200, "cash"), ("B", 120, "bank_acceptance"))
            for month in YEAR
        ],
        "credit_terms": [
            {"customer_id": code, "credit_limit": money(500), "valid_from": date(2023, 1, 1)}
            for code in "AB"
        ],
        "quotas": [
            {"customer_id": code, "period_start": YEAR[0], "period_end": AS_OF,
             "target_amount": money(amount)}
            for code, amount in (("A", 2000), ("B", 2900), ("C", 1000))
        ],
        "rebates": [
            {"program_id": "P", "customer_id": code,
             "period_start": month, "period_end": month.replace(month=12, day=31), "tier_no": 1,
             "rate": rate, "basis_amount": money(2000), "accrued_amount": money(2000 * rate)}
            for code, rate in (("A", 0.02), ("B", 0.03)) for month in (MONTHS[0], YEAR[0])
        ],
        "cases": [
            {"case_id": "1", "type": "diversion", "offender_id": "B", "victim_id": "C",
             "date": date(2024, 11, 5), "evidence_grade": "A"},
        ],
        "scans": [
            {"code": f"Q{n}", "bound_distributor_id": "B", "scan_territory_id": "T2",
             "scan_ts": datetime(2024, 11, 10, 9), "accuracy_m": 20}
            for n in range(8)
        ],
    }  # fmt: skip


def poor() -> Tables:
    """Order lines alone: little of what was agreed is measured."""
    return {
        "customers": [party(code, "distributor") for code in CODES],
        "order_lines": [*yearly("A", 150, 180), *yearly("B", 200, 210), *yearly("C", 0, 60)],
    }


def young() -> Tables:
    """Order lines of the window alone: nothing a year before."""
    lines = [line for line in poor()["order_lines"] if line["order_date"] >= YEAR[0]]
    return {**poor(), "order_lines": lines}


def single() -> Tables:
    """One distributor."""
    return {"customers": [party("A", "distributor")], "order_lines": yearly("A", 1, 2)}


BOOKS = {"rich": rich, "poor": poor, "young": young, "single": single, "empty": dict}


@cache
def read(name: str) -> dict[str, pl.DataFrame]:
    """The marts of a book of BOOKS."""
    return read_of(book(), **BOOKS[name]())


@cache
def result(name: str) -> DistributorRanking:
    """The ranking of 2024 on a book of BOOKS."""
    return analyse(read(name), AS_OF, 12, POLICY)
