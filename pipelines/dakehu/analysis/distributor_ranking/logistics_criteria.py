"""What the logistics platform is judged by: haulage, freight, service and stock (P10-7, P10-8)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dakehu.analysis.distributor_ranking.ratios import ratio
from dakehu.analysis.distributor_ranking.structure import told_rows
from dakehu.analysis.distributor_ranking.window import Window


def logistics_criteria(read: Mapping[str, pl.DataFrame], window: Window) -> list[pl.DataFrame]:
    """Monthly parts of P10-7, P10-8 and P9-5; see `ratios`."""
    sold = told_rows(read["sell_out"], read["coverage"], window)
    shipped = read["shipments"].filter(window.within)
    due = read["fulfilment"].filter(window.within)
    # Where nobody writes down the day of arrival, nothing can be said of being on time.
    dated = due if due["dated_count"].sum() else due.clear()
    freight = pl.col("freight_amount").fill_null(0)
    return [
        ratio(sold, "self_pickup_share", pl.col("self_pickup_amount"), pl.col("picked_amount")),
        ratio(sold, "own_haul_share", pl.col("own_haul_amount"), pl.col("picked_amount")),
        ratio(shipped, "delivered_share", pl.col("delivered_count"), pl.col("line_count")),
        ratio(shipped, "factory_paid_share", pl.col("factory_paid_amount"), pl.col("payer_amount")),
        ratio(shipped, "freight_per_unit", freight, pl.col("freighted_quantity")),
        ratio(shipped, "freight_ratio", freight, pl.col("freighted_amount")),
        ratio(due, "fill_rate", pl.col("filled_amount"), pl.col("ordered_amount")),
        ratio(dated, "otif_share", pl.col("otif_count"), pl.col("line_count")),
        _stock_days(read, window),
    ]


def _stock_days(read: Mapping[str, pl.DataFrame], window: Window) -> pl.DataFrame:
    """Stock / mean daily sell-out, both at what the distributor paid: months with both known."""
    counted = told_rows(read["stock"], read["coverage"], window).drop_nulls("stock_amount")
    lengths = read["months"].select(
        "month", days=(pl.col("last_date") - pl.col("first_date")).dt.total_days() + 1
    )
    stock = pl.col("stock_amount").cast(pl.Float64) * pl.col("days")
    return ratio(counted.join(lengths, on="month"), "stock_days", stock, pl.col("sold_cost_amount"))
