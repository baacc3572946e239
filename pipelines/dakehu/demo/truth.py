"""The planted truth, with its numbers, as tests and reports should find it.

Stories that were planted by a rule stand with the rule's numbers; what came out of chance (shares,
counts) is measured on the frames that the files were cut from. Amounts are yuan without tax.
"""

import polars as pl

from dakehu.demo import (
    accounts,
    catalogue,
    days,
    dealers,
    documents,
    money,
    network,
    orders,
    selling,
)
from dakehu.demo.amounts import total, yuan
from dakehu.demo.company import Company

_YEAR = pl.col("year") == 2025


def of(company: Company, *, scale: float, seed: int) -> dict[str, object]:
    """Story -> its numbers; everything that JSON can hold."""
    return {
        "seed": seed,
        "scale": scale,
        "as_of": str(days.LAST),
        "rows": {
            "order_lines": len(company.lines), "sell_out": len(company.sell_out),
            "shipments": len(company.shipments), "invoices": len(company.invoices),
            "payments": len(company.payments), "products": len(company.products),
            "direct_accounts": len(company.branches), "direct_groups": len(company.groups),
            "distributors": len(company.distributors), "downstream": len(company.buyers),
        },
        "company": _totals(company),
        "class_a": _class_a(company),
        "given_classes": {
            "named_and_not_class_a": sorted(accounts.NAMED),
            "class_a_and_not_named": company.groups.filter(
                "class_a", pl.col("group_id").is_in(accounts.NOT_NAMED)
            )["group_id"].to_list(),
        },
        "one_off_and_steady": {
            "one_off_group": accounts.ONE_OFF, "one_off_amount": accounts.ONE_OFF_AMOUNT,
            "one_off_year": 2023, "steady_group": accounts.STEADY,
            "steady_amount_each_year": accounts.STEADY_AMOUNT,
            "steady_investment": money.STEADY_INVESTMENT,
            "steady_service_a_year": money.STEADY_SERVICE,
            "steady_cumulative_cost_ratio": [0.5, 0.275, 0.2],
        },
        "a_and_b": dealers.a_and_b(company),
        "diversion": dealers.diversion(company),
        "hoarding": {
            "distributor_id": network.HOARDER, "since": str(days.HOARDING_SINCE),
            "last_days_of_quarter": 6, "payback_days": 20,
            "benign": "before the Lunar New Year and before the price rise every distributor loads",
        },
        "lunar_new_years": [str(day) for day in days.LUNAR_NEW_YEARS],
        "tenders": _tenders(company),
        "accounts": _accounts(company),
        "events": _events(company),
        "stock_out": _stock_out(company),
        "silent_reporter": {"distributor_id": network.SILENT_REPORTER, "coverage_to": "2025-06-30"},
        "swarmed_account": {"group_id": selling.SWARMED, "people": 4, "month": "2025-10"},
        "changed_team": {"group_id": selling.CHANGED_TEAM, "managers_in_2025": 4},
        "fulfilled_by_distributors": _fulfilled(company),
        "entered_twice": _twins(company),
    }  # fmt: skip


def loading(faults: list[dict[str, object]]) -> dict[str, object]:
    """What a loader must report: faulty rows one by one, counts by file, and the total rows."""
    by_outcome: dict[str, dict[str, int]] = {}
    for fault in faults:
        count = by_outcome.setdefault(str(fault["outcome"]), {})
        count[str(fault["file"])] = count.get(str(fault["file"]), 0) + 1
    return {"dirt": faults, "row_counts": by_outcome, "total_rows": 12 * len(days.YEARS)}


def _direct(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("kind") == "direct")


