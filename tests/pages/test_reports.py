"""The whole road, from source files to pages in a browser: demo, real data, hostile data."""

import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser

from dakehu.paths import ROOT
from dakehu.pipeline import load_pipeline
from dakehu.present.block import BLOCK_MIME
from pages.browser import WIDTHS, inspect, opened

pytestmark = pytest.mark.slow

REAL = (
    "online_retail",
    "adventureworks",
    "iowa_liquor",
    "classicmodels",
    "crm_opportunities",
    "cn_superstore",
)
# The models' tests load these from nothing; a run finds the sources unchanged and goes on.
LOADED_BEFORE = ("online_retail", "iowa_liquor")
SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A1"
HOSTILE = [
    SCRIPT,
    FORMULA,
    "<img src=x onerror=alert(2)>",
    "</script><script>window.hit=1</script>",
    "[a](javascript:alert(3))",
    "{{ 7*7 }}",
    "@SUM(A1)",
    "长" * 300,
    "\u202eevil\u202c",
    '"><svg onload=alert(4)>',
    "'; drop table customers; --",
    "../../etc/passwd",
]

Publish = Callable[[Path], Path]


@pytest.fixture(scope="module")
def publish(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """Runs a pipeline file once and gives the folder of its pages."""
    done: dict[Path, Path] = {}

    def run(pipeline: Path) -> Path:
        if pipeline.stem == "demo":
            return request.getfixturevalue("demo_run") / "demo"
        if pipeline not in done:
            folder = tmp_path_factory.mktemp("run")
            if pipeline.stem in LOADED_BEFORE:
                loaded = request.getfixturevalue("real_warehouse")(pipeline.stem)
                shutil.copyfile(loaded.path, folder / "w.duckdb")
            command = [
                str(Path(sys.executable).with_name("dakehu")), "run", str(pipeline),
                "--out", str(folder), "--warehouse", str(folder / "w.duckdb"), "--quiet",
            ]  # fmt: skip
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            assert (ended.returncode, ended.stderr) == (0, "")
            done[pipeline] = folder / load_pipeline(pipeline).name
        return done[pipeline]

    return run


@pytest.fixture(scope="module")
def pipeline_file(request: pytest.FixtureRequest) -> Path:
    if request.param == "demo":
        return request.getfixturevalue("demo_pipeline_file")
    request.getfixturevalue("shared")
    return ROOT / "pipelines" / f"{request.param}.toml"


def figures_in(notebook: Path) -> int:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    blocks = [
        output["data"][BLOCK_MIME]
        for cell in cells
        for output in cell.get("outputs", [])
        if BLOCK_MIME in output.get("data", {})
    ]
    return sum(block["zh"]["kind"] == "figure" for block in blocks)


def assert_sound(browser: Browser, folder: Path) -> None:
    """Every page of the folder, both languages, at both widths."""
    pages = sorted(folder.glob("2*/*.html"))
    assert pages
    for path in pages:
        expected = figures_in(path.parent / path.name.split(".")[0] / "notebook.ipynb")
        for width in WIDTHS:
            facts = inspect(browser, path, width)
            assert facts.faults == [], f"{path.name} at {width} px"
            assert facts.drawn == expected, f"{path.name} at {width} px"
        assert path.stat().st_size <= 3_000_000, path.name
    for width in WIDTHS:
        assert inspect(browser, folder / "index.html", width).faults == []


@pytest.mark.parametrize("pipeline_file", ["demo", *REAL], indirect=True)
def test_every_page_is_sound(browser: Browser, publish: Publish, pipeline_file: Path) -> None:
    folder = publish(pipeline_file)
    pipeline = load_pipeline(pipeline_file)
    (dated,) = folder.glob("2*")
    expected = {f"{name}.{language}.html" for name in pipeline.reports for language in ("zh", "en")}
    assert {path.name for path in dated.glob("*.html")} == expected
    assert_sound(browser, folder)


def manifest(folder: Path) -> dict:
    (path,) = folder.glob("2*/run.json")
    return json.loads(path.read_text("utf-8"))


def sales_input(folder: Path) -> dict:
    (entry,) = [e for e in manifest(folder)["inputs"] if e["target_table"] == "order_lines"]
    assert entry["rows"] == entry["loaded"] + entry["rejected"] + entry["left_out"]
    return entry


def test_numbers_of_online_retail(shared: Path, publish: Publish) -> None:
    folder = publish(ROOT / "pipelines" / "online_retail.toml")
    entry = sales_input(folder)
    assert (entry["rows"], entry["amount_in"]) == (541_909, "9747747.93")
    tables = folder / "2011-11-30"
    shown = pl.read_parquet(tables / "data_quality" / "sources.parquet")
    row = shown.filter(pl.col("target_table") == "order_lines").row(0, named=True)
    assert (row["rows"], str(row["amount_in"])) == (541_909, "9747747.93")
    concentration = pl.read_parquet(tables / "customer_value" / "concentration.parquet")
    share = concentration.filter(pl.col("metric") == "top_fifth_share")["value"].item()
    assert round(share, 3) == 0.738


def test_numbers_of_adventureworks(shared: Path, publish: Publish) -> None:
    folder = publish(ROOT / "pipelines" / "adventureworks.toml")
    assert sales_input(folder)["amount_in"] == "80450596.98"
    tables = folder / "2013-11-30" / "distributor_ranking"
    assert pl.read_parquet(tables / "sales_ranking.parquet").height == 635
    ranked, left = (pl.read_parquet(tables / f"{name}.parquet") for name in ("ranking", "unranked"))
    assert ranked.height + left.height == 635


def test_numbers_of_iowa(shared: Path, publish: Publish) -> None:
    entry = sales_input(publish(ROOT / "pipelines" / "iowa_liquor.toml"))
    assert (entry["rows"], entry["amount_loaded"]) == (4_710_957, "776243588.09")


@pytest.fixture(scope="module")
def hostile_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of sales of customers, distributors, regions and products with hostile names."""
    folder = tmp_path_factory.mktemp("hostile")
    names = pl.DataFrame({"name": HOSTILE}).with_row_index("i")
    months = pl.date_range(pl.date(2023, 1, 1), pl.date(2024, 12, 1), "1mo", eager=True)
    lines = names.join(months.alias("month").to_frame(), how="cross").with_row_index("n")
    lines.select(
        order=pl.col("n").cast(str) + pl.col("name"),
        date=pl.col("month") + pl.duration(days=pl.col("i")),
        customer="name",
        distributor="name",
        product="name",
        region="name",
        quantity=pl.lit(1),
        amount=(pl.col("i") + 1) * 1000 + pl.col("month").dt.month(),
    ).write_csv(folder / "sales.csv")
    names.select(id="name", name="name").write_csv(folder / "parties.csv")
    source = '[[source]]\nfiles = ["{file}"]\ntable = "{table}"\n[source.columns]\n'
    text = 'name = "hostile"\ntitle = { zh = "<b>公司", en = "<script>alert(9)</script>" }\n'
    text += "as_of = 2024-12-31\n"
    text += source.format(file="sales.csv", table="order_lines")
    text += 'order_id = "order"\norder_date = "date"\ncustomer_id = "customer"\n'
    text += 'product_id = "product"\nquantity = "quantity"\nnet_amount = "amount"\n'
    text += 'fulfilled_by = "distributor"\nship_to_territory_id = "region"\n'
    text += source.format(file="parties.csv", table="customers")
    text += 'customer_id = "id"\ncustomer_name = "name"\nrole = { value = "distributor" }\n'
    for report in ("customer_value", "distributor_ranking", "sales_forecast", "data_quality"):
        text += f"[reports.{report}]\n"
    path = folder / "hostile.toml"
    path.write_text(text, "utf-8")
    return path


def test_hostile_names_stay_text(
    browser: Browser, publish: Publish, hostile_pipeline: Path, tmp_path: Path
) -> None:
    folder = publish(hostile_pipeline)
    assert_sound(browser, folder)
    page = folder / "2024-12-31" / "customer_value.zh.html"
    with opened(browser, page, 1280) as seen:
        shown = seen.evaluate("document.body.textContent")
    for name in (SCRIPT, FORMULA, HOSTILE[2], HOSTILE[9]):
        assert name in shown

    # The control: the same page without the policy and with one name not escaped does run it.
    text = page.read_text("utf-8")
    bare = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", text, flags=re.IGNORECASE)
    assert bare != text
    armed = bare.replace(html.escape(SCRIPT), SCRIPT, 1)
    assert armed != bare
    control = tmp_path / "control.html"
    control.write_text(armed, "utf-8")
    assert any("payload ran" in fault for fault in inspect(browser, control, 1280).faults)


def test_hostile_names_do_not_become_formulas(publish: Publish, hostile_pipeline: Path) -> None:
    tables = publish(hostile_pipeline) / "2024-12-31"
    written = list(tables.rglob("*.csv"))
    assert written
    formulas = 0
    for path in written:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy")
        for column in frame.iter_columns():
            texts = [value for value in column.to_list() if value]
            formulas += sum(FORMULA in value for value in texts)
            risky = [v for v in texts if v[0] in "=@+\t\r" or (v[0] == "-" and not is_number(v))]
            assert risky == [], f"{path.name}.{column.name}"
    assert formulas > 0  # the name did arrive, with its apostrophe


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_numbers_of_classicmodels(shared: Path, publish: Publish) -> None:
    """Orders less the six cancelled ones; what is owed is what was shipped less what was paid."""
    folder = publish(ROOT / "pipelines" / "classicmodels.toml")
    entry = sales_input(folder)
    assert (entry["rows"], entry["left_out"]) == (2_996, 79)


def test_numbers_of_crm_opportunities(shared: Path, publish: Publish) -> None:
    entry = sales_input(publish(ROOT / "pipelines" / "crm_opportunities.toml"))
    assert (entry["rows"], entry["loaded"]) == (8_800, 4_238)
    assert entry["amount_loaded"] == "10005534.00"


def test_numbers_of_cn_superstore(shared: Path, publish: Publish) -> None:
    folder = publish(ROOT / "pipelines" / "cn_superstore.toml")
    entry = sales_input(folder)
    assert (entry["rows"], entry["amount_in"]) == (10_000, "16117548.24")
