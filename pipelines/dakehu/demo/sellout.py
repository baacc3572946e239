"""Sell-out of the distributors and the stock that is left at each month's end."""

import datetime as dt

import numpy as np
import polars as pl

from dakehu.demo import days, network

MONTHS = 36
DIVERTED_SHARE = {2023: 0.03, 2024: 0.06}
DIVERTED_2025 = (0.14, 0.22, 0.28, 0.34)  # by quarter
CHAIN_SHARE = 0.20
STRAY_SHARE = 0.005
SILENT_SINCE = dt.date(2025, 7, 1)
_LINES = {network.A: 112, network.B: 0}
_RESALE = {
    "customer": 0.98,
    "retailer": 0.95,
    "second_tier": 0.92,
    "chain_ka": 0.91,
    "outside": 0.84,
}


def flows(sales: pl.DataFrame, distributors: pl.DataFrame) -> pl.DataFrame:
    """Per distributor, product and month: bought, sold on, and stock at the month's end."""
    codes = distributors["customer_id"]
    bought = np.zeros((len(codes), 60, MONTHS), dtype=np.int64)
    channel = sales.filter(pl.col("kind") != "direct").select(
        party=pl.col("group_id").cast(pl.Enum(codes)).to_physical(),
        product="product",
        month=(pl.col("order_date").dt.year() - 2023) * 12 + pl.col("order_date").dt.month() - 1,
        quantity="quantity",
    )
    np.add.at(
        bought,
        tuple(channel[name].to_numpy() for name in ("party", "product", "month")),
        channel["quantity"].to_numpy(),
    )
    sold, stock = _passed_on(bought, codes.to_list())
    party, product, month = np.nonzero((sold > 0) | (stock > 0))
    return pl.DataFrame(
        {
            "distributor_id": codes.gather(party), "product": product, "month": month,
            "bought": bought[party, product, month], "sold": sold[party, product, month],
            "stock": stock[party, product, month],
        }
    )  # fmt: skip


def sell_out(
    rng: np.random.Generator, flow: pl.DataFrame, buyers: pl.DataFrame, products: pl.DataFrame
) -> pl.DataFrame:
    """One row per line sold on: day, buyer, product, quantity, amount in fen without tax."""
    cells = flow.filter(pl.col("sold") > 0).with_columns(
        price=products["list_price"].gather(flow.filter(pl.col("sold") > 0)["product"])
    )
    rows = pl.concat([_rows_of_b(rng, cells, buyers), _rows_of_others(rng, cells, buyers)])
    rows = rows.sort("distributor_id", "month", "product", "buyer")
    rows = _quantities(rows).filter(pl.col("quantity") > 0)
    rows = rows.join(buyers, left_on="buyer", right_on="customer_id", maintain_order="left")
    return _terms(rng, rows.with_columns(day=_days(rng, rows)), products)


