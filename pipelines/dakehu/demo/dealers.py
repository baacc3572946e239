"""The planted truth about the distributors, measured on the frames behind the files."""

import numpy as np
import polars as pl

from dakehu.demo import days, downstream, network, targets
from dakehu.demo.amounts import total, yuan
from dakehu.demo.company import Company


def a_and_b(company: Company) -> dict[str, object]:
    """Article 10: the two distributors on every criterion that the article compares."""
    sold = company.sell_out.filter(pl.col("doc_date").dt.year() == 2025)
    bought = (
        company.sales.filter(pl.col("kind") != "direct")
        .group_by("group_id", "year")
        .agg(pl.col("fen").sum())
    )
    rank = bought.filter(year=2025).sort("fen", descending=True)["group_id"].to_list()
    found = {}
    for name, code in (("A", network.A), ("B", network.B)):
        mine = sold.filter(pl.col("distributor_id") == code)
        share = _shares(mine)
        found[name] = {
            "distributor_id": code, "sales_rank_2025": rank.index(code) + 1,
            "net_amount": {
                str(year): yuan(total(bought.filter(group_id=code, year=year)))
                for year in days.YEARS
            },
            "first_order_date": str(company.lines.filter(group_id=code)["order_date"].min()),
            "end_user_share": _part(mine, pl.col("is_end_user")),
            "end_users": mine.filter(pl.col("is_end_user"))["buyer"].n_unique(),
            "cr4": float(share[:4].sum()), "hhi": float((share**2).sum() * 10_000),
            "worst_loss_share": float(share[0]),
            "cash_share": _part(mine, pl.col("pay_mode") == "cash"),
            "self_pickup_share": _part(mine, pl.col("pick_mode") == "self_pickup"),
            "credit_days": _days(mine),
            "new_face_ratio": _new_faces(mine),
        }  # fmt: skip
    found["relative_growth_of_b"] = 1.02 / 1.24
    found["b_second_tier"] = [f"X02{i:03d}" for i in range(1, 5)]
    return found


def diversion(company: Company) -> dict[str, object]:
    """Article 3: the diverter, its victim, the benign chain and the strays."""
    home = dict(company.distributors.select("customer_id", "territory_id").iter_rows())
    mine = company.sell_out.filter(pl.col("distributor_id") == network.DIVERTER)
    out = mine.with_columns(
        away=pl.col("ship_to_territory_id") != home[network.DIVERTER],
        quarter=pl.format("{}Q{}", pl.col("doc_date").dt.year(), pl.col("doc_date").dt.quarter()),
    )
    quarterly = out.group_by("quarter").agg(
        share=pl.col("quantity").filter("away").sum() / pl.col("quantity").sum()
    ).sort("quarter")  # fmt: skip
    chain = company.sell_out.filter(pl.col("distributor_id") == network.CHAIN_FLOW, _of_2025())
    amount = company.distributors.select("customer_id", "amount_2024", "amount_2025")
    victim = amount.filter(pl.col("customer_id") == network.VICTIM).row(0)
    stray = company.sell_out.filter(
        pl.col("distributor_id") == network.STRAY,
        pl.col("ship_to_territory_id") != home[network.STRAY],
    )
    return {
        "distributor_id": network.DIVERTER, "into_territory": downstream.DIVERTED_TO,
        "out_of_territory_share": dict(quarterly.iter_rows()),
        "out_of_territory_share_2025": _away(out.filter(_of_2025())),
        "quota_2025": targets.DIVERTER_QUOTA, "capacity": 36_000_000,
        "victim_id": network.VICTIM, "victim_growth_2025": victim[2] / victim[1] - 1,
        "benign_chain": {
            "distributor_id": network.CHAIN_FLOW, "downstream_role": "chain_ka",
            "share_2025": total(chain.filter(kind="chain_ka"), "quantity")
            / total(chain, "quantity"),
        },
        "stray": {"distributor_id": network.STRAY, "rows": len(stray),
                  "note": "single deliveries, below any threshold"},
    }  # fmt: skip


def _part(frame: pl.DataFrame, which: pl.Expr) -> float:
    return total(frame.filter(which)) / total(frame)


def _shares(frame: pl.DataFrame) -> np.ndarray:
    by_buyer = frame.group_by("buyer").agg(pl.col("fen").sum()).sort("fen", "buyer")
    return by_buyer["fen"].to_numpy()[::-1] / total(frame)


def _days(frame: pl.DataFrame) -> float:
    weighted = frame.select(product=pl.col("term_days") * pl.col("fen"))
    return total(weighted, "product") / total(frame)


def _new_faces(frame: pl.DataFrame) -> float:
    """Buyers / days on which each came, over the months; what it took on one day was one visit."""
    monthly = frame.group_by("month").agg(
        faces=pl.col("buyer").n_unique(), visits=pl.struct("buyer", "doc_date").n_unique()
    )
    return total(monthly, "faces") / total(monthly, "visits")


def _of_2025() -> pl.Expr:
    return pl.col("doc_date").dt.year() == 2025


def _away(frame: pl.DataFrame) -> float:
    return total(frame.filter("away"), "quantity") / total(frame, "quantity")
