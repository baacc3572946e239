"""The sales force at work: people, account teams, visits, tenders, stages, events, rivals."""

import datetime as dt

import numpy as np
import polars as pl

from dakehu.demo import accounts, days, documents, lots, network, orders

KIT_RIVAL = 24_000_000
SWARMED, CHANGED_TEAM = "G0015", "G0007"
TRIES_PER_WIN = 1.3  # tenders not won for each one won: 1 / (1 + 1.3) is the chance to win
OPEN_FIRST_ORDER = dt.date(2026, 2, 16)
_STAGE_DAYS = (0, 20, 45, 65, 90)  # from contact to award, article 6


def people() -> pl.DataFrame:
    """24 sales people by region and 6 key-account managers; nobody real."""
    regions = ["HD", "HN", "HZ", "HB", "XN", "XB", "DB"]
    sales = [(f"S{i:02d}", f"业务员 S{i:02d}", regions[i % 7], "sales") for i in range(1, 25)]
    kam = [(f"K{i:02d}", f"大客户经理 K{i:02d}", "CN", "KAM") for i in range(1, 7)]
    frame = pl.DataFrame(
        sales + kam, schema=["person_id", "name", "org_unit", "role"], orient="row"
    )
    return frame.with_columns(hire_date=pl.lit("2021-03-01"))


