"""Scorecards and the weight panel in a browser: what it reckons is what Python reckons."""

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from dakehu.analysis.distributor_ranking.explain import contrast
from dakehu.analysis.distributor_ranking.what_if import what_if
from dakehu.present.block import Column, table
from dakehu.present.distributor_ranking.scorecard import scorecard
from dakehu.present.distributor_ranking.weights import weight_panel
from dakehu.present.text import Text
from dakehu.render import page
from distributor_result import ranking, ranking_of
from pages.attack import HOSTILE
from pages.browser import WIDTHS, inspect, opened, wait_until
from pages.specimen import code, context, notebook, prose

pytestmark = pytest.mark.slow

EN = Text("en", "CNY")
FOUND = ranking(30)
TIED = ranking_of(
    {
        name: {"quota_attainment": 1.2, "cash_share": share, "dso_days": days}
        for name, share, days in (("é", 0.5, 10.0), ("z", 0.5, 10.0), ("a", 0.9, 20.0))
    }
)


def written(path: Path, found: SimpleNamespace) -> Path:
    blocks = [
        {language: draw(Text(language, "CNY"), found) for language in ("zh", "en")}
        for draw in (scorecard, weight_panel)
    ]
    report = notebook(prose("zh", "# 问"), prose("en", "# Q"), code(*blocks))
    path.write_text(page(report, context(report="distributor_ranking"), "en"), "utf-8")
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("scorecard") / "page.en.html", FOUND)


def ready(shown: Page) -> None:
    wait_until(
        shown, "document.querySelector('.criteria') && document.querySelector('.weights td')"
    )


def listed(shown: Page) -> list[tuple[str, str, str]]:
    """Rank, name and score as the weight panel shows them, every row."""
    more = shown.locator(".weights .rows")
    if more.is_visible() and more.inner_text().startswith("Show all"):
        more.click()
    rows = shown.locator(".weights tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return [(row[0].split(" ")[0], row[1], row[2].split(" ")[0]) for row in rows]


def expected(found: SimpleNamespace, weights: dict[str, float]) -> list[tuple[str, str, str]]:
    anew = what_if(found.score, found.held, found.policy, weights)
    return [
        ("not" if rank is None else f"{rank}", found.names[one], EN.number(score, 1))
        for one, rank, score in anew.select("distributor_id", "rank", "score").iter_rows()
    ]


def move(shown: Page, weights: dict[str, float]) -> None:
    for name, weight in weights.items():
        shown.locator(f".weights input[id$='-{name}']").evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
            weight,
        )


def test_the_agreed_weights_give_the_official_order(browser: Browser, report: Path):
    official = FOUND.score.ranking
    with opened(browser, report, 1280) as shown:
        ready(shown)
        assert [row for row in listed(shown) if row[0] != "not"] == [
            (f"{rank}", FOUND.names[one], EN.number(score, 1))
            for one, rank, score in official.filter("is_ranked")
            .select("distributor_id", "rank", "score")
            .iter_rows()
        ]
        assert shown.locator(".state").inner_text().startswith("These are the agreed weights")
        assert shown.locator(".reset").is_disabled()


@pytest.mark.parametrize(
    "weights",
    [
        {"capital": 90},
        {"sales": 0, "logistics": 0},
        {"quota_attainment": 0, "dso_days": 100, "fill_rate": 7},
        {"sales": 3, "end_user_share": 100, "cash_share": 1, "stock_days": 0},
    ],
)
def test_other_weights_give_what_python_says(browser: Browser, report: Path, weights):
    wanted = expected(FOUND, weights)
    assert wanted != expected(FOUND, {})
    with opened(browser, report, 1280) as shown:
        ready(shown)
        move(shown, weights)
        assert listed(shown) == wanted
        assert shown.locator(".state").inner_text().startswith("Not the official rank")
        shown.locator(".reset").click()
        assert listed(shown) == expected(FOUND, {})