def _passed_on(bought: np.ndarray, codes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """What leaves is smooth, what comes in is not; a distributor cannot sell what it lacks."""
    padded = np.pad(bought.astype(float), ((0, 0), (0, 0), (2, 2)), mode="edge")
    near = (padded[:, :, 1:-3] + padded[:, :, 2:-2] + padded[:, :, 3:-1]) / 3
    wide = (padded[:, :, :-4] + padded[:, :, 4:] + 3 * near) / 5
    hoards = np.array([code == network.HOARDER for code in codes])[:, None, None]
    wanted = np.where(hoards, wide, near)
    known = np.array([code != network.A for code in codes])[:, None]
    stock = np.ceil(wanted[:, :, :6].mean(axis=2) * 1.2 * known).astype(np.int64)
    sold, left = np.zeros_like(bought), np.zeros_like(bought)
    for month in range(bought.shape[2]):
        there = stock + bought[:, :, month]
        sold[:, :, month] = np.clip(np.round(wanted[:, :, month]), 0, np.maximum(there, 0))
        stock = np.maximum(there - sold[:, :, month], 0)
        left[:, :, month] = stock
    return sold, left


def _rows_of_b(rng: np.random.Generator, cells: pl.DataFrame, buyers: pl.DataFrame) -> pl.DataFrame:
    """Every product of B goes to all four second-tier wholesalers and to one outlet."""
    mine = cells.filter(pl.col("distributor_id") == network.B)
    big = buyers.filter(pl.col("distributor_id") == network.B, pl.col("role") == "second_tier")
    small = buyers.filter(pl.col("distributor_id") == network.B, pl.col("role") == "retailer")
    outlet = small["customer_id"].gather(rng.integers(0, len(small), len(mine)))
    wide = mine.join(big.select(buyer="customer_id", part="weight"), how="cross")
    rest = mine.with_columns(buyer=outlet, part=pl.lit(0.22))
    return pl.concat([wide, rest])


def _rows_of_others(
    rng: np.random.Generator, cells: pl.DataFrame, buyers: pl.DataFrame
) -> pl.DataFrame:
    frame = cells.filter(pl.col("distributor_id") != network.B)
    value = pl.col("sold") * pl.col("price")
    month = ("distributor_id", "month")
    frame = frame.with_columns(
        size=pl.when(pl.col("distributor_id") == network.A)
        .then(_LINES[network.A])
        .otherwise((value.sum().over(month) / 55_000).clip(18, 55))
    )
    lines = (value / value.sum().over(month) * pl.col("size")).round().clip(1, pl.col("sold"))
    count = frame.select(lines.cast(pl.Int64)).to_series().to_numpy()
    frame = frame.drop("size")[np.repeat(np.arange(len(frame)), count)]
    parts = [
        part.with_columns(buyer=_buyers(rng, code, part, buyers))
        for (code,), part in frame.partition_by("distributor_id", as_dict=True).items()
    ]
    rows = pl.concat(parts)
    part = pl.Series(rng.uniform(0.8, 1.2, len(rows)))
    return rows.with_columns(part=part)


def _buyers(
    rng: np.random.Generator, code: str, part: pl.DataFrame, buyers: pl.DataFrame
) -> pl.Series:
    mine = buyers.filter(pl.col("distributor_id") == code)
    if code == network.A:
        return _new_faces(rng, part, mine)
    weight = mine["weight"].to_numpy()
    chosen = rng.choice(len(mine), len(part), p=weight / weight.sum())
    month = part["month"].to_numpy()
    if code == network.DIVERTER:
        chosen = _redirect(rng, chosen, part, mine, "outside", _diverted(month))
    if code == network.CHAIN_FLOW:
        chosen = _redirect(rng, chosen, part, mine, "chain_ka", np.full(len(part), CHAIN_SHARE))
    return mine["customer_id"].gather(chosen)


def _new_faces(rng: np.random.Generator, part: pl.DataFrame, mine: pl.DataFrame) -> pl.Series:
    """A's pick-ups: each of the hundred end users comes at most once or so a month."""
    month = part["month"].to_numpy()
    order = np.lexsort((rng.random(len(part)), month))
    rank = np.empty(len(part), dtype=np.int64)
    rank[order] = np.arange(len(part)) - np.searchsorted(month[order], month[order])
    users = (mine["role"] == "customer").to_numpy()
    end, other = np.flatnonzero(users), np.flatnonzero(~users)
    user = end[(rank - rank // 4 + month * 37) % len(end)]
    trade = other[(rank // 4 + month * 5) % len(other)]
    return mine["customer_id"].gather(np.where(rank % 4 == 3, trade, user))


def _diverted(month: np.ndarray) -> np.ndarray:
    quarter = np.asarray(DIVERTED_2025)[np.clip((month - 24) // 3, 0, 3)]
    return np.where(
        month < 12, DIVERTED_SHARE[2023], np.where(month < 24, DIVERTED_SHARE[2024], quarter)
    )


def _redirect(
    rng: np.random.Generator, chosen: np.ndarray, part: pl.DataFrame, mine: pl.DataFrame,
    kind: str, share: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Send a share of each month's lines elsewhere, large lines and small ones alike."""
    there = np.flatnonzero((mine["kind"] == kind).to_numpy())
    size = part["sold"].to_numpy() / part.select(pl.len().over("month", "product")).to_series()
    rank = np.argsort(np.lexsort((-size, part["month"].to_numpy())))
    away = (rank * 0.6180339887) % 1 < share
    return np.where(away, rng.choice(there, len(chosen)), chosen)


def _quantities(rows: pl.DataFrame) -> pl.DataFrame:
    """Split what left in a month over its lines in whole units, nothing lost."""
    cell = (
        rows.select(pl.struct("distributor_id", "month", "product").rle_id()).to_series().to_numpy()
    )
    part, sold = rows["part"].to_numpy(), rows["sold"].to_numpy()
    sums = np.bincount(cell, part)
    before = np.concatenate([[0.0], np.cumsum(sums)])[cell]
    edge = np.round(sold * (np.cumsum(part) - before) / sums[cell]).astype(np.int64)
    first = np.append(True, cell[1:] != cell[:-1])
    edge = np.where(np.append(first[1:], True), sold, edge)
    quantity = edge - np.where(first, 0, np.concatenate([[0], edge[:-1]]))
    return rows.with_columns(quantity=pl.Series(quantity))


def _days(rng: np.random.Generator, rows: pl.DataFrame) -> np.ndarray:
    starts = np.array(
        [days.index(dt.date(2023 + m // 12, m % 12 + 1, 1)) for m in range(MONTHS)]
        + [len(days.DAYS)]
    )
    month = rows["month"].to_numpy()
    density = days.order_density("direct")
    return days.place(density, starts[month], starts[month + 1], rng.random(len(rows)))


def _terms(rng: np.random.Generator, rows: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    size = len(rows)
    a, b = pl.col("distributor_id") == network.A, pl.col("distributor_id") == network.B
    draw = pl.Series(rng.random(size))
    user = pl.col("role") == "customer"
    resale = pl.col("kind").replace_strict(_RESALE, return_dtype=pl.Float64)
    risen = pl.when(pl.col("day") >= days.index(days.PRICE_RISE)).then(1.03).otherwise(1.0)
    noise = pl.Series(rng.uniform(0.985, 1.015, size))
    cash = (
        pl.when(a).then(pl.when(user).then(0.93).otherwise(0.55)).when(b).then(0.0).otherwise(0.45)
    )
    stray = (pl.col("distributor_id") == network.STRAY) & (draw < STRAY_SHARE)
    mode = (
        pl.when(draw < cash)
        .then(pl.lit("cash"))
        .when(~a & ~b & (draw > 0.9))
        .then(pl.lit("bill"))
        .otherwise(pl.lit("credit"))
    )
    rows = rows.with_columns(
        doc_date=pl.Series(days.DAYS).gather(rows["day"]),
        fen=(pl.col("quantity") * pl.col("price") * resale * risen * noise * 100)
        .round()
        .cast(pl.Int64),
        pay_mode=mode,
        ship_to_territory_id=pl.when(stray).then(pl.lit("450000")).otherwise("territory_id"),
        pick=pl.int_range(pl.len()).over("distributor_id") % 4,
        product_id=products["product_id"].gather(rows["product"]),
    )
    b_days = pl.Series([30, 30, 60, 90, 30]).gather(rows["number"].clip(1, 5) - 1)
    other_days = pl.Series([30, 30, 45, 60]).gather(rows["number"] % 4)
    return rows.with_columns(
        term_days=pl.when(pl.col("pay_mode") == "cash").then(0).when(b).then(b_days)
        .when(pl.col("pay_mode") == "bill").then(90).when(a).then(15).otherwise(other_days),
        pick_mode=pl.when(b).then(pl.lit("factory_truck"))
        .when(pl.col("pick") < pl.when(a).then(2).otherwise(1))
        .then(pl.lit("self_pickup")).otherwise(pl.lit("own_delivery")),
        batch_no=pl.format("B{}{}", pl.col("doc_date").dt.strftime("%y%m"), "product_id"),
        reported_at=pl.col("doc_date") + pl.duration(days=1 + pl.col("number") % 4),
    ).filter(
        (pl.col("distributor_id") != network.SILENT_REPORTER) | (pl.col("doc_date") < SILENT_SINCE)
    ).sort("doc_date", "distributor_id", "buyer", "product_id")  # fmt: skip
