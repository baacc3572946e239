"""A million customers through the whole customer value report: memory and time, step by step.

Writes the exports of an invented shop and runs `dakehu run` on them, as a user would. Prints the
most memory that any one process held in each step; exits 1 where one held 4 GiB or more.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from processes import PAUSE, resident

COMMAND = Path(sys.executable).parent / "dakehu"
CUSTOMERS, PRODUCTS, DAYS = 1_000_000, 400, 1096
FIRST_DAY = date(2022, 1, 1)
LIMIT = 4.0  # GiB
# What the command says as a step begins.
STEPS = {"building": "marts", "executing": "notebook", "customer_value:": "publication"}
PIPELINE = """
name = "million"
title = { zh = "百万客户", en = "A million customers" }
[[source]]
table = "order_lines"
files = ["order_lines.parquet"]
[source.columns]
order_id = "order_id"
line_no = "line_no"
order_date = "order_date"
customer_id = "customer_id"
product_id = "product_id"
quantity = "quantity"
net_amount = "net_amount"
[[source]]
table = "customers"
files = ["customers.parquet"]
[source.columns]
customer_id = "customer_id"
customer_name = "customer_name"
role = { value = "customer" }
industry_name = "industry_name"
size_band = "size_band"
[[source]]
table = "products"
files = ["products.parquet"]
[source.columns]
product_id = "product_id"
product_name = "product_name"
family = "family"
std_cost = "std_cost"
[reports.customer_value]
"""


def exports(folder: Path) -> int:
    """Write three years of a shop whose customers come, buy and leave at random; returns the lines.

    Rates of purchase and of leaving are gamma over customers, and so are quantities.
    """
    random = np.random.default_rng(1)
    came = random.integers(0, DAYS - 30, CUSTOMERS)
    stays = random.standard_exponential(CUSTOMERS) / random.gamma(1.5, 1 / 600, CUSTOMERS)
    span = np.minimum(stays, DAYS - 1 - came)
    orders = 1 + random.poisson(random.gamma(0.6, 1 / 150, CUSTOMERS) * span)
    buyer = np.repeat(np.arange(CUSTOMERS), orders)
    later = np.where(np.diff(buyer, prepend=-1) == 0, random.random(len(buyer)), 0.0)
    day = came[buyer] + np.floor(later * span[buyer]).astype(np.int64)
    order = np.repeat(np.arange(len(buyer)), random.integers(1, 4, len(buyer)))
    product = random.integers(0, PRODUCTS, len(order))
    price = random.gamma(4.0, 5.0, PRODUCTS).round(2) + 1
    quantity = 1 + random.poisson(random.gamma(2.0, 2.0, CUSTOMERS)[buyer[order]])
    pl.DataFrame(
        {
            "order": order,
            "day": day[order],
            "buyer": buyer[order],
            "product": product,
            "quantity": quantity,
            "net_amount": (price[product] * quantity).round(2),
        }
    ).select(
        order_id=pl.format("SO{}", pl.col("order").cast(pl.String).str.zfill(8)),
        line_no=pl.int_range(1, pl.len() + 1).over("order").cast(pl.String),
        order_date=pl.lit(FIRST_DAY) + pl.duration(days="day"),
        customer_id=pl.format("C{}", pl.col("buyer").cast(pl.String).str.zfill(7)),
        product_id=pl.format("P{}", "product"),
        quantity="quantity",
        net_amount="net_amount",
    ).write_parquet(folder / "order_lines.parquet")
    number = pl.int_range(CUSTOMERS, eager=True)
    pl.DataFrame({"number": number}).select(
        customer_id=pl.format("C{}", pl.col("number").cast(pl.String).str.zfill(7)),
        customer_name=pl.format("Customer {}", "number"),
        industry_name=pl.format("Industry {}", pl.col("number") % 20),
        size_band=pl.format("Size {}", pl.col("number") % 3),
    ).write_parquet(folder / "customers.parquet")
    number = pl.int_range(PRODUCTS, eager=True)
    pl.DataFrame({"number": number, "price": price}).select(
        product_id=pl.format("P{}", "number"),
        product_name=pl.format("Product {}", "number"),
        family=pl.format("Family {}", pl.col("number") % 12),
        std_cost=(pl.col("price") * 0.7).round(2),
    ).write_parquet(folder / "products.parquet")
    (folder / "million.toml").write_text(PIPELINE, "utf-8")
    return len(order)


def run(folder: Path) -> dict[str, tuple[float, dict[str, float]]]:
    """Run the pipeline; seconds of each step, and the most GiB that each kind of process held."""
    options = ["--out", folder / "out", "--warehouse", folder / "million.duckdb"]
    running = subprocess.Popen(
        [COMMAND, "run", folder / "million.toml", *options], stdout=subprocess.PIPE, text=True
    )
    begun = [("load", time.perf_counter())]

    def listen() -> None:
        begun.extend(
            (STEPS[word], time.perf_counter())
            for line in running.stdout or ()
            if (word := line.split()[0]) in STEPS
        )

    listener = threading.Thread(target=listen)
    listener.start()
    peaks: dict[str, dict[str, float]] = {}
    while running.poll() is None:
        peak = peaks.setdefault(begun[-1][0], {})
        for kind, size in resident(running.pid):
            peak[kind] = max(peak.get(kind, 0.0), size)
        time.sleep(PAUSE)
    listener.join()
    if running.returncode:
        raise SystemExit(f"the run of {folder} ended with {running.returncode}")
    ends = [*(start for _, start in begun[1:]), time.perf_counter()]
    return {
        step: (end - start, peaks.get(step, {}))
        for (step, start), end in zip(begun, ends, strict=True)
    }


def main() -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = exports(folder)
        steps = run(folder)
        pages = [path.stat().st_size / 1e6 for path in folder.glob("out/*/*/*.html")]
    print(f"{CUSTOMERS:,} customers, {lines:,} lines: customer_value in two languages")
    print(f"{'':24} {'seconds':>8} {'peak':>9} {'below':>9}")
    for step, (seconds, peak) in steps.items():
        kind = max(peak, key=lambda name: peak[name])
        print(f"{step + ', ' + kind:24} {seconds:8.1f} {peak[kind]:6.2f}GiB {LIMIT:6.2f}GiB")
    print(f"{'largest page':24} {'':8} {max(pages):6.2f}MB  {3.0:6.2f}MB")
    held = all(size < LIMIT for _, peak in steps.values() for size in peak.values())
    return 0 if held and max(pages) <= 3.0 else 1


if __name__ == "__main__":
    sys.exit(main())