def _totals(company: Company) -> dict[str, object]:
    sales = company.sales
    net = {year: total(sales.filter(pl.col("year") == year)) for year in days.YEARS}
    direct = total(_direct(sales.filter(_YEAR)))
    return {
        "net_amount": {str(year): yuan(fen) for year, fen in net.items()},
        "growth_2025": net[2025] / net[2024] - 1,
        "distributor_share_2025": 1 - direct / net[2025],
        "note": "clean lines only: the planted unknown customer adds 1,000.00 in 2024",
    }


def _class_a(company: Company) -> dict[str, object]:
    lines = _direct(company.sales.filter(_YEAR))
    ranked = (
        lines.group_by("group_id").agg(pl.col("fen").sum()).filter(pl.col("fen") > 0)
        .sort(["fen", "group_id"], descending=[True, False])
    )  # fmt: skip
    whole = total(ranked)
    before = ranked["fen"].cum_sum() - ranked["fen"]
    top = ranked.filter(before * 5 < whole * 2)
    gasoline = lines.filter(pl.col("family") == catalogue.FAMILIES[catalogue.GASOLINE][0])
    held = gasoline.filter(pl.col("group_id").is_in(top["group_id"].implode()))
    return {
        "active_groups": len(ranked), "class_a_groups": top["group_id"].sort().to_list(),
        "class_a_count": len(top), "class_a_customer_share": len(top) / len(ranked),
        "class_a_amount_share": total(top) / whole,
        "share_of_the_first_but_one": total(top[:-1]) / whole,
        "family": catalogue.FAMILIES[catalogue.GASOLINE][0],
        "class_a_family_share": total(held) / total(gasoline),
        "rule": "net sales 2025, direct and tender, roles other than distributor, by group",
    }  # fmt: skip


def _tenders(company: Company) -> dict[str, object]:
    count = dict(company.bids["result"].value_counts().iter_rows())
    won = company.bids.filter(pl.col("result") == "won")
    lost = company.bids.filter(pl.col("result") == "lost")
    kit = company.bids.filter(pl.col("tender_id").str.ends_with(accounts.KIT_TENDER)).row(
        0, named=True
    )
    above = won.filter(pl.col("our_bid") > pl.col("best_rival_bid"))
    waiting = total(company.bids.filter(pl.col("result") == "open"), "our_bid")
    chance = 1 / (1 + selling.TRIES_PER_WIN)
    return {
        "count": dict(sorted(count.items())),
        "open": {
            "our_bid": waiting, "win_probability": chance,
            "weighted_amount": waiting * chance,
            "first_order_date": str(selling.OPEN_FIRST_ORDER),
        },
        "hit_rate": len(won) / (len(won) + len(lost)),
        "hit_rate_by_value": total(won, "our_bid") / total(pl.concat([won, lost]), "our_bid"),
        "won_above_best_rival": len(above),
        "article_2": {
            "tender_id": kit["tender_id"], "sets": 12_400, "our_bid": kit["our_bid"],
            "best_rival_bid": kit["best_rival_bid"], "premium_amount": 700_000,
            "premium": 700_000 / 24_700_000, "unit_price": 24_700_000 / 12_400,
        },
    }  # fmt: skip


