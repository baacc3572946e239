from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from importlib import resources

import nbformat
import pytest

from dakehu import bundle
from dakehu.present.block import BLOCK_MIME, Column, Tile, definitions, note, table, tiles
from dakehu.present.text import Text
from dakehu.render import TEMPLATES, PageContext, RenderError, headline, page, page_from_file
from packing import unpacked

v4 = nbformat.v4
CONTEXT = PageContext(
    report="customer_value",
    pipeline="demo",
    title={"zh": "K 公司", "en": "K Company"},
    as_of=date(2025, 6, 30),
    currency="CNY",
    run_id="run-1",
    made_at=datetime(2025, 7, 3, 6, 0, tzinfo=UTC),
    versions={"dakehu": "0.1.0"},
    languages=("zh", "en"),
    tables=("customers.csv",),
)
NOTE = note("nothing to see")
FIGURE = {
    "kind": "figure",
    "title": "t",
    "summary": "s",
    "note": "",
    "height": 360,
    "figure": {"data": [{"y": [1, 2], "name": "</script><b>&\u2028"}], "layout": {}},
}


def shown(block, **other):
    data = {BLOCK_MIME: {"zh": block, "en": block}} | other
    return v4.new_code_cell("secret_code()", outputs=[v4.new_output("display_data", data)])


def prose(source, *tags):
    return v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def rendered(*cells, language="en", context=CONTEXT):
    return page(v4.new_notebook(cells=list(cells)), context, language)


