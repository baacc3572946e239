"""The rules of sql/: layers, the portable subset, sizes, and models.yml in step with the files."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from dakehu.models import Model, build, codebook, read_checks, read_models
from dakehu.paths import SQL
from small_company import HEADER, LINE, loaded, rows

MODELS = {model.name: model for model in read_models()}
CHECKS = {check.name: check for check in read_checks()}
FILES = sorted(SQL.rglob("*.sql"))

# What sqlglot carries to Spark with another value and no warning, or not at all. Days between dates
# are the same on both.
FORBIDDEN = re.compile(
    r"\b(date_?diff(?!\s*\(\s*'day')|dayofweek|isodow|week|weekofyear|quantile_cont|generate_series"
    r"|list|array_agg|substr|substring|columns|getvariable)\s*\(",
    re.IGNORECASE,
)


def portability_faults(sql: str) -> list[str]:
    """What in `sql` would change its value, or break, on the second engine."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    faults = FORBIDDEN.findall(sql)
    for node in tree.walk():
        if isinstance(node, exp.Div | exp.Avg) and not list(node.find_all(exp.Cast)):
            faults.append("an average or ratio that is not cast to double")
        if isinstance(node, exp.Cast) and node.to.is_type("int", "bigint", "smallint", "tinyint"):
            faults.append("a cast to a whole number: engines round differently")
        if isinstance(node, exp.Pivot):
            faults.append("pivot")
        if isinstance(node, exp.Join) and node.method.lower() == "asof":
            faults.append("asof join")
    return faults


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_portable_subset(path: Path) -> None:
    assert portability_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select date_diff('month', a, b) from t",
        "select datediff('year', a, b) from t",
        "select dayofweek(a) from t",
        "select sum(a) / count(*) from t",
        "select avg(a) from t",
        "select cast(a as integer) from t",
        "select list(a order by b) from t",
        "select quantile_cont(a, 0.5) from t",
        "select substr(a, 0, 2) from t",
        "select * from a asof join b on a.x >= b.x",
    ],
)
def test_portability_rules_can_fire(sql: str) -> None:
    assert portability_faults(sql) != []


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_layers(model: Model) -> None:
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "mart_")}
    assert model.name.startswith(prefixes[model.layer])
    unknown = {ref for ref in model.refs if "." not in ref} - MODELS.keys()
    assert unknown == set()
    if model.layer == "staging":
        assert all(ref.startswith("loaded.") for ref in model.refs), "staging reads loaded tables"
    else:
        assert not any("." in ref for ref in model.refs), "only staging reads loaded tables"
        readers = [ref for ref in model.refs if ref.startswith("mart_")]
        assert readers == [], "only notebooks and checks read a mart_"


@pytest.mark.parametrize("model", [*MODELS.values(), *CHECKS.values()], ids=lambda m: m.name)
def test_shape(model: Model) -> None:
    lines = model.sql.splitlines()
    assert lines[0].startswith("-- ")
    assert len(lines) <= 90
    if model.layer in ("intermediate", "marts") and "with " in model.sql:
        assert lines[-1] == "select * from final"
    if model.layer == "staging":
        assert model.name.removeprefix("stg_").split("__")[0] == next(
            iter(model.refs)
        ).removeprefix("loaded.")


def test_median_model_is_short() -> None:
    lengths = sorted(len(model.sql.splitlines()) for model in MODELS.values())
    assert lengths[len(lengths) // 2] < 40


def test_codebook_names_every_table_and_check() -> None:
    tables = {name for name in MODELS if name.startswith(("dim_", "fct_", "mart_"))}
    assert codebook()["models"].keys() == tables
    assert codebook()["checks"].keys() == CHECKS.keys()
    severities = {entry["severity"] for entry in codebook()["checks"].values()}
    assert severities <= {"warn", "block", "by_row"}
    speechless = [name for name, entry in codebook()["checks"].items() if not entry.get("do")]
    assert speechless == [], "say under `do` what a person can do when the check fails"


def test_a_check_judged_by_row_gives_each_row_its_severity() -> None:
    for name, entry in codebook()["checks"].items():
        columns = sqlglot.parse_one(CHECKS[name].sql, dialect="duckdb").named_selects
        assert ("severity" in columns) == (entry["severity"] == "by_row"), name


def test_checks_are_named_after_their_model() -> None:
    for name in CHECKS:
        assert name.removeprefix("check_").split("__")[0] in MODELS


def columns_of(entry: dict) -> list[tuple[str, dict]]:
    return list(entry["columns"].items())


@pytest.mark.parametrize("section", ["models", "reports"])
def test_every_column_is_explained_in_both_languages(section: str) -> None:
    book = codebook()[section]
    entries = (
        book.values() if section == "models" else [t for r in book.values() for t in r.values()]
    )
    explained = [meaning for entry in entries for _, meaning in columns_of(entry)]
    assert explained
    assert all({"unit", "en", "zh"} <= meaning.keys() for meaning in explained)


def test_money_in_tables_is_decimal(tmp_path: Path) -> None:
    connection = loaded(tmp_path, {"orders.csv": HEADER + LINE})
    build(connection, MODELS.values())
    found = rows(
        connection,
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and not internal and column_name like '%amount'",
    )
    assert {table for table, *_ in found} > {"fct_order_lines", "mart_customer_value"}
    assert [row for row in found if not row[2].startswith("DECIMAL")] == []
