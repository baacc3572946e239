"""Our times beside what a user would pick instead, measured side by side in one run.

Ratios, not seconds, are what carries over to another machine. Prints a table; exits 1 when a ratio
misses the bound that the project promises.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from dakehu import models
from dakehu.paths import NOTEBOOKS, ROOT
from dakehu.pipeline import load_pipeline
from dakehu.sources import load
from dakehu.warehouse import building

BIN = Path(sys.executable).parent
REPORTS = ("customer_value", "distributor_ranking", "sales_forecast")
DEMO = ROOT / "pipelines" / "demo.toml"


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def command(*parts: str | Path) -> None:
    subprocess.run([str(part) for part in parts], check=True, capture_output=True)


def marts(warehouse: Path, folder: Path) -> tuple[float, float]:
    """Seconds to build the models by our runner, and by the same SQL pasted into DuckDB."""
    ordered = models.read_models()
    script = ";\n".join(f"create or replace {m.kind} {m.name} as {m.sql}" for m in ordered)

    def ours(connection: duckdb.DuckDBPyConnection) -> None:
        models.build(connection, models.read_models())

    def plain(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(script)

    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for turn in range(3):
        for name, build in (("ours", ours), ("plain", plain)):
            copy = folder / f"{name}{turn}.duckdb"
            shutil.copyfile(warehouse, copy)
            with duckdb.connect(str(copy)) as connection:
                times[name].append(seconds(lambda build=build, on=connection: build(on)))
    return min(times["ours"]), min(times["plain"])


def reports(warehouse: Path, folder: Path) -> tuple[float, float]:
    """Seconds for three pages in two languages by us, and for three in one language by hand."""
    options = [part for name in REPORTS for part in ("--report", name)]
    publish = ("--out", folder / "out", "--warehouse", folder / "ours.duckdb", "--quiet")
    whole = seconds(lambda: command(BIN / "dakehu", "run", DEMO, *options, *publish))
    build = seconds(
        lambda: command(
            BIN / "dakehu", "build", DEMO, "--warehouse", folder / "b.duckdb", "--quiet"
        )
    )

    def by_hand() -> None:
        for name in REPORTS:
            done = folder / f"{name}.ipynb"
            command(
                BIN / "papermill", NOTEBOOKS / f"{name}.ipynb", done, "-p", "warehouse", warehouse
            )
            command(BIN / "jupyter-nbconvert", "--to", "html", "--no-input", done)

    return whole - build, seconds(by_hand)


MILLION = """
copy (
    select 'SO' || lpad(cast(i // 3 as varchar), 8, '0') as order_id, i % 3 + 1 as line_no,
        date '2022-01-01' + cast(i % 900 as integer) as order_date,
        'C' || lpad(cast((i * 7919) % 5000 as varchar), 5, '0') as customer_id,
        'P' || lpad(cast((i * 104729) % 800 as varchar), 4, '0') as product_id,
        (i * 31) % 200 + 1 as quantity, printf('%.2f', (i * 48271) % 1000000 / 100.0 + 1) as amount
    from range(1000000) as t (i)
) to '{path}' (header)
"""
TYPED_CSV = """
create table lines as select * from read_csv('{path}', header = true, store_rejects = true,
    columns = {{'order_id': 'VARCHAR', 'line_no': 'VARCHAR', 'order_date': 'DATE',
        'customer_id': 'VARCHAR', 'product_id': 'VARCHAR', 'quantity': 'DECIMAL(18,4)',
        'net_amount': 'DECIMAL(18,2)'}});
checkpoint
"""
TYPED_PARQUET = """
create table lines as select invoice_item_number[:-6] as order_id,
    invoice_item_number[-5:] as line_no, date as order_date,
    cast(store_number as varchar) as customer_id, item_number as product_id,
    cast(bottles_sold as decimal(18,4)) as quantity,
    cast(sale_dollars as decimal(18,2)) as net_amount, 'V' || Vendor as fulfilled_by,
    case when invoice_item_number like 'RINV%' then 'return' else 'sale' end as doc_type
from read_parquet('{path}/sales_lines_2021_2022.parquet')
left join read_parquet('{path}/products.parquet') on item_number = "Item Number";
checkpoint
"""
SALES_CSV = """
name = "million"
title = { zh = "百万行", en = "A million lines" }
[[source]]
table = "order_lines"
files = ["million.csv"]
[source.columns]
order_id = "order_id"
line_no = "line_no"
order_date = "order_date"
customer_id = "customer_id"
product_id = "product_id"
quantity = "quantity"
net_amount = "amount"
"""


def loads(pipeline: Path, typed: str, folder: Path) -> tuple[float, float]:
    """Seconds of our load into a file, and of DuckDB's own typed read; the best of three each."""

    def ours() -> None:
        with building(folder / "load.duckdb", "bench") as (_, connection):
            load(load_pipeline(pipeline), connection, load_id="bench", progress=lambda _: None)
            connection.execute("checkpoint")

    def plain() -> None:
        (folder / "plain.duckdb").unlink(missing_ok=True)
        with duckdb.connect(str(folder / "plain.duckdb")) as connection:
            connection.execute(typed)

    times = [(seconds(ours), seconds(plain)) for _ in range(3)]
    return min(own for own, _ in times), min(other for _, other in times)


def all_loads(folder: Path) -> list[tuple[str, float, float, float]]:
    """The loads that are promised, those of real data only where it is there."""
    million = folder / "million.csv"
    duckdb.execute(MILLION.format(path=million))
    (folder / "million.toml").write_text(SALES_CSV, "utf-8")
    typed = TYPED_CSV.format(path=million)
    rows = [("million-row CSV / read_csv with store_rejects", folder / "million.toml", typed)]
    iowa = ROOT.parent / "shared" / "data" / "iowa_liquor"
    if iowa.exists():
        typed = TYPED_PARQUET.format(path=iowa)
        pipeline = ROOT / "pipelines" / "iowa_liquor.toml"
        rows.append(("4.7 million lines / typed read_parquet", pipeline, typed))
    return [(label, *loads(pipeline, typed, folder), 3.0) for label, pipeline, typed in rows]


def main() -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warehouse = folder / "demo.duckdb"
        command(BIN / "dakehu", "build", DEMO, "--warehouse", warehouse, "--quiet")
        rows = [
            *all_loads(folder),
            ("mart build / the same SQL straight in DuckDB", *marts(warehouse, folder), 1.3),
            ("three reports / papermill + nbconvert by hand", *reports(warehouse, folder), 0.5),
        ]
        pages = sorted((folder / "out").rglob("*.html"))
        largest = max(pages, key=lambda path: path.stat().st_size)
        paint = first_paint([page for page in pages if page.stem.endswith(".zh")])
        megabytes = largest.stat().st_size / 1e6
    print(f"{'':50} {'ours':>8} {'instead':>8} {'ratio':>6} {'at most':>8}")
    for label, ours, instead, bound in rows:
        print(f"{label:50} {ours:7.2f}s {instead:7.2f}s {ours / instead:6.2f} {bound:8.2f}")
    print(f"{'largest page: ' + largest.name:50} {megabytes:6.2f}MB {'':8} {'':6} {3.0:6.2f}MB")
    print(f"{'first paint, slowest page':50} {paint}")
    held = all(ours / instead <= bound for _, ours, instead, bound in rows) and megabytes <= 3.0
    return 0 if held else 1


def first_paint(pages: list[Path]) -> str:
    """Milliseconds to first contentful paint of the slowest page, in Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return "not measured: no chromium on this machine"
    from playwright.sync_api import sync_playwright

    script = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        times = []
        for path in pages:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(path.as_uri())
            page.wait_for_timeout(300)
            times.append(page.evaluate(script))
            page.close()
        browser.close()
    return f"{max(times):6.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