def test_places_won_and_lost_are_told_against_the_official_rank(browser: Browser, report: Path):
    moves = what_if(FOUND.score, FOUND.held, FOUND.policy, {"capital": 90})["rank_change"]
    with opened(browser, report, 1280) as shown:
        ready(shown)
        move(shown, {"capital": 90})
        listed(shown)
        told = shown.locator(".weights tbody tr").evaluate_all(
            "rows => rows.map(row => row.querySelector('.up, .down')?.textContent ?? '')"
        )
    arrows = ["" if not by else f"{'▲' if by > 0 else '▼'}{abs(by)}" for by in moves]
    assert told == arrows
    assert any(arrows)


def test_ties_and_letters_beyond_ascii_stand_in_the_official_order(
    browser: Browser, tmp_path: Path
):
    with opened(browser, written(tmp_path / "page.en.html", TIED), 1280) as shown:
        ready(shown)
        assert [name for _, name, _ in listed(shown)] == [
            TIED.names[one] for one in TIED.score.ranking["distributor_id"]
        ]
        move(shown, {"cash_share": 0})
        assert listed(shown) == expected(TIED, {"cash_share": 0})
        move(shown, {"sales": 0, "capital": 0})
        assert shown.locator(".state").inner_text().startswith("Every weight is zero")


def test_a_slider_moves_by_keyboard_and_says_its_name(browser: Browser, report: Path):
    with opened(browser, report, 390) as shown:
        ready(shown)
        slider = shown.get_by_role("slider", name="Capital platform")
        slider.press("ArrowRight")
        assert slider.input_value() == "31"
        assert slider.get_attribute("aria-valuetext") == "31 · 30.7%"
        assert shown.locator(".state").inner_text().startswith("Not the official rank")


def test_the_first_stands_open_criterion_by_criterion(browser: Browser, report: Path):
    first = FOUND.score.ranking["distributor_id"][0]
    own = FOUND.explained.filter(pl.col("distributor_id") == first)
    with opened(browser, report, 1280) as shown:
        ready(shown)
        assert FOUND.names[first] in shown.locator(".scorecard h3").inner_text()
        added = shown.locator(".criteria td[data-label='Points added'] .one").all_inner_texts()
    by_criterion = dict(own.select("criterion", "contribution").iter_rows())
    wanted = [by_criterion[name] for name in FOUND.score.panel.criteria]
    assert added[:-2] == [EN.number(one, 1) for one in wanted]
    assert added[-1] == EN.number(FOUND.score.ranking["score"][0], 1)


def test_two_side_by_side_differ_as_python_says(browser: Browser, report: Path):
    one, other = FOUND.score.ranking["distributor_id"][2], FOUND.score.ranking["distributor_id"][7]
    leads = dict(contrast(FOUND.score, one, other).select("criterion", "lead").iter_rows())
    win = FOUND.certainty.pairwise.filter(distributor_id=one, other_id=other)["win_probability"]
    with opened(browser, report, 1280) as shown:
        ready(shown)
        shown.evaluate(f"location.hash = '#scorecard={one}&{other}'")
        wait_until(shown, "document.querySelector('.pair')")
        told = shown.locator(".criteria .lead").all_inner_texts()
        reasons = shown.locator(".reasons").inner_text()
        shown.locator(".single").click()
        assert shown.locator(".pair").count() == 0
    names = [*FOUND.score.panel.criteria, "deductions"]
    wanted = [leads.get(name, 0.0) for name in names]
    assert [float(lead) for lead in told] == pytest.approx([*wanted, sum(wanted)], abs=0.051)
    assert f"in {EN.percent(win.item())} of all draws" in reasons


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_name_in_a_table_opens_its_scorecard(browser: Browser, tmp_path: Path, by: str):
    ids = FOUND.score.ranking["distributor_id"].to_list()
    frame = pl.DataFrame({"who": [FOUND.names[one] for one in ids], "distributor_id": ids})
    columns = [Column("who", "Distributor", opens=("scorecard", "distributor_id"))]
    listing = {name: table(frame, columns, EN, title="All") for name in ("zh", "en")}
    cards = {name: scorecard(Text(name, "CNY"), FOUND) for name in ("zh", "en")}
    path = tmp_path / "page.en.html"
    report = notebook(prose("zh", "# 问"), prose("en", "# Q"), code(listing), code(cards))
    path.write_text(page(report, context(report="distributor_ranking"), "en"), "utf-8")
    heading = "document.querySelector('.scorecard h3')?.firstChild.data"
    with opened(browser, path, 390) as shown:
        wait_until(shown, "document.querySelector('.criteria')")
        for place in (4, 2, 2):  # the same one again, after another was picked by hand
            link = shown.locator(".table tbody a").nth(place)
            if by == "mouse":
                link.click()
            else:
                link.focus()
                shown.keyboard.press("Enter")
            wait_until(shown, f"{heading} === {FOUND.names[ids[place]]!r}")
            wait_until(shown, "document.activeElement.matches('.scorecard')")
            field = shown.locator(".scorecard input").first
            field.press_sequentially(ids[7])
            field.press("Enter")
            wait_until(shown, f"{heading} === {FOUND.names[ids[7]]!r}")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_sound_at_both_widths(browser: Browser, report: Path, width: int):
    assert inspect(browser, report, width).faults == []


