"""The pipeline file: what is wrong in it is said with the file and the key."""

from pathlib import Path

import pytest

from dakehu.paths import ROOT
from dakehu.pipeline import PipelineError, load_pipeline
from small_company import HEAD, orders, pipeline_of, source

QUERY = "database = '$SALES_DB'\nquery = 'select 1'"
INLINE = QUERY.replace("\n", ", ")


def asked(options: str = "") -> str:
    """A [[source]] of sales lines that asks a database."""
    return orders(options=options).replace('files = ["orders.csv"]', QUERY)


def fault(folder: Path, document: str) -> str:
    with pytest.raises(PipelineError) as raised:
        pipeline_of(folder, document)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines").glob("*.toml")), ids=lambda p: p.stem)
def test_our_own_files_are_read(path: Path) -> None:
    assert load_pipeline(path).name == path.stem


@pytest.mark.parametrize(
    ("document", "parts"),
    [
        ("name = =", ["small.toml is no TOML file", "line 1"]),
        (HEAD, ["source: is missing"]),
        (HEAD + "curency = 'EUR'\n" + orders(), ["curency", 'did you mean "currency"?']),
        (HEAD + orders(options="were = 'x'"), ["source[1].were", 'did you mean "where"?']),
        (HEAD + orders() + orders(options="sheat = 'x'"), ["source[2].sheat", '"sheet"']),
        (
            HEAD + orders(order_date='{ from = "date", formt = "%Y" }'),
            ["source[1].columns.order_date.formt", 'did you mean "format"?'],
        ),
        (
            HEAD + orders(options='join = [{ files = ["x"], onn = "a = b" }]'),
            ["source[1].join[1]"],
        ),
        (HEAD + orders() + "[schedule]\ncrn = '* * * * *'\n", ["schedule.crn", '"cron"']),
        (HEAD + orders(net_amont='"a"'), ["source[1]", 'no column "net_amont"', '"net_amount"']),
        (HEAD + source("order_line", "x", {"order_id": '"a"'}), ["order_line", '"order_lines"']),
        (HEAD + source("order_lines", "x", {"order_id": '"a"'}), ["needs customer_id, net_amount"]),
        (HEAD + source("people", "x", {"person_id": '"a"'}), ["no [[source]] feeds order_lines"]),
        (HEAD + orders() + orders(line_no='"n"'), ["line_no in every [[source]]", "or in none"]),
        (HEAD + orders(quantity='{ sql = "1", value = 2 }'), ["exactly one of from, sql, value"]),
        (
            HEAD + orders(quantity='{ sql = "1", format = "%Y" }'),
            ["format, codes and missing go with from"],
        ),
        (HEAD + orders(options="decimal = ','"), ['decimal and thousands are both ","']),
        (HEAD + orders(options="header_row = 0"), ["source[1].header_row", "it is 0"]),
        (HEAD + orders(options="encoding = 'latin'"), ["source[1].encoding", "latin"]),
        (HEAD + orders(options=QUERY), ["source[1]: give either files, or database and query"]),
        (
            HEAD + asked().replace(QUERY, ""),
            ["source[1]: give either files, or database and query"],
        ),
        (HEAD + asked().replace("query", "#"), ["source[1]: database and query go together"]),
        (HEAD + asked("decimal = ','\nthousands = ''"), ["source[1]: decimal goes with files"]),
        (HEAD + orders(options=f"join = [{{ {INLINE}, sheet = 'x', on = 'a' }}]"), ["sheet"]),
        (HEAD.replace("2024-12-31", "'soon'") + orders(), ["as_of", "soon"]),
        (HEAD + "parties = 'parties.xlsx'\n" + orders(), ["parties", "csv", "parties.xlsx"]),
        (HEAD + "fiscal_month_end_day = 32\n" + orders(), ["fiscal_month_end_day", "32"]),
        (HEAD + "currency = 'yuan'\n" + orders(), ["currency", "yuan"]),
    ],
)
def test_a_fault_names_file_and_key(tmp_path: Path, document: str, parts: list[str]) -> None:
    message = fault(tmp_path, document)
    assert "small.toml" in message
    assert [part for part in parts if part not in message] == [], message


@pytest.mark.parametrize("where", ["source", "join"])
@pytest.mark.parametrize("value", ["postgresql://me:geheim@host/db", "geheim", "$geheim-7", ""])
def test_a_url_written_in_the_file_is_refused_and_not_repeated(
    tmp_path: Path, where: str, value: str
) -> None:
    written = INLINE.replace("$SALES_DB", value)
    document = (
        asked().replace("$SALES_DB", value)
        if where == "source"
        else orders(options=f"join = [{{ {written}, on = 'a' }}]")
    )
    message = fault(tmp_path, HEAD + document)
    assert (
        'database names the environment variable that holds the URL, such as "$SALES_DB"' in message
    )
    assert "geheim" not in message


@pytest.mark.parametrize("name", ["../up", "a b", "A", "", "1a", "a;drop", "a" * 65, "客户"])
def test_a_name_is_safe_as_a_path(tmp_path: Path, name: str) -> None:
    document = HEAD.replace('"small"', f'"{name}"') + orders()
    assert "small.toml: name: " in fault(tmp_path, document)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"none\.toml cannot be opened"):
        load_pipeline(tmp_path / "none.toml")


def test_a_pattern_without_files_says_where_it_looked(tmp_path: Path) -> None:
    pipeline = pipeline_of(tmp_path, HEAD + orders("nothing_*.csv"))
    with pytest.raises(PipelineError) as raised:
        pipeline.expand(pipeline.source[0])
    assert 'small.toml: files = "nothing_*.csv" finds no file' in str(raised.value)
    assert str(tmp_path) in str(raised.value)


def test_patterns_expand_in_order_of_name_and_once(tmp_path: Path) -> None:
    folder = tmp_path / "a [odd] folder"  # brackets of the folder are no pattern
    folder.mkdir()
    for name in ("b.csv", "a.csv", "c.csv"):
        (folder / name).touch()
    (folder / "d.csv").mkdir()
    document = HEAD + orders().replace('["orders.csv"]', '["b.csv", "*.csv"]')
    pipeline = pipeline_of(folder, document)
    found = [path.name for path in pipeline.expand(pipeline.source[0])]
    assert found == ["b.csv", "a.csv", "c.csv"]
