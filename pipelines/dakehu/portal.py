"""The index of one pipeline: the latest pages, who stands on them, what changed, every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from dakehu import bundle, report_index
from dakehu.comparison import Comparison
from dakehu.portal_comparison import Named, blocks, comparisons
from dakehu.portal_history import Past, past
from dakehu.present.text import LANGUAGES, MISSING, Text
from dakehu.publication import Publication
from dakehu.render import HTML_LANGUAGES, LANGUAGE_NAMES, environment, file, moment

Run = Mapping[str, Any]

UNFOLDED_RUNS = 20
SCRIPTS = ("boot.js", "records.js", "portal.js")
GOOD = ("ok", "unchanged")


@dataclass(frozen=True)
class Entry:
    """A report on the portal.

    `good` is the run behind its latest page, None when it never succeeded; `trouble` the last later
    run that did not bring a new page; `earlier` the runs behind the pages of earlier dates.
    """

    slug: str
    good: Run | None
    trouble: Run | None
    earlier: tuple[Run, ...]

    @property
    def reason(self) -> str:
        """Why the last run brought no page of this report."""
        if self.trouble is None:
            return ""
        own = self.trouble.get("reports", {}).get(self.slug, {}).get("reason")
        return own or self.trouble.get("reason") or ""


def portal(
    directory: Path,
    title: Mapping[str, str],
    runs: Sequence[Run],
    stale_after_days: int | None = None,
) -> str:
    """The portal as HTML, in both languages, the first of `LANGUAGES` shown first.

    `runs` are the records of `history.jsonl`, oldest first; `figures` of a record holds for each
    report what `render.headline` gave. All else is read from the dated folders in `directory`;
    pages that are no longer there are not linked. Pages whose date lies further back than
    `stale_after_days`, if that is known, are marked when the portal is opened.
    """
    found = entries(runs)
    indices = {entry.slug: _index(directory, entry) for entry in found}
    compared = comparisons(Publication(directory))
    editions = [
        _Edition(language, directory, title.get(language) or directory.name)
        for language in LANGUAGES
    ]
    scripts = [file(name) for name in SCRIPTS]
    return (
        environment()
        .get_template("portal.html.j2")
        .render(
            title=title,
            pipeline=directory.name,
            policy=bundle.policy(map(bundle.source, scripts)),
            style=Markup(file("page.css") + file("portal.css")),
            scripts=[Markup(script) for script in scripts],
            editions=editions,
            entries=found,
            parties=report_index.merged(indices.values()),
            spots={e.language: [*e.spots(found, indices)] for e in editions},
            newest=max((entry.good["as_of"] for entry in found if entry.good), default=""),
            compared=compared,
            comparisons={e.language: e.comparisons(compared, found, indices) for e in editions},
            stale_after_days=stale_after_days,
            runs=list(reversed(runs)),
            unfolded=UNFOLDED_RUNS,
            good=GOOD,
        )
    )


def _index(directory: Path, entry: Entry) -> report_index.Index:
    """The index of the report's newest page."""
    folder = directory / entry.good["as_of"] / entry.slug if entry.good else directory
    return report_index.read(folder)


def entries(runs: Sequence[Run]) -> list[Entry]:
    """Every report that a run has tried, in the order of the newest of the fullest runs."""

    def fullness(position: int) -> tuple[int, int]:
        return len(runs[position].get("reports", {})), position

    order = sorted(range(len(runs)), key=fullness, reverse=True)
    slugs = dict.fromkeys(slug for position in order for slug in runs[position].get("reports", {}))
    return [_entry(slug, runs) for slug in slugs]


def _entry(slug: str, runs: Sequence[Run]) -> Entry:
    by_date: dict[str, int] = {}
    for position, run in enumerate(runs):
        if run.get("reports", {}).get(slug, {}).get("status") == "ok":
            by_date[run.get("as_of", "")] = position
    newest = max(by_date, default="")
    last = by_date.get(newest, -1)
    # A later run of an earlier date says nothing about the newest page.
    troubles = [
        run
        for run in runs[last + 1 :]
        if _missed(run, slug) and (not run.get("as_of") or run["as_of"] >= newest)
    ]
    earlier = sorted((day for day in by_date if day != newest), reverse=True)
    return Entry(
        slug,
        runs[last] if by_date else None,
        troubles[-1] if troubles else None,
        tuple(runs[by_date[day]] for day in earlier),
    )


def _missed(run: Run, slug: str) -> bool:
    """Whether `run` should have brought a page of the report and did not.

    A run that ended well or went through its reports has left out only what it was not asked for.
    """
    reports = run.get("reports", {})
    if slug in reports:
        return reports[slug].get("status") != "ok"
    return run.get("status") not in GOOD and not (run.get("status") == "failed" and reports)