def test_two_are_picked_by_keyboard(browser: Browser, report: Path):
    with opened(browser, report, 390) as shown:
        ready(shown)
        own, other = shown.locator(".scorecard input").all()
        for field, name in ((own, "d004"), (other, "d001")):
            field.press_sequentially(name)
            field.press("Enter")
        assert shown.locator(".scorecard h3").all_inner_texts() == [
            "Distributor d004\nd004",
            "Distributor d001\nd001",
        ]
        assert "A veto ranks Distributor d004 behind" in shown.locator(".reasons").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_print_on_one_sheet(browser: Browser, tmp_path: Path, language: str):
    blocks = {name: scorecard(Text(name, "CNY"), FOUND) for name in ("zh", "en")}
    path = tmp_path / "page.html"
    content = notebook(prose("zh", "# 问"), prose("en", "# Q"), code(blocks))
    path.write_text(page(content, context(report="distributor_ranking"), language), "utf-8")
    with opened(browser, path, 1280) as shown:
        wait_until(shown, "document.querySelector('.criteria')")
        shown.evaluate("location.hash = '#scorecard=d000&d001'")
        wait_until(shown, "document.querySelector('.pair')")
        shown.evaluate("window.print = () => {}")
        shown.locator(".print-card").click()
        sheet = shown.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") == 1


def test_hostile_names_stay_text(browser: Browser, tmp_path: Path):
    names = {f"d{place:03}": attack for place, attack in enumerate(HOSTILE)}
    drawn = {one: {"quota_attainment": 0.5 + place / 20, "cash_share": 0.3, "dso_days": 20.0}
             for place, one in enumerate(names)}  # fmt: skip
    path = written(tmp_path / "page.en.html", ranking_of(drawn, names=names))
    for width in WIDTHS:
        assert inspect(browser, path, width).faults == []
    with opened(browser, path, 390) as shown:
        ready(shown)
        for one, attack in names.items():
            shown.evaluate(f"location.hash = '#scorecard={one}&d000'")
            heading = "document.querySelector('.scorecard h3').firstChild.data"
            wait_until(shown, f"{heading} === {attack!r}")
        assert not shown.evaluate("'hit' in window")
        assert shown.evaluate("document.documentElement.scrollWidth <= 390")


def test_without_scripts_the_first_stands_in_a_table(browser: Browser, report: Path):
    session = browser.new_context(java_script_enabled=False)
    shown = session.new_page()
    shown.goto(report.resolve().as_uri())
    first = FOUND.score.ranking["distributor_id"][0]
    assert shown.locator(".scorecard .record h3").inner_text() == FOUND.names[first]
    assert shown.locator(".scorecard tbody tr").count() == len(FOUND.score.panel.criteria)
    assert shown.locator(".weights .note").inner_text().startswith("The sliders need a browser")
    assert shown.locator(".levers").is_hidden()
    session.close()
