"""A report on one page, as a mail can carry it: no script, no picture, styles in line."""

from __future__ import annotations

from dakehu import bundle
from dakehu.manuscript import Manuscript
from dakehu.present.text import Text
from dakehu.render import HTML_LANGUAGES, PageContext, environment

FINDINGS, TILES, COLUMNS = 6, 9, 2  # what stands on one page, on a phone's width


def digest(manuscript: Manuscript, context: PageContext, language: str) -> str:
    """What the report finds, its key figures and a link to its page, which stands one folder up."""
    findings = [f for item in manuscript.items if item["kind"] == "findings" for f in item["items"]]
    tiles = [t for item in manuscript.items if item["kind"] == "tiles" for t in item["tiles"]]
    tiles = tiles[:TILES]
    return (
        environment()
        .get_template("digest.html.j2")
        .render(
            title=manuscript.title or context.report,
            company=context.title.get(language) or context.pipeline,
            context=context,
            findings=findings[:FINDINGS],
            rows=[tiles[at : at + COLUMNS] for at in range(0, len(tiles), COLUMNS)],
            page=f"{context.report}.{language}.html",
            html_language=HTML_LANGUAGES[language],
            text=Text(language, context.currency),
            policy=bundle.policy(()),
        )
    )
