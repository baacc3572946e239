"""How much of the company's sales goes through distributors, and through the largest of them."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.concentration import measures


def dependence(
    monthly: pl.DataFrame, company: pl.DataFrame, months: int, key_count: int
) -> pl.DataFrame:
    """Shares of company sales over the rolling `months` that end with each month.

    Columns: month, net_amount (company), distributor_amount, key_amount (the `key_count` largest
    distributors of that window), top_amount (the largest), distributor_share, key_share,
    top_share. Months before the first full window are left out.
    """
    first = pl.col("month").dt.offset_by(f"-{months - 1}mo").alias("first")
    full = pl.col("first") >= pl.col("month").min()
    windows = company.select("month", first).filter(full)
    in_window = pl.col("month").is_between(pl.col("first"), pl.col("end"))
    spans = windows.rename({"month": "end"})
    company_sums = _sums(company.join(spans, how="cross").filter(in_window))
    sizes = (
        monthly.join(spans, how="cross")
        .filter(in_window)
        .group_by("end", "distributor_id")
        .agg(pl.col("net_amount").sum())
        .sort(["end", "net_amount", "distributor_id"], descending=[False, True, False])
    )
    top = sizes.group_by("end").agg(
        pl.col("net_amount").head(key_count).sum().alias("key_amount"),
        pl.col("net_amount").first().alias("top_amount"),
    )
    whole = pl.col("net_amount").cast(pl.Float64)
    return (
        company_sums.join(top, on="end", how="left")
        .with_columns(pl.col("key_amount", "top_amount").fill_null(0))
        .with_columns(
            pl.when(whole > 0)
            .then(pl.col(f"{part}_amount").cast(pl.Float64) / whole)
            .alias(f"{part}_share")
            for part in ("distributor", "key", "top")
        )
        .rename({"end": "month"})
        .sort("month")
    )


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("end").agg(pl.col("net_amount", "distributor_amount").sum())


def concentration(ranking: pl.DataFrame, by_month: pl.DataFrame) -> pl.DataFrame:
    """Dependence on distributors and concentration among them, in the window that ends last.

    Shares of the company: distributor_share, key_share, top_share. Among the distributors with net
    amount > 0 of `ranking`, as shares of their sum: the measures of `analysis.concentration`.
    Columns: metric, value; a metric without sales to divide by is missing or left out.
    """
    latest = by_month.tail(1)
    values: dict[str, float | None] = {
        name: latest[name].item() if latest.height else None
        for name in ("distributor_share", "key_share", "top_share")
    }
    amounts = ranking.filter(pl.col("net_amount") > 0)["net_amount"].cast(pl.Float64)
    if amounts.len():
        values |= measures(amounts.to_numpy())
    return pl.DataFrame(
        {"metric": list(values), "value": list(values.values())},
        schema={"metric": pl.String, "value": pl.Float64},
    )
