"""Shipments: how each line travelled, when it arrived, what it cost and who paid."""

import numpy as np
import polars as pl

from dakehu.demo import days, network

_MODES = ("carrier", "factory_truck", "self_pickup", "rail", "ship")
_RATES = np.array([0.030, 0.036, 0.0, 0.020, 0.011])  # freight by value of goods
_TRANSIT = np.array([2, 1, 0, 4, 1])  # days at the least
_DIRECT, _CHANNEL = (0.60, 0.24, 0.16, 0.0, 0.0), (0.40, 0.38, 0.0, 0.22, 0.0)


def shipments(rng: np.random.Generator, lines: pl.DataFrame) -> pl.DataFrame:
    """One row per delivered line; open, cancelled and returned lines have none."""
    sold = lines.filter(pl.col("doc_type") == "sale", pl.col("status").is_in(["shipped", "part"]))
    # a document travels as one
    draw = rng.random(10_000)[sold["document"].to_numpy() % 10_000]
    direct = sold["kind"].to_numpy() == "direct"
    edges = np.where(direct[:, None], np.cumsum(_DIRECT), np.cumsum(_CHANNEL))
    mode = (draw[:, None] > edges).sum(axis=1).clip(0, 4)
    mode = np.where(sold["group_id"].to_numpy() == network.A, 4, mode)
    mode = np.where(sold["group_id"].to_numpy() == network.B, 1, mode)
    slow = rng.poisson(1.1, 10_000)[(sold["document"].to_numpy() * 7) % 10_000]
    slow = np.where(mode == 2, 0, slow)
    freight = sold["fen"].to_numpy() * _RATES[mode] * rng.uniform(0.7, 1.3, len(sold))
    arrived = pl.col("ship_date") + pl.duration(days=pl.lit(pl.Series(_TRANSIT[mode] + slow)))
    part = pl.col("status") == "part"
    return sold.with_columns(
        ship_no=pl.col("order_id").str.replace("XSDD", "XSCK"),
        delivered_date=pl.when(arrived <= days.LAST).then(arrived),
        shipped=pl.when(part).then((pl.col("quantity") * 0.55).floor()).otherwise("quantity")
        .cast(pl.Int64),
        mode=pl.Series(_MODES).gather(mode),
        freight_fen=pl.Series(np.round(freight).astype(np.int64)),
        freight_payer=pl.when(pl.Series(mode == 2)).then(pl.lit("buyer")).otherwise(pl.lit("us")),
        from_site=pl.lit("一号工厂"),
        batch_no=pl.format("B{}{}", pl.col("ship_date").dt.strftime("%y%m"), "product_id"),
    )  # fmt: skip
