"""What a page for one audience says of itself: whose rows it rests on, and what is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dakehu.present.appendix import N_, table_name
from dakehu.present.text import Text

if TYPE_CHECKING:
    from dakehu.audiences.definition import Scope

KINDS = {
    "regions": N_("Of the whole company only this went into this page, region: {names}."),
    "teams": N_("Of the whole company only this went into this page, team: {names}."),
    "distributors": N_("Of the whole company only this went into this page, distributor: {names}."),
}


def sentences(text: Text, scope: Scope) -> list[str]:
    """What a reader has to know before any number of the page."""
    names = text(", ").join(scope.values)
    said = [
        text(KINDS[scope.kind], names=names),
        text("Every total, share and rank is among these rows, not within the whole company."),
        text(
            "Left out: what belongs to others, stock and targets of the whole company, and the "
            "page on data quality. Parties and places of others that these rows touch are numbers."
        ),
    ]
    if scope.unplaced:
        listed = text(", ").join(
            f"{table_name(text, name)} {text.number(count, 0)}"
            for name, count in scope.unplaced.items()
        )
        said.append(
            text(
                "Rows left out because nobody can tell to whom they belong: {tables}.",
                tables=listed,
            )
        )
    said.append(
        text("Personal data is masked.")
        if scope.is_masked
        else text("Personal data is shown as it was loaded.")
    )
    return said
