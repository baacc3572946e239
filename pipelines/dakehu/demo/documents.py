"""What stands on an order document: numbers, channel, people, status, where it goes."""

import datetime as dt

import numpy as np
import polars as pl

from dakehu.demo import accounts, catalogue, days, lots, network, orders

STOCK_OUT = (dt.date(2025, 9, 8), dt.date(2025, 9, 21))
CANCELLED_LINES = 16


def numbered(
    rng: np.random.Generator, lines: pl.DataFrame, groups: pl.DataFrame, products: pl.DataFrame
) -> pl.DataFrame:
    """One row per line of a document, in the order of the documents' numbers."""
    frame = _with_lost_sales(rng, lines, products)
    frame = frame.with_columns(
        order_date=pl.Series(days.DAYS).gather(frame["day"]),
        doc_type=pl.when(pl.col("quantity") < 0).then(pl.lit("return")).otherwise(pl.lit("sale")),
        product_id=products["product_id"].gather(frame["product"]),
        family=products["family"].gather(frame["product"]),
        # a return is a document of its own
        origin_document=pl.when(pl.col("origin").is_not_null()).then("document"),
        document=pl.coalesce(pl.col("origin").cast(pl.Int64) + 10_000_000, "document"),
    ).sort("order_date", "document", "line")
    month = pl.col("order_date").dt.strftime("%Y%m")
    sequence = pl.col("document").rle_id()
    frame = frame.with_columns(month=month, sequence=sequence)
    number = (pl.col("sequence") - pl.col("sequence").min().over("month") + 1).cast(pl.String)
    prefix = pl.when(pl.col("doc_type") == "return").then(pl.lit("XSTH")).otherwise(pl.lit("XSDD"))
    frame = frame.with_columns(
        order_id=pl.concat_str([prefix, "month", number.str.zfill(5)]),
        line_no=pl.int_range(pl.len()).over("document") + 1,
    )
    frame = _with_channel(frame, groups)
    return _with_terms(frame)


def _with_lost_sales(
    rng: np.random.Generator, lines: pl.DataFrame, products: pl.DataFrame
) -> pl.DataFrame:
    """Lines of the sold-out product: new ones cancelled, those sold delivered in part."""
    start, end = (days.index(day) for day in STOCK_OUT)
    short = pl.col("day").is_between(start, end) & (pl.col("kind") == "direct")
    hit = short & (pl.col("product") == catalogue.SHORT_PRODUCT) & (pl.col("quantity") > 4)
    frame = lines.with_columns(
        status=pl.when(hit).then(pl.lit("part")).otherwise(pl.lit("shipped"))
    )
    pool = frame.filter(short, pl.col("quantity") > 0).unique("document", maintain_order=True)
    take = min(CANCELLED_LINES, len(pool))
    chosen = pool[np.sort(rng.choice(len(pool), take, replace=False))]
    price = products["list_price"][catalogue.SHORT_PRODUCT] * 0.96
    quantity = pl.Series(rng.integers(3, 8, take))
    cost = products["std_cost"][catalogue.SHORT_PRODUCT]
    lost = chosen.with_columns(
        product=pl.lit(catalogue.SHORT_PRODUCT, dtype=pl.Int64),
        quantity=quantity,
        fen=(quantity * round(price * 100)).cast(pl.Int64),
        cost_fen=(quantity * round(cost * 100)).cast(pl.Int64),
        status=pl.lit("cancelled"),
        line=pl.col("line") + 20_000_000,
        weight=pl.lit(0.0),
    )
    return pl.concat([frame, lost])


