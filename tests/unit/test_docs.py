"""The docs cannot lie: what is generated is in step, what is written names things that exist."""

import ast
import re
import sys
from pathlib import Path

import duckdb
import pytest

from dakehu.cli import main
from dakehu.paths import ROOT, SQL
from dakehu.pipeline import load_pipeline
from dakehu.present.data_quality.terms import BLOCKS
from dakehu.schema import tables
from dakehu.sources.expressions import selection

sys.path.insert(0, str(ROOT / "docs"))
from generate import PAGES

WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_in_step(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_commands_named_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    assert (
        set(re.findall(r"\bdakehu ([a-z]+)\b(?= [A-Zpw\[]|`|$)", text)) - main.commands.keys()
        == set()
    )
    targets = set(re.findall(r"`make ([a-z]+)`", text))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def test_the_example_pipeline_of_the_docs_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "bring-your-own-data.md").read_text("utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mine.toml").write_text("".join(examples), "utf-8")
    pipeline = load_pipeline(tmp_path / "mine.toml")
    assert [source.table for source in pipeline.source] == [
        "order_lines",
        "customers",
        "order_lines",
    ]
    query = pipeline.source[2].query or ""
    assert {column.source for column in pipeline.source[2].columns.values()} == {
        column.name for column in selection(query, "postgres", "the docs").selects
    }


def section(heading: str) -> list[list[str]]:
    """The rows of the last table under a heading of docs/schema.md, cell by cell."""
    text = (ROOT / "docs" / "schema.md").read_text("utf-8")
    (found,) = re.findall(rf"^## {heading}\b.*?\n(.*?)(?=\n## |\Z)", text, re.M | re.S)
    rows = [re.split(r" *\| *", row)[1:-1] for row in found.splitlines() if row.startswith("| ")]
    return rows[1:]


@pytest.mark.parametrize("name", tables())
def test_the_schema_page_has_every_column_in_both_languages(name: str) -> None:
    rows = section(name)
    columns = tables()[name].columns.values()
    assert [row[0].strip("*") for row in rows] == [column.name for column in columns]
    for row, column in zip(rows, columns, strict=True):
        assert len(row) == 8, row
        assert row[0].startswith("**") == column.is_required
        assert row[1:4] == [column.kind, column.level, column.unit]
        assert (row[4] == "yes") == (column.name in tables()[name].key)
        linked = re.fullmatch(r"\[(\w+)\.(\w+)\]\(#\1\)", row[5])
        assert (linked and linked.groups()) == column.reference
        assert row[6].startswith(column.en)
        assert row[7] == column.zh


def switched_on(connection: duckdb.DuckDBPyConnection, *mapped: str) -> set[str]:
    """The blocks that the warehouse's own model has on when just these columns are mapped."""
    connection.execute(
        "update stg_columns set is_mapped = list_contains(?, table_name || '.' || column_name)",
        [list(mapped)],
    )
    rows = connection.execute("select block from mart where is_on").fetchall()
    return {BLOCKS[block] for (block,) in rows}


def test_the_schema_page_says_what_switches_a_block_on() -> None:
    rows = section("What the data switches on")
    sql = (SQL / "marts" / "mart_data_quality__capabilities.sql").read_text("utf-8")
    every = [(table.name, column) for table in tables().values() for column in table.columns]
    with duckdb.connect() as known:
        known.execute(
            "create table stg_columns (table_name varchar, column_name varchar, is_mapped boolean)"
        )
        known.execute(
            "insert into stg_columns select unnest(?), unnest(?), false",
            [list(names) for names in zip(*every, strict=True)],
        )
        known.execute(f"create view mart as {sql}")
        assert {row[0] for row in rows} == switched_on(known, *(".".join(name) for name in every))
        for block, _, needs, *_ in rows:
            for alternative in needs.split(" or 或 "):
                columns = alternative.split(" + ")
                assert block in switched_on(known, *columns)
                for column in columns:
                    assert block not in switched_on(known, *set(columns) - {column})


def articles() -> list[tuple[str, str]]:
    """Module and test of every row of docs/articles.md."""
    text = (ROOT / "docs" / "articles.md").read_text("utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines()]
    return [(row[-2].strip("`"), row[-1].strip("`")) for row in rows if "test_" in "".join(row)]


def test_the_articles_page_names_tests_and_modules_that_exist() -> None:
    package = ROOT / "pipelines" / "dakehu" / "analysis"
    assert len(articles()) > 40
    for module, named in articles():
        known = (
            SQL / "checks" / f"{module}.sql",
            package / f"{module}.py",
            package / "customer_value" / f"{module}.py",
            package / "sales_forecast" / f"{module}.py",
        )
        assert any(path.exists() for path in known), module
        file, _, test = named.partition("::")
        (place,) = (ROOT / "tests").glob(f"*/{file}")
        code = ast.parse(place.read_text("utf-8"))
        defined = {node.name for node in code.body if isinstance(node, ast.FunctionDef)}
        assert not test or test in defined, named
