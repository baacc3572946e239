"""What `dakehu check` prints: that it lines up, says what to do, and lets no text of data act."""

import io
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from dakehu.advice import for_check, for_reject
from dakehu.build import Judgement, build, judge
from dakehu.cli import main
from dakehu.findings import show
from dakehu.pipeline import Pipeline
from dakehu.present.data_quality.terms import REASONS
from dakehu.sources import LoadError
from dakehu.terminal import harmless
from small_company import HEAD, HEADER, orders, pipeline_of, source

CUSTOMERS = "customer,name\nC1,甲公司\nC2,乙公司\n"
PARTIES = source("customers", "客户.csv", {"customer_id": '"customer"', "customer_name": '"name"'})
BOOKS = orders(
    "销售_*.csv", doc_type='{ from = "kind", codes = { "销售" = "sale", "退货" = "return" } }'
).replace("[source.columns]", "footer_rows = 1\n[source.columns]")
SALES = {
    "销售_01.csv": """order,date,customer,product,quantity,amount,kind
O1,2024-01-05,C1,P1,2,"1,000.004",销售
O2,2024-01-06,C2,P1,1,20.00,销售
O3,soon,C1,P1,1,30.00,销售
O4,2024-01-07,C1,P1,1,很多,销售
O5,2024-01-08,C1,P1,1,40.00,赠品
,,,,,"1,091.00",
""",
    "销售_02.csv": """order,date,customer,product,quantity,amount,kind
O2,2024-01-06,C2,P1,1,21.00,销售
O6,2024-12-31,C9,P1,1,50.00,销售
O7,2024-12-31,C1,P1,1,-5.00,退货
O8,someday,C1,P1,1,30.00,销售
合计,,,,,96.00,
""",
    "客户.csv": CUSTOMERS,
}


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Write the files and the pipeline file, and run `dakehu check` on it."""
    monkeypatch.setattr("dakehu.build.WAREHOUSES", tmp_path / "warehouse")
    monkeypatch.setenv("COLUMNS", "200")

    def check(files: dict[str, str], *sources: str, options: tuple[str, ...] = ()) -> Result:
        for name, text in files.items():
            (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / "small.toml").write_text(HEAD + "".join(sources or (orders(),)), "utf-8")
        command = ["check", str(tmp_path / "small.toml"), *options]
        return CliRunner().invoke(main, command, catch_exceptions=False)

    return check


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judgement, Pipeline]:
    """A company with something to say in every section."""
    folder = tmp_path_factory.mktemp("judged")
    for name, text in SALES.items():
        (folder / name).write_text(text, "utf-8")
    pipeline = pipeline_of(folder, HEAD + BOOKS + PARTIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dakehu.build.WAREHOUSES", folder / "warehouse")
        return judge(pipeline, run_id="t", say=lambda _: None), pipeline


def printed(judged: tuple[Judgement, Pipeline], width: int, **options: bool) -> str:
    sink = io.StringIO()
    show(*judged, "small.toml", Console(file=sink, width=width, markup=False, **options))
    return sink.getvalue()


def cells(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def section(text: str, name: str) -> str:
    (found,) = re.findall(rf"^{name}\b.*?(?=^[A-Z]{{5,}}\b|\Z)", text, re.MULTILINE | re.DOTALL)
    return found


def test_every_row_and_amount_is_in_the_tables(judged: tuple[Judgement, Pipeline]) -> None:
    rows = {
        line.split()[0]: line.split()
        for line in printed(judged, 200).splitlines()
        if line.startswith(("order_lines ", "customers "))
    }
    amounts = ["1,186.00", "1,066.00", "100.00", "20.00"]
    assert rows["order_lines"] == ["order_lines", "2", "files", "11", "4", "4", "3", *amounts]
    assert rows["customers"][1:] == ["客户.csv", "2", "2", "0", "0"]


@pytest.mark.parametrize("width", [60, 80, 140, 200])
def test_it_fits_the_terminal_and_numbers_line_up(
    judged: tuple[Judgement, Pipeline], width: int
) -> None:
    text = printed(judged, width)
    report, _, _ = text.partition("VERDICT")
    assert max(map(cells, report.splitlines())) <= width
    table = section(text, "SOURCES").splitlines()[1:]
    end = table[0].index("Rows in") + len("Rows in")
    ends = [
        {cells(line[: found.end()]) for found in re.finditer(r"\d(?=  |$)", line.rstrip())}
        for line in table
        if re.match(r"order_lines|customers|products", line)
    ]
    assert len(ends) >= 2
    assert all(end in places for places in ends)


def test_a_narrow_terminal_has_the_amounts_in_a_table_of_their_own(
    judged: tuple[Judgement, Pipeline],
) -> None:
    assert "Amount in" not in section(printed(judged, 80), "SOURCES")
    assert "Amount in" in section(printed(judged, 80), "AMOUNTS  in CNY")
    assert "AMOUNTS" not in printed(judged, 200)


def test_rejects_stand_by_reason_with_their_places_and_what_to_do(
    judged: tuple[Judgement, Pipeline],
) -> None:
    found = section(printed(judged, 140), "REJECTED  4 rows not loaded")
    dates, codes, numbers = found.split("\n2 rows: ")[1].split("\n1 row: ")
    assert dates.startswith("no date that can be read")
    assert "to do: say how dates are written" in dates
    places = [line.split() for line in dates.splitlines()[2:4]]
    assert places == [
        ["order_lines.order_date", "销售_01.csv", "row", "4", '"soon"'],
        ["销售_02.csv", "row", "5", '"someday"'],
    ]
    assert "to do: add the word to the `codes`" in codes
    assert '"赠品"' in codes
    assert '"很多"' in numbers


def test_repairs_overlaps_and_orphans_are_shown(judged: tuple[Judgement, Pipeline]) -> None:
    text = printed(judged, 140)
    assert '"1,000.004" in row 2 of 销售_01.csv' in section(text, "REPAIRED")
    overlap = section(text, "OVERLAPS").splitlines()[2].split()
    assert overlap == ["1", "1", "order_lines", "销售_01.csv", "销售_02.csv"]
    orphan = section(text, "ORPHANS").splitlines()[2].split()
    assert orphan == ["1", "4", "order_lines.customer_id", "customers", '"C9"']


def test_a_gate_says_what_it_found_and_what_to_do(judged: tuple[Judgement, Pipeline]) -> None:
    text = section(printed(judged, 200), "GATES")
    assert "blocks: check_stg_orphans__keys_known, 1 row" in text
    footer = text[text.index("warns: check_stg_files__footer_agrees, 1 row") :]
    assert "to do: compare the file with the system" in footer
    assert "first: file=销售_01.csv" in footer


def test_the_verdict_is_one_line_with_the_next_command(judged: tuple[Judgement, Pipeline]) -> None:
    line = printed(judged, 40).splitlines()[-1]
    assert line.startswith("A run would be refused: data gate check_stg_orphans__keys_known")
    assert line.endswith("then dakehu check small.toml, or publish it marked: "
                         "dakehu run small.toml --force")  # fmt: skip


def test_colour_is_for_terminals_that_want_it(
    judged: tuple[Judgement, Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b" not in printed(judged, 100)
    assert re.search(r"\x1b\[[\d;]*3[1-6]m", printed(judged, 100, force_terminal=True))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[\d;]*3[1-6]m", printed(judged, 100, force_terminal=True))


def test_all_is_well(checked: Callable[..., Result]) -> None:
    done = checked({"orders.csv": HEADER + "O1,2024-12-05,C1,P1,2,10.00\n"})
    assert done.exit_code == 0
    assert "none failed" in done.output
    last = done.output.splitlines()[-1]
    assert last.startswith("A run would be published. Next: dakehu run ")
    assert not {"REJECTED", "REPAIRED", "OVERLAPS", "ORPHANS"} & set(done.output.split())


def test_a_warning_lets_a_run_pass(checked: Callable[..., Result]) -> None:
    late = HEADER + "O1,2024-12-05,C1,P1,2,10.00\nO2,2025-01-05,C1,P1,2,10.00\n,,,,,\n"
    done = checked({"orders.csv": late})
    assert done.exit_code == 0
    assert "A run would be published with 1 warning and without 1 rejected row" in done.output


def test_a_gate_that_blocks_is_an_exit_code(checked: Callable[..., Result]) -> None:
    lines = HEADER + "O1,2024-12-05,C9,P1,2,10.00\n"
    files = {"orders.csv": lines, "客户.csv": CUSTOMERS}
    done = checked(files, orders(), PARTIES, options=("--quiet",))
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("A run would be refused: data gate check_stg_orphans")


def test_a_refused_load_sends_to_the_check(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(HEADER + "O1,2024-12-05,C9,P1,2,10.00\n", "utf-8")
    (tmp_path / "客户.csv").write_text(CUSTOMERS, "utf-8")
    pipeline = pipeline_of(tmp_path, HEAD + orders() + PARTIES)
    with pytest.raises(RuntimeError, match=r"`dakehu check small\.toml` shows them"):
        build(pipeline, run_id="t", say=print, warehouse=tmp_path / "w.duckdb")


def test_where_nothing_could_be_sold_it_says_why(
    checked: Callable[..., Result], tmp_path: Path
) -> None:
    done = checked({"orders.csv": HEADER + "O1,1/2/24,C1,P1,2,10.00\nO2,3/4/24,C1,P1,2,10.00\n"})
    assert done.exit_code == 3
    assert "2 rows: no date that can be read without guessing" in done.output
    assert "A run would be refused: no sales line was loaded" in done.output
    assert "--force" not in done.output
    pipeline = pipeline_of(tmp_path, HEAD + orders())
    with pytest.raises(LoadError, match=r"no sales line was loaded.*`dakehu check small\.toml`"):
        build(pipeline, run_id="t", say=print, warehouse=tmp_path / "w.duckdb")


HOSTILE = "\x1b[2J\x07\u202ee\u2066\x9b31m[red]x[/red]:smile:"


def test_hostile_text_is_written_out_and_does_not_act(checked: Callable[..., Result]) -> None:
    lines = f'O1,"{HOSTILE}",C1,P1,2,10.00\nO2,2024-12-05,C1,P1,2,"{HOSTILE}"\n'
    done = checked(
        {f"{HOSTILE.replace('/', '')}.csv": HEADER + lines + "O3,2024-12-05,C1,P1,2,1\n"},
        orders("*.csv"),
    )
    assert r'"\x1b[2J\x07\u202ee\u2066\x9b31m[red]x[/red]:smile:"' in done.output
    acting = {c for c in done.output if unicodedata.category(c) in ("Cc", "Cf")}
    assert acting == {"\n"}


def test_a_line_break_in_a_value_breaks_no_line() -> None:
    assert harmless("a\r\nb\u2028c\ud800 甲 é") == r"a\r\nb\u2028c\ud800 甲 é"


def test_an_error_shows_hostile_text_written_out(checked: Callable[..., Result]) -> None:
    done = checked({"orders.csv": HEADER}, orders(net_amount=r'"\u001B[2J"'))
    assert done.exit_code == 3
    assert r'has no column "\x1b[2J"' in done.stderr
    assert "\x1b" not in done.stderr


OTHER_REASONS = (
    "a code that the map does not know",
    "no number, or no tax rate in 税率",
    "no JSON object",
    "thousands or decimals? the column also writes decimals with a comma",
)


@pytest.mark.parametrize("reason", [*REASONS, *OTHER_REASONS])
def test_every_reason_of_the_loader_has_its_advice(reason: str) -> None:
    assert for_reject(reason) != for_reject("a reason that nobody gives")


def test_a_check_has_its_advice_and_a_key_too() -> None:
    assert for_check("check_stg_overlaps__agree").startswith("go on if the later file")
    assert "a fault of Dakehu" in for_check("check_dim_months__key_unique")
