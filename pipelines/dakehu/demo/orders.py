"""Order lines: documents by party and year, lines by product, amounts exact to the cent."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.demo import accounts, catalogue, days, lots, network


@dataclass(frozen=True)
class Shift:
    """A factor on the sales of a region from a day on, or up to a last day."""

    region: str
    factor: float
    start: dt.date
    end: dt.date = days.LAST


CAMPAIGN = Shift("XN", 1.5, dt.date(2025, 6, 1), dt.date(2025, 7, 31))
STEP = Shift("DB", 1.18, dt.date(2024, 7, 1))
FLAT = (accounts.STEADY, network.B)  # the same all year: no factor moves them
GASOLINE_SHARE = 0.62  # of the gasoline family's direct sales in 2025, held by class A


def documents(
    rng: np.random.Generator, groups: pl.DataFrame, branches: pl.DataFrame,
    distributors: pl.DataFrame, scale: float,
) -> pl.DataFrame:  # fmt: skip
    """One row per order: party, account, day; day is a position in ``days.DAYS``."""
    direct = accounts.years(groups).with_columns(kind=pl.lit("direct"))
    channel = accounts.years(distributors).with_columns(
        kind=pl.when(pl.col("group_id") == network.HOARDER)
        .then(pl.lit("hoarder"))
        .otherwise(pl.lit("distributor"))
    )
    plan = pl.concat([direct, channel]).sort("group_id", "year")
    plan = plan.with_columns(size=_order_counts(rng, plan, scale))
    count = plan["size"].to_numpy()
    owner = np.repeat(np.arange(len(plan)), count)
    position = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    orders = plan[owner]
    share = (position + 0.5 + rng.uniform(-0.35, 0.35, len(owner))) / count[owner]
    irregular = (
        plan.select(lots.lot(lots.number_of("group_id"), 1, 3) == 0).to_series().to_numpy()[owner]
    )
    irregular &= orders["kind"].to_numpy() == "direct"
    share = np.where(irregular, rng.random(len(owner)), share)
    orders = orders.with_columns(day=_days(orders, share))
    return orders.with_columns(customer_id=_accounts(rng, orders, branches))


def lines(
    rng: np.random.Generator, orders: pl.DataFrame, groups: pl.DataFrame, products: pl.DataFrame,
    places: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """One row per line with quantity, amount in fen and cost; returns are rows of their own."""
    count = 1 + rng.poisson(np.where(orders["kind"].to_numpy() == "direct", 0.9, 1.5))
    fixed = orders["group_id"].is_in([accounts.KIT_TENDER]).to_numpy()
    count = np.where(fixed, 1, count)
    frame = orders.with_columns(document=pl.int_range(pl.len()), line_count=pl.Series(count))
    frame = frame[np.repeat(np.arange(len(orders)), count)]
    class_a = set(groups.filter("class_a")["group_id"])
    frame = frame.join(places, on="customer_id", how="left", maintain_order="left").with_columns(
        class_a=pl.col("group_id").is_in(class_a)
    )
    frame = frame.with_columns(product=_products(rng, frame))
    frame = frame.with_columns(weight=_weights(rng, frame)).sort("group_id", "year", "document")
    frame = _share_gasoline(frame)
    amount = _split(frame, frame["weight"].to_numpy())
    price = _prices(rng, frame, products)
    frame, price = _small_packs(frame, products, price, amount)
    quantity = np.maximum(np.floor(amount / 100 / price), 1).astype(np.int64)
    quantity = np.where(frame["group_id"].to_numpy() == accounts.KIT_TENDER, 12_400, quantity)
    frame = _with_returns(rng, frame.with_columns(quantity=quantity))
    fen = _split(frame, frame["weight"].to_numpy())
    cost = products["std_cost"].to_numpy()[frame["product"].to_numpy()]
    return frame.with_columns(
        fen=fen,
        cost_fen=np.round(frame["quantity"].to_numpy() * cost * 100).astype(np.int64),
    )


def _order_counts(rng: np.random.Generator, plan: pl.DataFrame, scale: float) -> np.ndarray:
    amount = plan["amount"].to_numpy()
    direct = np.clip(0.0125 * np.sqrt(amount) * rng.lognormal(0, 0.2, len(plan)), 1, 44)
    channel = np.clip(0.015 * np.sqrt(amount), 20, 120) * max(scale, 0.3)
    count = np.round(np.where(plan["kind"].to_numpy() == "direct", direct, channel)).astype(
        np.int64
    )
    group = plan["group_id"].to_numpy()
    count = np.where(group == accounts.STEADY, 24, count)
    return np.where(np.isin(group, [accounts.KIT_TENDER, accounts.ONE_OFF]), 1, count)


def _days(orders: pl.DataFrame, share: np.ndarray) -> np.ndarray:
    low, high = days.year_bounds(orders["year"].to_numpy())
    group, year = orders["group_id"].to_numpy(), orders["year"].to_numpy()
    for leaver, last in accounts.LEAVERS.items():
        end = days.index(dt.date.fromisoformat(last)) + 1
        high = np.where((group == leaver) & (year == 2025), end, high)
        # the last orders come further and further apart before the silence
        share = np.where((group == leaver) & (year == 2025), share**1.6, share)
    low = np.where((group == network.A) & (year == 2024), days.index(dt.date(2024, 10, 8)), low)
    kind = orders["kind"].to_numpy()
    found = np.zeros(len(orders), dtype=np.int64)
    for name in ("direct", "distributor", "hoarder"):
        here = kind == name
        found[here] = days.place(days.order_density(name), low[here], high[here], share[here])
    for leaver, last in accounts.LEAVERS.items():
        mine = np.flatnonzero((group == leaver) & (year == 2025))
        found[mine[-1:]] = days.index(dt.date.fromisoformat(last))
    first = np.flatnonzero((group == network.A) & (year == 2024))[:1]
    found[first] = days.index(dt.date(2024, 10, 8))
    found = np.where(group == accounts.ONE_OFF, days.index(dt.date(2023, 9, 14)), found)
    return np.where(group == accounts.KIT_TENDER, days.index(dt.date(2024, 11, 20)), found)


def _accounts(rng: np.random.Generator, orders: pl.DataFrame, branches: pl.DataFrame) -> pl.Series:
    spans = branches.group_by("group_id").agg(first=pl.col("customer_id").min(), accounts=pl.len())
    found = orders.join(spans, on="group_id", how="left", maintain_order="left").with_columns(
        skip=(pl.Series(rng.random(len(orders)) ** 1.7) * pl.col("accounts")).floor().cast(pl.Int64)
    )
    number = (pl.col("first").str.slice(1).cast(pl.Int64) + pl.col("skip")).cast(pl.String)
    branch = pl.concat_str([pl.lit("C"), number.str.zfill(5)])
    return found.select(pl.coalesce(branch, "group_id").alias("customer_id")).to_series()


def _mixes(rng: np.random.Generator, frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Each party's cumulative family mix, and the party's number for every line."""
    names = frame["group_id"].unique(maintain_order=True).sort()
    party = frame["group_id"].cast(pl.Enum(names)).to_physical().to_numpy()
    distributor = names.str.starts_with("D").to_numpy()
    class_a = names.is_in(frame.filter("class_a")["group_id"].implode()).to_numpy()
    base = np.where(
        distributor[:, None],
        np.array([family[2] for family in catalogue.FAMILIES]),
        np.array([family[3] for family in catalogue.FAMILIES]),
    )
    base[:, catalogue.GASOLINE] *= np.where(class_a, 2.6, 1.0)
    spread = np.where(distributor, 6.0, np.where(class_a, 2.5, 0.8))[:, None]
    mix = rng.gamma(base * 8 * spread + 1e-9) + 1e-12
    only = (names == accounts.ONE_OFF).to_numpy() | (names == accounts.KIT_TENDER).to_numpy()
    mix[only] = np.eye(len(catalogue.FAMILIES))[catalogue.EQUIPMENT]
    return np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1), party