@dataclass(frozen=True)
class _Edition:
    """The portal in one language: its words, and links to the pages in that language."""

    language: str
    directory: Path
    company: str

    @property
    def text(self) -> Text:
        return Text(self.language, "")

    @property
    def html_language(self) -> str:
        return HTML_LANGUAGES[self.language]

    @property
    def name(self) -> str:
        return LANGUAGE_NAMES[self.language]

    def status(self, status: str) -> str:
        text = self.text
        words = {
            "ok": text("published"),
            "unchanged": text("nothing had changed"),
            "failed": text("failed"),
            "kept": text("earlier page kept"),
            "refused": text("refused by a data check"),
            "interrupted": text("interrupted"),
            "killed": text("killed"),
        }
        return words.get(status, status)

    def report(self, slug: str) -> str:
        return self.text(slug.replace("_", " ").capitalize())

    def question(self, run: Run, slug: str) -> str:
        return self._headline(run, slug).get("title") or self.report(slug)

    def tiles(self, run: Run, slug: str) -> list[dict[str, Any]]:
        return self._headline(run, slug).get("tiles", [])

    def past(self, entry: Entry) -> Past:
        """The report's figures at the date of its newest page and at the dates before."""
        runs = [run for run in (entry.good, *entry.earlier) if run]
        return past(self.directory, entry.slug, runs)

    def spots(
        self, entries: Sequence[Entry], indices: Mapping[str, report_index.Index]
    ) -> Iterator[dict[str, str]]:
        """The places of all indices, one behind the other, as links of this language."""
        for entry in entries:
            pages = self.pages(entry.good, entry.slug) if entry.good else []
            for spot in indices[entry.slug]["spots"]:
                yield {
                    "page": quote(pages[0][0]) if pages else "",
                    "anchor": spot["anchor"],
                    "by": spot["by"],
                    "report": self.report(entry.slug),
                    "title": spot["title"][self.language],
                }

    def comparisons(
        self,
        compared: Sequence[Comparison],
        entries: Sequence[Entry],
        indices: Mapping[str, report_index.Index],
    ) -> list[list[Any]]:
        """For each earlier date its day in words, and the blocks of what changed since."""
        currencies = {self.past(entry).currency for entry in entries} - {""}
        text = Text(self.language, min(currencies, default=""))
        named = [
            Named(
                entry.slug,
                self.report(entry.slug),
                indices[entry.slug]["labels"].get(self.language, {}),
                [tile["name"] for tile in self.tiles(entry.good or {}, entry.slug)],
            )
            for entry in entries
        ]
        return [
            [text.date(comparison.before), blocks(text, comparison, named)]
            for comparison in compared
        ]

    def _headline(self, run: Run, slug: str) -> dict[str, Any]:
        return run.get("figures", {}).get(slug, {}).get(self.language, {})

    def pages(self, run: Run, slug: str) -> list[tuple[str, str]]:
        """The pages of a run that are still there, as (address, language), this language first."""
        languages = sorted(LANGUAGES, key=lambda name: name != self.language)
        found = [(f"{run.get('as_of', '')}/{slug}.{name}.html", name) for name in languages]
        return [
            (address, LANGUAGE_NAMES[name])
            for address, name in found
            if _is_day(run.get("as_of", "")) and (self.directory / address).is_file()
        ]

    def files(self, run: Run, slug: str) -> list[tuple[str, str]]:
        """What stands beside the page of this language, as (address, what it is)."""
        text, day = self.text, run.get("as_of", "")
        beside = [
            (f"{day}/{slug}.{self.language}.pdf", text("PDF")),
            (f"{day}/{slug}.{self.language}.xlsx", text("Workbook")),
            (f"{day}/{slug}/summary.{self.language}.html", text("Summary for mail")),
        ]
        return [one for one in beside if _is_day(day) and (self.directory / one[0]).is_file()]

    def day(self, run: Run) -> str:
        day = run.get("as_of", "")
        return self.text.date(date.fromisoformat(day)) if _is_day(day) else MISSING

    def when(self, run: Run, key: str = "started_at") -> str:
        try:
            return moment(datetime.fromisoformat(run.get(key) or run["started_at"]), self.language)
        except (KeyError, ValueError):
            return str(run.get(key, MISSING))

    def seconds(self, run: Run) -> str:
        seconds = run.get("seconds")
        if seconds is None:
            return MISSING
        return self.text("{n} s", n=self.text.number(seconds, 0 if seconds >= 10 else 1))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except (TypeError, ValueError):
        return False
