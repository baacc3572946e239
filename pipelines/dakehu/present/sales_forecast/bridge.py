"""Why the landing changed since the last forecast: a waterfall of parts that sum to the change."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.bars import rows_axis, waterfall
from dakehu.present.block import BlockData, figure, note
from dakehu.present.sales_forecast.landing import period_of
from dakehu.present.text import Text
from dakehu.present.theme import layout

COMPONENTS = {
    "new_actuals": N_("Sales of months closed since, less their forecast"),
    "restated": N_("Corrections of earlier months"),
    "model": N_("Model"),
    "pipeline": N_("Open deals"),
    "calendar": N_("Calendar"),
    "events": N_("Events"),
}
SHORT = COMPONENTS | {"new_actuals": N_("New actuals"), "restated": N_("Corrections")}
ROW_HEIGHT, FRAME_HEIGHT = 40, 90


def moved(result: Any) -> list[tuple[str, Any]]:
    """The parts of the change that are not zero, largest first: component, amount."""
    parts = result.bridge.components.filter(pl.col("amount") != 0)
    largest = parts.sort(pl.col("amount").abs(), "component", descending=[True, False])
    return list(largest.iter_rows())


def without(text: Text, result: Any) -> str:
    """Why there is no bridge."""
    if result.is_first_run:
        return text(
            "No earlier forecast is kept: why the forecast moves can be told from the next run on."
        )
    return text("The last forecast does not cover this period: what moved it cannot be told.")


def bridge_figure(text: Text, result: Any) -> BlockData:
    """From the last forecast of the running period to this one."""
    if result.bridge is None:
        return note(without(text, result), "")
    found = result.bridge
    steps = found.components.filter(pl.col("amount") != 0)
    names = [
        text("Last forecast"),
        *(text(SHORT[name]) for name in steps["component"]),
        text("This forecast"),
    ]
    changes = [float(amount) for amount in steps["amount"]]
    amounts = [float(found.previous_amount), *changes, float(found.current_amount)]
    scale = text.money_scale(max(abs(amounts[0]), abs(amounts[-1])))
    trace = waterfall(text, names, amounts, scale.divisor)
    levels = [amounts[0]]
    for change in changes:
        levels.append(levels[-1] + change)
    low, high = min(levels), max(levels)
    room = max(high - low, 0.02 * abs(high))
    fig = go.Figure(
        [trace],
        layout(
            showlegend=False,
            yaxis=rows_axis(names),
            xaxis={
                "title": {"text": text("Sales ({unit})", unit=scale.unit)},
                "range": [(low - 1.2 * room) / scale.divisor, (high + 1.2 * room) / scale.divisor],
                "nticks": 5,
            },
        ),
    )
    return figure(
        fig,
        title=text(
            "Why the forecast of {period} changed", period=period_of(text, result, found.period)
        ),
        summary=text(
            "From {previous} to {amount}: {change}.",
            previous=text.amount(found.previous_amount),
            amount=text.amount(found.current_amount),
            change=text.signed(found.change_amount),
        ),
        note=text(
            "Last forecast: that of {date}. The axis does not begin at zero, so that the steps can"
            " be seen.",
            date=text.date(found.made_on),
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(names),
    )