def _products(rng: np.random.Generator, frame: pl.DataFrame) -> np.ndarray:
    mix, party = _mixes(rng, frame)
    family = (rng.random(len(frame))[:, None] > mix[party]).sum(axis=1).clip(0, 7)
    width = np.where(family == catalogue.EQUIPMENT, 3, 8)
    # a distributor keeps to five products of a family, so that its stock turns
    width = np.where((frame["kind"].to_numpy() != "direct") & (width == 8), 5, width)
    product = family * 8 + np.floor(width * rng.random(len(frame)) ** 1.5).astype(np.int64)
    day = days.DAYS[frame["day"].to_numpy()]
    early = (product == catalogue.NEW_PRODUCT) & (day < np.datetime64(catalogue.NEW_SINCE))
    product = np.where(early, catalogue.NEW_PRODUCT - 3, product)
    late = (product == catalogue.OLD_PRODUCT) & (day > np.datetime64(catalogue.OLD_UNTIL))
    product = np.where(late, catalogue.SUCCESSOR, product)
    group = frame["group_id"].to_numpy()
    product = np.where(group == accounts.ONE_OFF, catalogue.TENDER_SYSTEM, product)
    return np.where(group == accounts.KIT_TENDER, catalogue.TENDER_KIT, product)


def _weights(rng: np.random.Generator, frame: pl.DataFrame) -> np.ndarray:
    direct = frame["kind"].to_numpy() == "direct"
    weight = rng.lognormal(0, np.where(direct, 0.35, 0.25))
    # a distributor fills a truck, whatever the number of lines
    weight = np.where(direct, weight, weight / frame["line_count"].to_numpy())
    day, region = frame["day"].to_numpy(), frame["region_id"].to_numpy()
    weight *= np.exp(np.log(1.2) * day / 365)  # growth within the year, no step in January
    inside = (day >= days.index(CAMPAIGN.start)) & (day <= days.index(CAMPAIGN.end))
    weight *= np.where(inside & (region == CAMPAIGN.region), CAMPAIGN.factor, 1)
    after = (day >= days.index(STEP.start)) & (region == STEP.region)
    weight *= np.where(after, STEP.factor, 1)
    flat = np.isin(frame["group_id"].to_numpy(), FLAT)
    return np.where(flat, 1 + 0.1 * rng.random(len(frame)), weight)


