"""The index names everybody on a page once, and the place that has them."""

import json

import nbformat
import polars as pl

from dakehu.present.appendix import changes
from dakehu.present.block import BLOCK_MIME, Column, table
from dakehu.present.text import Text
from dakehu.report_index import index_of, merged, read, write

HOSTILE = "</script><img src=x onerror=alert(1)>"
NAME, CODE = "customer_name", "customer_id"


def cell(draw):
    data = {BLOCK_MIME: {language: draw(Text(language, "CNY")) for language in ("zh", "en")}}
    output = nbformat.v4.new_output("display_data", data)
    return nbformat.v4.new_code_cell("show()", outputs=[output])


def listed(title, rows, *keys):
    columns = [Column(key, key) for key in keys]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(keys, pl.String), orient="row")
    return cell(lambda text: table(frame, columns, text, title=f"{title} {text.language}"))


def card(kind, *records):
    codes, names = zip(*records, strict=True)
    block = {"title": kind, "records": {"codes": codes, "names": names, "values": []}}
    more = {"prompt": "", "panels": [], "details": [], "history": None}
    more |= {"says": {}, "compare": "", "criteria": [], "first": []}
    return cell(lambda _: {"kind": kind, **block, **more})


def index(*cells):
    return index_of(nbformat.v4.new_notebook(cells=list(cells)))


def test_a_card_comes_before_tables_and_each_stands_once():
    found = index(
        listed("Debtors", [("A",), ("Lost",)], NAME),
        card("card", ("1", "A"), ("2", "B")),
        listed("Codes", [("B", "2"), ("Gone", "9"), ("Gone", "9")], NAME, CODE),
    )
    assert [(spot["anchor"], spot["by"]) for spot in found["spots"]] == [
        ("card", "code"), ("table-1", "name"), ("table-2", "name"),
    ]  # fmt: skip
    assert found["spots"][1]["title"] == {"zh": "Debtors zh", "en": "Debtors en"}
    assert found["parties"] == [("1", "A", 0), ("2", "B", 0), (None, "Lost", 1), ("9", "Gone", 2)]


def test_namesakes_with_codes_of_their_own_are_two():
    found = index(card("scorecard", ("1", "Same"), ("2", "Same")))
    assert [party.code for party in found["parties"]] == ["1", "2"]


def test_what_is_written_otherwise_in_another_language_is_nobody():
    def rest(text):
        names = ["A", text("All reports")]
        frame = pl.DataFrame({"distributor_name": names})
        return table(frame, [Column("distributor_name", "d")], text, title="t")

    assert index(cell(rest))["parties"] == [(None, "A", 0)]


def test_other_columns_name_nobody():
    assert index(listed("Rules", [("x",)], "name"))["parties"] == []


def test_figures_keep_their_names_from_the_first_run_on():
    drawn = cell(lambda text: changes(text, {"hhi": (1.0, "points")}, {}, {"hhi": "All reports"}))
    assert index(drawn)["labels"] == {"zh": {"hhi": "全部报告"}, "en": {"hhi": "All reports"}}


def test_hostile_names_go_through_a_file_unchanged(tmp_path):
    write(tmp_path, nbformat.v4.new_notebook(cells=[card("card", ("=1", HOSTILE))]))
    assert merged([read(tmp_path)])["names"] == [HOSTILE]
    (tmp_path / "index.json").write_text('{"spots": [')
    assert read(tmp_path) == {"spots": [], "parties": [], "labels": {}}


def test_reports_together_give_a_party_all_its_places():
    one = {"spots": [{}, {}], "parties": [["1", "A", 0], ["2", "B", 0], [None, "Lost", 1]]}
    two = {"spots": [{}, {}], "parties": [["1", "A, renamed", 0], [None, "B", 1], [None, "C", 1]]}
    found = merged(json.loads(json.dumps([one, two])))
    rows = zip(found["codes"], found["names"], found["places"], strict=True)
    assert [*rows] == [
        ("1", "A", [0, 2]), ("2", "B", [0, 3]), (None, "Lost", [1]), (None, "C", [3]),
    ]  # fmt: skip