def _accounts(company: Company) -> dict[str, object]:
    wild = company.sales.filter(pl.col("group_id") == accounts.WILDCAT)
    head = dict(
        company.branches.filter(pl.col("position") == 0)
        .select("group_id", "customer_id")
        .iter_rows()
    )
    cost = total(company.costs.filter(customer_id=head[accounts.WILDCAT]), "cost_fen")
    unpaid = company.invoices.filter(
        pl.col("group_id") == accounts.OVERDUE, pl.col("ship_date") >= money.OVERDUE_SINCE,
        pl.col("due_date").dt.offset_by("90d") < days.LAST,
    )  # fmt: skip
    inverted = wild.filter(pl.col("doc_type") == "sale", pl.col("fen") < pl.col("cost_fen"))
    last = _direct(company.sales).group_by("group_id").agg(pl.col("order_date").max())
    last_day = dict(last.iter_rows())
    before = (
        company.sales.filter(pl.col("year") == 2024).group_by("group_id").agg(pl.col("fen").sum())
    )
    amount = dict(before.iter_rows())
    return {
        "wildcat": {
            "group_id": accounts.WILDCAT,
            "margin_before_service": yuan(total(wild) - total(wild, "cost_fen")),
            "cost_to_serve": yuan(cost),
            "contribution": yuan(total(wild) - total(wild, "cost_fen") - cost),
        },
        "price_inversion": {
            "group_id": accounts.WILDCAT, "lines": len(inverted),
            "net_amount": yuan(total(inverted)),
        },
        "overdue": {
            "group_id": accounts.OVERDUE, "since": str(money.OVERDUE_SINCE),
            "invoiced_over_90_days_overdue": yuan(total(unpaid, "gross")),
        },
        "silent": accounts.SILENT,
        "leavers": [
            {"group_id": code, "last_order_date": str(last_day[code]),
             "net_amount_2024": yuan(amount[code])}
            for code in sorted(accounts.LEAVERS)
        ],
    }  # fmt: skip


def _events(company: Company) -> dict[str, object]:
    campaign, step = orders.CAMPAIGN, orders.STEP
    # the factor stands on the day a line was ordered, and follows it when part of it comes back
    ordered = company.sales.filter(pl.col("quantity") > 0).select(origin="line", asked="order_date")
    moved = company.sales.join(ordered, on="origin", how="left").filter(
        pl.col("region_id") == campaign.region,
        ~pl.col("group_id").is_in(orders.FLAT),
        pl.coalesce("asked", "order_date").is_between(campaign.start, campaign.end),
    )
    inside = total(moved)
    return {
        "campaign": {
            "event_id": "EV-2025-02", "region": campaign.region, "start": str(campaign.start),
            "end": str(campaign.end), "factor": campaign.factor,
            "lift_amount": yuan(inside * (1 - 1 / campaign.factor)),
        },
        "step": {"event_id": "EV-2024-01", "region": step.region, "start": str(step.start),
                 "factor": step.factor},
        "price_rise": {"event_id": "EV-2025-01", "start": str(days.PRICE_RISE), "rate": 0.03},
    }  # fmt: skip


def _stock_out(company: Company) -> dict[str, object]:
    cancelled = company.lines.filter(pl.col("status") == "cancelled")
    start, end = documents.STOCK_OUT
    short = company.shipments.filter(pl.col("shipped") < pl.col("quantity"))
    missing = short.with_columns(fen=pl.col("fen") * (1 - pl.col("shipped") / pl.col("quantity")))
    return {
        "product_id": "HY04", "start": str(start), "end": str(end),
        "cancelled_lines": len(cancelled), "cancelled_amount": yuan(total(cancelled)),
        "short_lines": company.lines.filter(pl.col("status") == "part").height,
        "short_amount": yuan(total(missing)),
    }  # fmt: skip


def _fulfilled(company: Company) -> dict[str, object]:
    served = company.sales.filter(pl.col("fulfilled_by").is_not_null())
    by = served.group_by("fulfilled_by").agg(pl.col("fen").filter(_YEAR).sum()).sort("fulfilled_by")
    return {
        "groups": served["group_id"].n_unique(),
        "net_amount_2025": {code: yuan(fen) for code, fen in by.iter_rows()},
        "note": "added to the distributor's own purchases where a line is credited to fulfilled_by",
    }


def _twins(company: Company) -> list[dict[str, object]]:
    """Parties of two groups whose names mean one company."""
    heads = company.branches.filter(pl.col("position") == 0)
    party = {row[0]: row[1:] for row in heads.select("rank", "customer_id", "customer_name").rows()}
    columns = ("customer_id", "customer_name", "other_id", "other_name")
    return [
        dict(zip(columns, party[one] + party[other], strict=True)) for one, other in accounts.TWINS
    ]