def _with_channel(frame: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Channel, tender, and who won the account against who serves it."""
    government = groups.filter(
        (pl.col("role") == "government") | (pl.col("group_id") == accounts.ONE_OFF)
    )["group_id"]
    served = _served(groups)
    frame = frame.join(served, on="group_id", how="left", maintain_order="left")
    tender = pl.col("group_id").is_in(government.to_list())
    direct = pl.col("kind") == "direct"
    online = direct & (lots.lot(lots.number_of("group_id"), 11, 20) == 0)
    own = direct | (lots.lot(lots.number_of("group_id"), 5, 4) != 0)
    third = lots.lot(lots.number_of("group_id"), 17, 2) == 0
    fulfilled = direct & third & (pl.col("order_date") >= dt.date(2024, 1, 1))
    return frame.with_columns(
        channel=pl.when(~direct).then(pl.lit("distributor")).when(tender).then(pl.lit("tender"))
        .when(online).then(pl.lit("online")).otherwise(pl.lit("direct")),
        tender_id=pl.when(tender).then(pl.format("ZB{}-{}", "year", "group_id")),
        developed_by=pl.when(own).then(pl.lit("own")).otherwise(pl.lit("distributor")),
        fulfilled_by=pl.when(fulfilled).then("served_by"),
        contract_id=pl.when(direct & pl.col("class_a"))
        .then(pl.format("KJ{}-{}", "year", "group_id")),
        promo_id=pl.when(
            (pl.col("region_id") == orders.CAMPAIGN.region)
            & pl.col("order_date").is_between(orders.CAMPAIGN.start, orders.CAMPAIGN.end)
        ).then(pl.lit("EV-2025-02")),
    )  # fmt: skip


def _served(groups: pl.DataFrame) -> pl.DataFrame:
    """Small accounts that K's own team won and a distributor of their province delivers to."""
    by_place = {
        "330000": "D05", "410000": "D06", "210000": "D09", "430000": "D12", "130000": "D04",
        "440000": "D03", "610000": "D10", "350000": "D13",
    }  # fmt: skip
    small = groups.filter(
        pl.col("territory_id").is_in(list(by_place)), pl.col("role") == "customer",
        pl.col("amount_2025").is_between(100_000, 900_000), pl.col("rank") > 151,
    ).sort("group_id")  # fmt: skip
    return small.select("group_id", served_by=pl.col("territory_id").replace_strict(by_place)).head(
        accounts.FULFILLED_GROUPS * 2
    )


def _with_terms(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates asked for and promised, seller, organisation and open status at the end."""
    asked = 3 + lots.lot(pl.col("document"), 23, 8)
    ready = pl.col("order_date") + pl.duration(days=1 + lots.lot(pl.col("document"), 29, 4))
    second_tier = lots.lot(pl.col("document"), 31, 5)
    behind_b = pl.format("X02{}", (second_tier + 1).cast(pl.String).str.zfill(3))
    still_open = (ready > days.LAST) & (pl.col("doc_type") == "sale")
    return frame.with_columns(
        ship_date=ready,
        requested_date=pl.col("order_date") + pl.duration(days=asked),
        promised_date=pl.col("order_date") + pl.duration(days=asked + 1),
        status=pl.when(still_open & (pl.col("status") == "shipped"))
        .then(pl.lit("open"))
        .otherwise("status"),
        person_id=pl.format(
            "S{}", (lots.lot(lots.number_of("group_id"), 3, 24) + 1).cast(pl.String).str.zfill(2)
        ),
        org_id=pl.col("region_id"),
        # B's goods go straight to its four second-tier wholesalers and one outlet
        ship_to_customer_id=pl.when(pl.col("group_id") == network.B)
        .then(behind_b)
        .otherwise("customer_id"),
        ship_to_territory_id=pl.col("territory_id"),
    )


def net_sales() -> pl.Expr:
    """The lines that count as net sales: all but the cancelled ones."""
    return pl.col("status") != "cancelled"


def is_distributor() -> pl.Expr:
    """Lines bought by a distributor (not those that it delivers for K)."""
    return pl.col("group_id").str.contains(r"^D\d\d$")


def outages() -> pl.DataFrame:
    """The documented stock-out."""
    start, end = STOCK_OUT
    return pl.DataFrame(
        {
            "product_id": ["HY04"],
            "start_ts": [f"{start} 08:00:00"],
            "end_ts": [f"{end} 18:00:00"],
        }
    )