class Parts(HTMLParser):
    """The start tags and scripts of a page, read by a parser that is not ours."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.in_script = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.in_script = True
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        self.in_script = False

    def handle_data(self, data):
        if self.in_script:
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)

    def of(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_only_blocks_and_prose_of_the_language_are_shown():
    html = rendered(
        prose("# Who buys?", "en"),
        prose("# 谁在买？", "zh"),
        prose("UNTAGGED"),
        v4.new_raw_cell("RAW"),
        shown(NOTE, **{"text/html": "<b>MARKUP</b>", "text/plain": "PLAIN"}),
        v4.new_code_cell("1", outputs=[v4.new_output("stream", text="STREAM")]),
    )
    assert "<h1>Who buys?</h1>" in html
    assert "nothing to see" in html
    for absent in ("谁在买", "UNTAGGED", "RAW", "MARKUP", "PLAIN", "STREAM", "secret_code"):
        assert absent not in html


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([], "no block"),
        ([prose("# Who?", "en")], "no block"),
        (
            [
                shown(NOTE),
                v4.new_code_cell(outputs=[v4.new_output("error", ename="KeyError", evalue="'x'")]),
            ],
            "KeyError: 'x'",
        ),
        ([shown({"kind": "video"})], '"video"'),
        ([shown({"kind": "table", "title": "t"})], 'table without "columns"'),
        ([shown({"kind": "tiles", "tiles": [{"label": "no value"}]})], "value"),
        ([shown(FIGURE | {"figure": {"data": [float("nan")]}})], "JSON"),
    ],
)
def test_what_is_no_report_is_refused(cells, reason):
    with pytest.raises(RenderError, match=re.escape(reason)):
        rendered(*cells)


def test_block_without_the_language_is_refused():
    cell = shown(NOTE)
    del cell.outputs[0].data[BLOCK_MIME]["en"]
    with pytest.raises(RenderError, match="without the language"):
        rendered(cell)


def test_file_that_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_text('{"cells": [', "utf-8")
    with pytest.raises(RenderError, match=r"x\.ipynb"):
        page_from_file(path, CONTEXT, "en")


def test_page_from_file_is_the_page_of_its_notebook(tmp_path):
    notebook = v4.new_notebook(cells=[prose("# Who?\n\nA *b*.\n", "en"), shown(FIGURE)])
    path = tmp_path / "x.ipynb"
    nbformat.write(notebook, path)  # splits sources into lists of lines
    assert page_from_file(path, CONTEXT, "en") == page(notebook, CONTEXT, "en")


def test_headings_make_sections_and_fold_tag_folds():
    html = rendered(
        prose("# Q\n\nlead", "en"),
        shown(NOTE),
        prose("## First *one*\n\nwords\n\n### deeper", "en"),
        prose("## Deeper", "en"),
        v4.new_code_cell("for_the_analyst()"),
        prose("## Method\n\nhow", "en", "fold"),
    )
    parts = Parts(html)
    assert html.index("lead") < html.index("nothing to see") < html.index("First one</h2>")
    assert [a["id"] for a in parts.of("details")] == ["section-2"]
    links = [a["href"] for a in parts.of("a") if a["href"].startswith("#section")]
    assert links == ["#section-1", "#section-2"]


def test_what_a_cell_shows_the_analyst_is_on_no_page():
    cell = shown(NOTE)
    cell["metadata"]["tags"] = ["analyst"]
    html = rendered(prose("# Q", "en"), shown(FIGURE), prose("## Deeper", "en"), cell)
    assert "nothing to see" not in html
    assert "Deeper" not in html


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("https://example.org/a?b=1", "https://example.org/a?b=1"),
        ("customer_value/customers.csv", "customer_value/customers.csv"),
        ("../index.html", "../index.html"),
        ("#section-2", "#section-2"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("javascript%3Aalert(1)", None),
        ("data:text/html,<b>", None),
        ("file:///etc/passwd", None),
        ("//example.org/x", None),
        ("/etc/passwd", None),
        ("mailto:a@example.org", None),
    ],
)
def test_links_of_prose_lead_to_the_web_or_beside_the_page(link, href):
    html = rendered(prose(f"## S\n\n[here]({link})", "en"), shown(NOTE))
    body = html[html.index('<div class="prose">') :]
    links = [a.get("href") for a in Parts(body[: body.index("</div>")]).of("a")]
    assert links == ([href] if href else [])
    assert "here" in body


def test_missing_is_a_dash_and_zero_is_zero():
    block = {
        "kind": "table", "title": "t", "note": "", "file": "", "total_rows": 2,
        "columns": [{"key": k, "label": k, "type": "number", "priority": 1} for k in "ab"],
        "rows": [["x", None], ["y", ["0", 0]]],
    }  # fmt: skip
    body = rendered(shown(block)).split("<tbody>")[1].split("</tbody>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)", body.replace("\n", "")) == ["–", "0"]


def test_cells_carry_what_they_sort_by():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"name": ["a"], "net": [12_345.5], "day": [date(2025, 3, 1)]})
    columns = [Column("name", "N"), Column("net", "A", "amount"), Column("day", "D", "date")]
    html = rendered(shown(table(frame, columns, Text("en", "CNY"), title="t")))
    keys = [a["data-v"] for a in Parts(html).of("td") if "data-v" in a]
    assert keys == ["12345.5", "2025-03-01"]


def test_only_tables_beside_the_page_are_linked():
    frame = pytest.importorskip("polars").DataFrame({"a": ["x"]})
    for file, links in (("customers", 2), ("absent", 1)):  # one in the footer for those there
        block = table(frame, [Column("a", "A")], Text("en", "CNY"), title="t", file=file)
        hrefs = [a["href"] for a in Parts(rendered(shown(block))).of("a")]
        assert hrefs.count("customer_value/customers.csv") == links
        assert not [href for href in hrefs if "absent" in href]


@pytest.mark.parametrize("content", [b"", b"a", bytes(range(256)) * 7, "中文<&".encode()])
def test_packed_content_comes_out_as_it_went_in(content: bytes):
    text = bundle.packed(content)
    assert not set(text) & set("<&\\\n\r\0")
    assert unpacked(text) == content


def test_figure_data_comes_out_as_it_went_in():
    parts = Parts(rendered(shown(FIGURE)))
    packed = next(text for a, text in parts.scripts if a.get("id") == "drawings")
    assert json.loads(unpacked(packed)) == {"figure-1": FIGURE["figure"]}


def test_policy_names_every_script_that_runs_and_no_other():
    html = rendered(shown(FIGURE))
    parts = Parts(html)
    policy = next(a["content"] for a in parts.of("meta") if "http-equiv" in a)
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    running = [text for a, text in parts.scripts if "type" not in a]
    packed = next(text for a, text in parts.scripts if a.get("id") == "plotly")
    library = unpacked(packed)
    installed = resources.files("plotly") / "package_data" / "plotly.min.js"
    assert library == installed.read_bytes()
    digests = {
        "'sha256-" + base64.b64encode(hashlib.sha256(code).digest()).decode() + "'"
        for code in [library, *(text.encode() for text in running)]
    }
    assert set(directives["script-src"].split()) == digests
    assert directives["default-src"] == "'none'"
    assert directives["connect-src"] == "'none'"


def test_nothing_is_asked_of_another_address():
    parts = Parts(rendered(shown(FIGURE), shown(NOTE)))
    for tag, attributes in parts.tags:
        assert "src" not in attributes, tag
        if tag == "link":
            assert str(attributes["href"]).startswith("data:")
        assert not [name for name in attributes if name.startswith("on")]


def test_page_without_figures_carries_no_library():
    assert len(rendered(shown(NOTE))) < 60_000


def test_running_title_cannot_end_its_css_string():
    html = rendered(prose('# "; } </style> * { display: none', "en"), shown(NOTE))
    style = html[html.index("<style>") : html.index("</style>")]
    assert "@bottom-left { content: \"\\22 \\3b " in style  # fmt: skip
    assert "display: none }" not in style[style.index("@top-left { content") :].split("\n")[0]


def test_notebook_is_left_as_it_was():
    notebook = v4.new_notebook(cells=[shown(FIGURE), shown(NOTE)])
    before = json.dumps(notebook)
    assert page(notebook, CONTEXT, "zh") == page(notebook, CONTEXT, "zh")
    assert json.dumps(notebook) == before


def test_short_texts_stand_in_one_line_and_longer_ones_have_room_beside_the_gap():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"code": ["G0001", "G0002"], "name": ["一二三四五六七八九", "甲"]})
    columns = [Column("code", "c"), Column("name", "n")]
    html = rendered(shown(table(frame, columns, Text("en", "CNY"), title="t")))
    assert "#table-1 tbody tr > :nth-child(1) { white-space: nowrap }" in html
    long = "#table-1 tr > :nth-child(2) { box-sizing: content-box; min-width: 8.5em }"
    assert long in html


def test_forced_page_says_so_on_top():
    marked = replace(CONTEXT, marked="check_x: <3> rows")
    assert "check_x: &lt;3&gt; rows" in rendered(shown(NOTE), context=marked)
    assert 'class="marked"' not in rendered(shown(NOTE))


def test_headline_is_the_question_and_the_first_four_tiles():
    block = tiles(*(Tile(f"n{n}", f"label {n}", str(n)) for n in range(6)))
    notebook = v4.new_notebook(
        cells=[prose("# 谁？", "zh"), prose("# Who?", "en"), shown(block), shown(definitions())]
    )
    found = headline(notebook)
    assert [found[name]["title"] for name in ("zh", "en")] == ["谁？", "Who?"]
    assert [tile["name"] for tile in found["en"]["tiles"]] == ["n0", "n1", "n2", "n3"]


@pytest.mark.parametrize("template", ["page.html.j2", "portal.html.j2"])
def test_every_word_of_the_template_is_translated(template):
    source = (TEMPLATES / template).read_text("utf-8")
    messages = set(re.findall(r'\btext\(\s*"([^"]+)"', source))
    assert len(messages) > 10
    assert [m for m in sorted(messages) if Text("zh", "")(m) == m] == []
