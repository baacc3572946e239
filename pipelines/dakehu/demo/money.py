"""Invoices, payments, credit terms and the costs of serving an account."""

import datetime as dt

import numpy as np
import polars as pl

from dakehu.demo import accounts, days, lots, network
from dakehu.demo.exports import tax_fen

OVERDUE_SINCE = dt.date(2025, 4, 1)
STEADY_INVESTMENT, STEADY_SERVICE = 5_000_000, 500_000
PROMOTION_RATE = {network.DIVERTER: 0.035}
WILDCAT_SERVICE_RATE = 0.35


def credit_terms(sales: pl.DataFrame) -> pl.DataFrame:
    """Limit in yuan and days by buying account; B's limit was raised in 2025."""
    yearly = sales.filter(pl.col("year") == pl.col("year").max().over("customer_id"))
    frame = yearly.group_by("customer_id", "group_id", "kind", "class_a").agg(
        fen=pl.col("fen").sum()
    )
    draw = lots.lot(lots.number_of("group_id"), 41, 4)
    term = (
        pl.when(pl.col("group_id") == network.A).then(0)
        .when(pl.col("group_id") == network.B).then(60)
        .when(pl.col("group_id") == accounts.ONE_OFF).then(90)
        .when(pl.col("class_a")).then(60)
        .when(pl.col("kind") == "direct").then(30 + 15 * draw)
        .otherwise(30 + 15 * (draw % 3))
    )  # fmt: skip
    frame = frame.with_columns(term_days=term).with_columns(
        credit_limit=(pl.col("fen") / 100 * 1.13 / 365 * (pl.col("term_days") + 30) * 1.25 / 1000)
        .ceil().cast(pl.Int64) * 1000,
        valid_from=pl.lit("2023-01-01"), valid_to=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    b = frame.filter(pl.col("group_id") == network.B)
    early = b.with_columns(
        credit_limit=(pl.col("credit_limit") * 3) // 4, valid_to=pl.lit("2025-01-01")
    )
    later = b.with_columns(valid_from=pl.lit("2025-01-01"))
    rest = frame.filter(pl.col("group_id") != network.B)
    return pl.concat([rest, early, later]).sort("customer_id", "valid_from")


def invoices(sales: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """One row per document that left the house; amounts in fen with tax, returns negative."""
    due = terms.group_by("customer_id").agg(pl.col("term_days").last())
    frame = (
        sales.filter(pl.col("status") != "open", pl.col("ship_date") <= days.LAST)
        .with_columns(gross=pl.col("fen") + tax_fen())
        .group_by("order_id", maintain_order=True)
        .agg(
            pl.col("customer_id", "group_id", "doc_type", "ship_date").first(),
            pl.col("document", "origin_document").first(),
            pl.col("gross").sum(),
        )
        .join(due, on="customer_id", how="left", maintain_order="left")
    )  # fmt: skip
    return frame.with_columns(
        invoice_no=pl.format("FP{}", pl.col("order_id").str.slice(2)),
        due_date=pl.col("ship_date") + pl.duration(days=pl.col("term_days")),
    ).sort("ship_date", "invoice_no")


def payments(invoiced: pl.DataFrame) -> pl.DataFrame:
    """One row per account and month in which it paid; nobody pays more than was invoiced."""
    back = invoiced.filter(pl.col("doc_type") == "return").group_by(
        document="origin_document"
    ).agg(returned=pl.col("gross").sum())  # fmt: skip
    group = lots.number_of("group_id")
    habit = lots.lot(group, 43, 10)
    # one party in ten pays a month late, one in five two weeks
    late = pl.when(habit == 0).then(30).when(habit < 3).then(14).otherwise(0)
    jitter = lots.lot(pl.col("document"), 47, 11) - 3
    prompt = pl.col("group_id") == network.A
    paid = (
        invoiced.filter(pl.col("doc_type") == "sale")
        .join(back, on="document", how="left", maintain_order="left")
        .with_columns(
            amount=pl.col("gross") + pl.col("returned").fill_null(0),
            pay_date=pl.col("due_date")
            + pl.duration(days=pl.when(prompt).then(0).otherwise(late + jitter)),
            stuck=(pl.col("group_id") == accounts.OVERDUE) & (pl.col("ship_date") >= OVERDUE_SINCE),
        )
        .with_columns(pay_date=pl.max_horizontal("pay_date", "ship_date"))
        .filter(pl.col("pay_date") <= days.LAST, ~pl.col("stuck"), pl.col("amount") > 0)
    )
    monthly = (
        paid.group_by("customer_id", "group_id", month=pl.col("pay_date").dt.truncate("1mo"))
        .agg(pl.col("pay_date").max(), pl.col("amount").sum())
        .sort("pay_date", "customer_id")
    )
    draw = lots.lot(group + pl.col("month").dt.month(), 53, 10)
    method = (
        pl.when(pl.col("group_id") == network.A).then(pl.lit("prepaid"))
        .when(pl.col("group_id") == network.B).then(pl.lit("bank_acceptance"))
        .when(draw < 5).then(pl.lit("transfer")).when(draw < 8).then(pl.lit("bank_acceptance"))
        .when(draw < 9).then(pl.lit("commercial_acceptance")).otherwise(pl.lit("cash"))
    )  # fmt: skip
    return monthly.with_columns(method=method).with_columns(
        bill_due_date=pl.when(pl.col("method").str.ends_with("acceptance")).then(
            pl.col("pay_date") + pl.duration(days=180)
        ),
        payment_no=pl.format(
            "SKD{}{}", pl.col("pay_date").dt.strftime("%Y%m"),
            (pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(6),
        ),
    )  # fmt: skip


def costs(rng: np.random.Generator, sales: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Cost to serve in fen by account, day and kind, beside goods and freight."""
    yearly = (
        sales.with_columns(quarter=pl.col("order_date").dt.quarter())
        .group_by("group_id", "kind", "year", "class_a", "quarter")
        .agg(fen=pl.col("fen").sum().clip(0))
        .sort("group_id", "year", "quarter")
    )
    story = pl.col("group_id").is_in([accounts.STEADY, accounts.WILDCAT])
    direct = yearly.filter(pl.col("kind") == "direct", ~story)
    wild = yearly.filter(pl.col("group_id") == accounts.WILDCAT)
    channel = yearly.filter(pl.col("kind") != "direct")
    parts = [
        _cost(direct, rng.uniform(0.008, 0.03, len(direct)), "service"),
        _cost(
            direct.filter(pl.col("quarter") == 1),
            rng.uniform(0.005, 0.02, int((direct["quarter"] == 1).sum())), "presale",
        ),
        _cost(wild, np.full(len(wild), WILDCAT_SERVICE_RATE), "service"),
        _cost(
            channel,
            channel["group_id"].replace_strict(PROMOTION_RATE, default=0.010).to_numpy(),
            "promotion",
        ),
        _steady(),
    ]  # fmt: skip
    head = heads.select("group_id", "customer_id")
    return (
        pl.concat(parts)
        .filter(pl.col("cost_fen") > 0)
        .join(head, on="group_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("customer_id", "group_id"))
        .sort("date", "customer_id", "cost_type")
    )


def _cost(frame: pl.DataFrame, rate: np.ndarray, kind: str) -> pl.DataFrame:
    return frame.select(
        "group_id",
        date=pl.date(pl.col("year"), pl.col("quarter").cast(pl.Int32) * 3, 20),
        cost_type=pl.lit(kind),
        cost_fen=(pl.col("fen") * pl.Series(rate)).round().cast(pl.Int64),
        alloc_rule=pl.lit("直接归集"),
    )


def _steady() -> pl.DataFrame:
    """Article 7: five million to win the account, half a million in each later year."""
    return pl.DataFrame(
        {
            "group_id": [accounts.STEADY] * 3,
            "date": [dt.date(2023, 2, 15), dt.date(2024, 6, 20), dt.date(2025, 6, 20)],
            "cost_type": ["presale", "service", "service"],
            "cost_fen": [STEADY_INVESTMENT * 100, STEADY_SERVICE * 100, STEADY_SERVICE * 100],
            "alloc_rule": ["直接归集"] * 3,
        }
    )
