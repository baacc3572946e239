"""Tables of the sales forecast."""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.sales_forecast.headline import REASONS, model_name, named_regions, total_model
from dakehu.present.text import Text


def months_table(text: Text, result: Any) -> BlockData:
    """The total, month by month."""
    frame = result.table("forecast")
    if frame.is_empty():
        return note(text("The total is not forecast."))
    columns = [
        Column("month", text("Month"), "month"),
        Column("mean_amount", text("Forecast"), "amount"),
        Column("low_80_amount", text("80% from"), "amount"),
        Column("high_80_amount", text("80% to"), "amount"),
        Column("low_95_amount", text("95% from"), "amount", 2),
        Column("high_95_amount", text("95% to"), "amount", 2),
    ]
    return table(
        frame, columns, text, title=text("Total by month"), file="forecast", note=_gone(text, frame)
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


def regions_table(text: Text, result: Any) -> BlockData:
    """Every region: just past, next, and how good its forecasts were."""
    frame = result.table("outlook", "region")
    if frame.is_empty():
        return note(text("No region is forecast."))
    wape = _region_accuracy(result)
    frame = named_regions(text, frame).join(wape, on="key", how="left", maintain_order="left")
    models = [
        model_name(text, model, is_seasonal)
        for model, is_seasonal in frame.select("model", "is_seasonal").iter_rows()
    ]
    columns = [
        Column("key_name", text("Region")),
        Column("last_amount", text("Last {n} months", n=result.horizon_months), "amount", 2),
        Column("forecast_amount", text("Next {n} months", n=result.horizon_months), "amount"),
        Column("growth", text("Change"), "change"),
        Column("low_80_amount", text("80% from"), "amount", 2),
        Column("high_80_amount", text("80% to"), "amount", 2),
        Column("wape", text("Past error (WAPE)"), "percent", 2),
        Column("model_name", text("Model"), "text", 3),
    ]
    return table(
        frame.with_columns(pl.Series("model_name", models, dtype=pl.String)),
        columns,
        text,
        title=text("Regions"),
        file="outlook",
        note=text("By sales just past. The regions need not add up to the total yet."),
    )


def _region_accuracy(result: Any) -> pl.DataFrame:
    """WAPE of the model used, over all past days, weighted by the months judged."""
    used = result.table("outlook", "region").select("key", "model")
    past = result.table("backtest", "region").join(used, on=["key", "model"])
    known = past.filter(pl.col("wape").is_not_null())
    return known.group_by("key").agg(
        (pl.col("wape") * pl.col("actual_amount")).sum() / pl.col("actual_amount").sum()
    )


def accuracy_table(text: Text, result: Any) -> BlockData:
    """WAPE, bias and coverage of both models, for the total and over the regions."""
    overall = result.tables["accuracy"].filter(
        pl.col("horizon").is_null() & (pl.col("model") != "chosen")
    )
    if overall.is_empty():
        return note(text("No backtest: the history is too short to hold anything back."))
    is_seasonal = total_model(result)[1]
    levels = {"total": text("Total"), "region": text("Regions")}
    frame = overall.sort("level", "model", descending=[True, False]).with_columns(
        pl.col("level").replace_strict(levels, default=None).alias("of"),
        pl.Series(
            "name",
            [
                model_name(text, model, is_seasonal)
                for model in overall.sort("level", "model", descending=[True, False])["model"]
            ],
        ),
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
    return table(frame, columns, text, title=text("How good such forecasts were"), file="accuracy")


def left_out_table(text: Text, result: Any) -> BlockData:
    """Series that are not forecast, with the reason."""
    frame = result.tables["not_forecast"]
    if frame.is_empty():
        return note(text("Every series is forecast."), "")
    columns = [
        Column("key_name", text("Region")),
        Column("reason_text", text("Why not")),
        Column("month_count", text("Months"), "count", 2),
        Column("last_amount", text("Sales, last 12 months"), "amount"),
    ]
    reasons = [text(REASONS[reason]) for reason in frame["reason"]]
    return table(
        named_regions(text, frame).with_columns(pl.Series("reason_text", reasons, dtype=pl.String)),
        columns,
        text,
        title=text("Not forecast"),
        file="not_forecast",
    )