def account_team(heads: pl.DataFrame) -> pl.DataFrame:
    """Who looks after whom; one class A account changed its manager three times in 2025."""
    number = lots.number_of("group_id")
    kam = pl.format("K{}", (number % 6 + 1).cast(pl.String).str.zfill(2))
    base = heads.select(
        "customer_id", "group_id",
        person_id=pl.when("class_a").then(kam).otherwise(seller()),
        role=pl.when("class_a").then(pl.lit("KAM")).otherwise(pl.lit("sales")),
        valid_from=pl.lit("2023-01-01"), valid_to=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    edges = ("2023-01-01", "2025-02-01", "2025-06-01", "2025-10-01", None)
    one = base.filter(pl.col("group_id") == CHANGED_TEAM)
    moved = [
        one.with_columns(
            person_id=pl.lit(f"K{2 + i:02d}"), valid_from=pl.lit(edges[i]),
            valid_to=pl.lit(edges[i + 1], dtype=pl.String),
        )
        for i in range(4)
    ]  # fmt: skip
    return pl.concat([base.filter(pl.col("group_id") != CHANGED_TEAM), *moved])


def seller() -> pl.Expr:
    """The sales person of a group."""
    draw = lots.lot(lots.number_of("group_id"), 3, 24) + 1
    return pl.format("S{}", draw.cast(pl.String).str.zfill(2))


def activities(rng: np.random.Generator, sales: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Visits, service calls and proposals, more of them where more is sold."""
    yearly = (
        sales.filter(pl.col("kind") == "direct")
        .group_by("group_id", "year")
        .agg(fen=pl.col("fen").sum().clip(1), last=pl.col("day").max())
        .sort("group_id", "year")
        .join(heads.select("group_id", "customer_id"), on="group_id", maintain_order="left")
    )
    size = np.clip(np.round(np.sqrt(yearly["fen"].to_numpy() / 100) / 280), 1, 24).astype(int)
    rows = yearly[np.repeat(np.arange(len(yearly)), size)]
    low, high = days.year_bounds(rows["year"].to_numpy())
    day = days.place(days.order_density("direct"), low, high, rng.random(len(rows)))
    kind = rng.choice(["visit", "service", "proposal", "training", "complaint"], len(rows),
                      p=(0.58, 0.2, 0.12, 0.07, 0.03))  # fmt: skip
    level = rng.choice(["product", "industry", "custom"], len(rows), p=(0.5, 0.3, 0.2))
    made = rows.select("group_id", "customer_id", person_id=seller()).with_columns(
        date=pl.Series(days.DAYS).gather(day), type=pl.Series(kind),
        level=pl.when(pl.Series(kind) == "proposal").then(pl.Series(level)),
        hours=pl.Series(np.round(rng.uniform(1, 6, len(rows)), 1)),
    )  # fmt: skip
    swarm = heads.filter(pl.col("group_id") == SWARMED).select(
        "group_id", "customer_id",
    ).join(
        pl.DataFrame({"person_id": ["S03", "S09", "S14", "S21"],
                      "date": [dt.date(2025, 10, day) for day in (13, 14, 14, 15)]}), how="cross",
    ).with_columns(
        type=pl.lit("visit"), level=pl.lit(None, dtype=pl.String), hours=pl.lit(2.0)
    )  # fmt: skip
    return (
        pl.concat([made, swarm])
        .sort("date", "customer_id", "person_id")
        .with_columns(
            activity_id=pl.format("HD{}", (pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(6))
        )
    )


def bids(
    rng: np.random.Generator, sales: pl.DataFrame, groups: pl.DataFrame, heads: pl.DataFrame
) -> pl.DataFrame:
    """Tenders in yuan without tax: those won are the tender orders, the rest were lost or run."""
    won = (
        sales.filter(pl.col("tender_id").is_not_null())
        .group_by("tender_id", "group_id")
        .agg(bid=pl.col("fen").sum() / 100, first=pl.col("order_date").min())
        .sort("tender_id")
    )
    count = round(len(won) * TRIES_PER_WIN)
    public = groups.filter(pl.col("role") == "government")["group_id"].sort()
    tries = pl.DataFrame(
        {
            "group_id": public.gather(rng.integers(0, len(public), count)),
            "bid": np.round(rng.lognormal(13.0, 0.8, count), -3),
            "first": pl.Series(days.DAYS).gather(rng.integers(80, len(days.DAYS) - 30, count)),
            "tender_id": [f"ZB-L{i:03d}" for i in range(1, count + 1)],
        }
    )
    result = np.where(
        rng.random(count) < 0.9, "lost", np.where(rng.random(count) < 0.5, "void", "no_bid")
    )
    tries = tries.with_columns(result=pl.Series(result))
    running = tries.head(8).with_columns(
        tender_id=pl.format("ZB-O{}", pl.int_range(pl.len()) + 1), result=pl.lit("open"),
        first=pl.lit(OPEN_FIRST_ORDER),
    )  # fmt: skip
    frame = pl.concat(
        [
            won.with_columns(result=pl.lit("won")).select(tries.columns),
            tries.select(tries.columns),
            running,
        ]
    )
    return _opened(
        rng,
        frame.join(heads.select("group_id", "customer_id"), on="group_id", maintain_order="left"),
    )


def _opened(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    size = len(frame)
    kit = pl.col("tender_id").str.ends_with(accounts.KIT_TENDER)
    won, lost = pl.col("result") == "won", pl.col("result") == "lost"
    near = pl.Series(rng.uniform(0.97, 1.08, size))
    below = pl.Series(rng.uniform(0.88, 0.99, size))
    rival = pl.when(kit).then(KIT_RIVAL).when(won).then(pl.col("bid") * near).when(lost).then(
        pl.col("bid") * below
    )  # fmt: skip
    decided = won | lost
    notice = pl.lit(pl.Series(rng.integers(45, 75, size)))
    score = pl.Series(np.round(rng.uniform(70, 95, size), 1))
    return frame.with_columns(
        our_bid=pl.when(pl.col("result") != "no_bid").then(pl.col("bid").round(2)),
        best_rival_bid=rival.round(2),
        project_budget=(pl.col("bid") * pl.Series(rng.uniform(1.05, 2.5, size))).round(0),
        publish_date=pl.col("first") - pl.duration(days=notice),
        open_date=pl.col("first") - pl.duration(days=pl.lit(pl.Series(rng.integers(12, 25, size)))),
        price_weight=pl.Series(rng.choice([0.3, 0.4, 0.5], size)),
        tech_score=pl.when(decided).then(score),
        price_score=pl.when(decided).then(pl.Series(np.round(rng.uniform(60, 98, size), 1))),
        bid_cost=pl.Series(np.round(rng.uniform(8_000, 60_000, size), 0)),
        veto_contacted=won | pl.Series(rng.random(size) < 0.45),
        project_name=pl.format("润滑物资采购项目 {}", "tender_id"),
    ).with_columns(
        winning_bid=pl.when(won).then("our_bid").when(lost).then("best_rival_bid"),
        winner=pl.when(won).then(pl.lit("K")).when(lost).then(
            pl.format("对手{}", pl.int_range(pl.len()) % 4 + 1)),
    ).sort("publish_date", "tender_id")  # fmt: skip


def stages(frame: pl.DataFrame) -> pl.DataFrame:
    """Stages 1 to 5 of article 6 for every tender; open ones have not left their last stage."""
    begin = pl.col("publish_date") - pl.duration(days=30)
    step = pl.DataFrame(
        {"stage_no": [1, 2, 3, 4, 5], "after": _STAGE_DAYS, "until": (*_STAGE_DAYS[1:], 100)}
    )
    reached = (
        pl.when(pl.col("result") == "won")
        .then(5)
        .when(pl.col("result") == "open")
        .then(3)
        .otherwise(4)
    )
    rows = frame.join(step, how="cross").filter(pl.col("stage_no") <= reached)
    last = pl.col("stage_no") == reached
    return rows.with_columns(
        entered_at=begin + pl.duration(days=pl.col("after")),
        left_at=pl.when(last & (pl.col("result") == "open")).then(None).otherwise(
            begin + pl.duration(days=pl.col("until"))),
        outcome=pl.when(last).then("result").otherwise(pl.lit("passed")),
    ).sort("tender_id", "stage_no")  # fmt: skip


def events() -> pl.DataFrame:
    """What happened that moves sales; the scope says where, the cost is in yuan."""
    campaign, step = orders.CAMPAIGN, orders.STEP
    none = ("", "")
    rows = [
        ("EV-2025-01", "目录价上调 3%", "price_rise", days.PRICE_RISE, None, none, 0),
        ("EV-2025-02", "西南夏季促销", "campaign", campaign.start, campaign.end,
         ("region", campaign.region), 1_200_000),
        ("EV-2024-01", "东北分公司独立设置", "reorg", step.start, None,
         ("region", step.region), 600_000),
        ("EV-2025-03", "长效液压油断货", "outage", *documents.STOCK_OUT, ("product", "HY04"), 0),
    ]  # fmt: skip
    return pl.DataFrame(
        [
            {"event_id": code, "name": name, "type": kind, "start_date": start, "end_date": end,
             "scope_json": f'{{"{where[0]}": "{where[1]}"}}' if where[0] else "{}", "cost": cost}
            for code, name, kind, start, end, where, cost in rows
        ]
    ).sort("start_date")  # fmt: skip


def competitor_events(buyers: pl.DataFrame) -> pl.DataFrame:
    """Rivals court all four second-tier wholesalers of B, and a few of the others."""
    b = buyers.filter(pl.col("distributor_id") == network.B, pl.col("role") == "second_tier")
    rest = buyers.filter(pl.col("distributor_id").is_in(["D05", "D08", "D12"])).group_by(
        "distributor_id", maintain_order=True).head(2)  # fmt: skip
    both = pl.concat([part.select("customer_id") for part in (b, b, rest)]).with_row_index("i")
    month = pl.col("i").cast(pl.Int64) % 9 + 3
    return both.select(
        "customer_id", date=pl.date(2025, month, 12),
        rival=pl.format("对手{}", pl.col("i") % 3 + 1),
        kind=pl.when(pl.col("i") % 4 == 3).then(pl.lit("price")).otherwise(pl.lit("poaching")),
    )  # fmt: skip