def _share_gasoline(frame: pl.DataFrame) -> pl.DataFrame:
    """Weigh class A's gasoline lines so that A holds the planted share of the family in 2025."""
    this_year = (frame["year"] == 2025).to_numpy() & (frame["kind"] == "direct").to_numpy()
    gasoline = (frame["product"] // 8 == catalogue.GASOLINE).to_numpy() & this_year
    class_a = frame["class_a"].to_numpy()
    weight = frame["weight"].to_numpy()
    low, high = 0.02, 50.0
    for _ in range(40):
        middle = np.sqrt(low * high)
        amount = _split(frame, np.where(gasoline & class_a, weight * middle, weight))
        held = amount[gasoline & class_a].sum() / amount[gasoline].sum()
        low, high = (middle, high) if held < GASOLINE_SHARE else (low, middle)
    return frame.with_columns(weight=np.where(gasoline & class_a, weight * middle, weight))


def _split(frame: pl.DataFrame, weight: np.ndarray) -> np.ndarray:
    """Fen per line that add up exactly to each party's year; the frame is sorted by them."""
    run = frame.select(pl.struct("group_id", "year").rle_id()).to_series().to_numpy()
    total = (frame["amount"].to_numpy() * 100).round().astype(np.int64)
    sums = np.bincount(run, weight)
    before = np.concatenate([[0.0], np.cumsum(sums)])[run]
    edge = np.round(total * (np.cumsum(weight) - before) / sums[run]).astype(np.int64)
    last = np.append(run[1:] != run[:-1], True)
    edge = np.where(last, total, edge)
    start = np.concatenate([[True], last[:-1]])
    return edge - np.where(start, 0, np.concatenate([[0], edge[:-1]]))


def _prices(rng: np.random.Generator, frame: pl.DataFrame, products: pl.DataFrame) -> np.ndarray:
    """Yuan per unit, without tax, that each line aims at."""
    product, group = frame["product"].to_numpy(), frame["group_id"].to_numpy()
    direct = frame["kind"].to_numpy() == "direct"
    level = np.where(direct, np.where(frame["class_a"].to_numpy(), 0.90, 0.94), 0.84)
    level = np.where(group == network.DIVERTER, 0.80, level)
    level = np.where(group == network.VICTIM, 0.855, level)
    level = np.where(group == accounts.WILDCAT, 0.755, level)
    level = level * rng.uniform(0.985, 1.015, len(frame))
    risen = frame["day"].to_numpy() >= days.index(days.PRICE_RISE)
    price = products["list_price"].to_numpy()[product] * level * np.where(risen, 1.03, 1.0)
    cost = products["std_cost"].to_numpy()[product]
    return np.where(_inverted(frame), cost * 0.93, price)


def _inverted(frame: pl.DataFrame) -> np.ndarray:
    """The lines that K sells below cost: some of the wildcat's."""
    mine = (frame["group_id"] == accounts.WILDCAT).to_numpy()
    return mine & (np.cumsum(mine) % 3 == 0)


def _small_packs(
    frame: pl.DataFrame, products: pl.DataFrame, price: np.ndarray, amount: np.ndarray
) -> tuple[pl.DataFrame, np.ndarray]:
    product = frame["product"].to_numpy()
    family = product // 8
    small = np.where(family == catalogue.EQUIPMENT, catalogue.EQUIPMENT_SMALL, catalogue.SMALL_PACK)
    few = (amount / 100 < 5 * price) & (product != catalogue.TENDER_SYSTEM)
    chosen = np.where(few, family * 8 + small, product)
    # the price keeps its distance to cost, so that a line sold below cost stays one
    listed, cost = products["list_price"].to_numpy(), products["std_cost"].to_numpy()
    base = np.where(
        _inverted(frame), cost[chosen] / cost[product], listed[chosen] / listed[product]
    )
    return frame.with_columns(product=chosen), price * base


def _with_returns(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """Red-ink rows: part of a line comes back 10 to 40 days later, in the same year."""
    frame = frame.with_row_index("line").with_columns(origin=pl.lit(None, dtype=pl.UInt32))
    later = frame["day"].to_numpy() + rng.integers(10, 41, len(frame))
    _, year_end = days.year_bounds(frame["year"].to_numpy())
    open_end = ~frame["group_id"].is_in([*accounts.LEAVERS, accounts.KIT_TENDER]).to_numpy()
    fit = (frame["quantity"].to_numpy() >= 8) & (later < year_end) & open_end
    chosen = fit & (rng.random(len(frame)) < 0.014)
    back = np.ceil(frame["quantity"].to_numpy() * rng.uniform(0.03, 0.2, len(frame)))
    returned = frame.with_columns(
        weight=pl.col("weight") * pl.Series(-back) / pl.col("quantity"),
        quantity=pl.Series(-back).cast(pl.Int64),
        day=pl.Series(later),
        origin=pl.col("line"),
        line=pl.col("line") + len(frame),
    ).filter(pl.Series(chosen))
    return pl.concat([frame, returned]).sort("group_id", "year", "line")
