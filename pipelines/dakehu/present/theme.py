"""One look for every figure: colours for light and dark paper, quiet axes, room for labels."""

from __future__ import annotations

from typing import Any

# Distinguishable in the common forms of colour blindness and on both backgrounds.
BLUE, ORANGE, GREEN, RED, VIOLET, GREY = (
    "#2f7ed8",
    "#e8871e",
    "#2a9d6f",
    "#d1495b",
    "#8661c1",
    "#8a93a0",
)
COLORWAY = [BLUE, ORANGE, GREEN, VIOLET, RED, GREY]
BAND_80 = "rgba(47,126,216,0.28)"
BAND_95 = "rgba(47,126,216,0.13)"
# From little to much; on light and on dark paper a number in ink stands out from all of it.
SCALE = [[0, "rgba(47,126,216,0.04)"], [1, "rgba(47,126,216,0.65)"]]


def layout(**changes: Any) -> dict[str, Any]:
    """Layout that every figure starts from; the page sets ink and grid colours by its theme."""
    base: dict[str, Any] = {
        "colorway": COLORWAY,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "xaxis": {"automargin": True, "zeroline": False},
        "yaxis": {"automargin": True, "zeroline": False},
        "hovermode": "closest",
        "hoverlabel": {"align": "left"},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "xanchor": "left"},
        "bargap": 0.25,
    }
    for key, value in changes.items():
        both_dicts = isinstance(value, dict) and isinstance(base.get(key), dict)
        base[key] = base[key] | value if both_dicts else value
    return base


def label(name: str, width: int = 16) -> str:
    """A name from data as it may stand in a figure: shortened, and without plotly's own markup."""
    short = name if len(name) <= width else name[: width - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;")
