"""Tables of the sales forecast."""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.sales_forecast.labels import REASONS
from dakehu.present.sales_forecast.words import (
    CHOSEN,
    MANY,
    NAIVE,
    ONE,
    joined,
    model_name,
    named,
    part,
    total_model,
)
from dakehu.present.text import Text


def months_table(text: Text, result: Any) -> BlockData:
    """The total, month by month."""
    frame = result.table("forecast")
    if frame.is_empty():
        return note(text("The total is not forecast."))
    days = part(result, "working_days")
    if days is not None:
        frame = frame.join(days, on="month", how="left", maintain_order="left")
    columns = [
        Column("month", text("Month"), "month"),
        Column("mean_amount", text("Forecast"), "amount"),
        Column("low_80_amount", text("80% from"), "amount"),
        Column("high_80_amount", text("80% to"), "amount"),
        Column("low_95_amount", text("95% from"), "amount", 2),
        Column("high_95_amount", text("95% to"), "amount", 2),
        Column("working_day_count", text("Working days"), "count", 3),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Total by month"),
        file="forecast",
        note=joined(text, [_gone(text, frame), _unannounced(text, frame)]),
    )


def _unannounced(text: Text, frame: pl.DataFrame) -> str:
    """From when on working days are not the State Council's."""
    if "is_published" not in frame.columns or frame["is_published"].all():
        return ""
    return text(
        "Working days from {month} on are not announced yet: they know weekends and days off by"
        " law, no make-up days.",
        month=text.month(min(frame.filter(~pl.col("is_published"))["month"].to_list())),
    )


def _gone(text: Text, frame: pl.DataFrame) -> str:
    """Which intervals are missing, in words."""
    without_80 = frame["low_80_amount"].null_count()
    without_95 = frame["low_95_amount"].null_count()
    if not without_95:
        return ""
    if not without_80:
        return text(
            "The last {n} months have no 95% interval: too few past errors so far ahead.",
            n=without_95,
        )
    return text(
        "The last {n} months have no 80% interval and the last {m} none of 95%: too few past "
        "errors so far ahead.",
        n=without_80,
        m=without_95,
    )


def accuracy_table(text: Text, result: Any) -> BlockData:
    """WAPE, bias and coverage in the backtest: every model for the total, two for each level."""
    told = (pl.col("level") == "total") | pl.col("model").is_in([CHOSEN, NAIVE])
    overall = result.tables["accuracy"].filter(
        pl.col("horizon").is_null(), pl.col("level").is_in(list(MANY)), told
    )
    if overall.is_empty():
        return note(text("No backtest: the history is too short to hold anything back."))
    is_seasonal = total_model(result)[1]
    order = pl.col("level").replace_strict({level: at for at, level in enumerate(MANY)})
    overall = overall.sort(order, pl.col("model") != CHOSEN, "wape", "model")
    names = [model_name(text, model, is_seasonal) for model in overall["model"]]
    frame = overall.with_columns(
        pl.col("level").replace({level: text(name) for level, name in MANY.items()}).alias("of"),
        pl.Series("name", names, dtype=pl.String),
    )
    columns = [
        Column("of", text("Series")),
        Column("name", text("Model")),
        Column("wape", text("WAPE"), "percent"),
        Column("bias", text("Bias"), "change"),
        Column("mase", text("MASE"), "number", 2),
        Column("coverage_80", text("80% held"), "percent", 2),
        Column("coverage_95", text("95% held"), "percent", 2),
        Column("cutoff_count", text("Past days"), "count", 3),
        Column("month_count", text("Months judged"), "count", 3),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("How good such forecasts were in the backtest"),
        file="accuracy",
    )


def left_out_table(text: Text, result: Any) -> BlockData:
    """Series that are not forecast, with the reason."""
    frame = result.tables["not_forecast"]
    if frame.is_empty():
        return note(text("Every series is forecast."), "")
    columns = [
        Column("key_name", text("Series")),
        Column("level_name", text("Level"), "text", 2),
        Column("reason_text", text("Why not")),
        Column("month_count", text("Months"), "count", 2),
        Column("last_amount", text("Sales, last 12 months"), "amount"),
    ]
    reasons = [text(REASONS[reason]) for reason in frame["reason"]]
    return table(
        named(text, frame).with_columns(
            pl.Series("reason_text", reasons, dtype=pl.String),
            level_name=pl.col("level").replace({name: text(one) for name, one in ONE.items()}),
        ),
        columns,
        text,
        title=text("Not forecast"),
        file="not_forecast",
    )
