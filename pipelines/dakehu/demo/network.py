"""The 24 distributors: who they are, what they buy a year and what story each one tells."""

import polars as pl

A, B, HOARDER, DIVERTER, CHAIN_FLOW, VICTIM, STRAY, SILENT_REPORTER = (
    "D01", "D02", "D04", "D07", "D11", "D18", "D03", "D20",
)  # fmt: skip

# id, home province, further provinces, purchases in 2025 and growth 2024 and 2025 (None: story)
_PLAN = (
    ("D01", "420000", "", 5600, None, None),
    ("D02", "370000", "", 5200, None, None),
    ("D03", "440000", "", 4300, 1.20, 1.19),
    ("D04", "130000", "", 3600, 1.18, 1.16),
    ("D05", "330000", "", 3400, 1.15, 1.17),
    ("D06", "410000", "", 3100, 1.14, 1.12),
    ("D07", "320000", "", 4500, 1.28, 1.42),
    ("D08", "310000", "", 3000, 1.10, 1.13),
    ("D09", "210000", "", 2700, 1.16, 1.15),
    ("D10", "610000", "640000", 2900, 1.22, 1.20),
    ("D11", "510000", "540000", 2900, 1.20, 1.18),
    ("D12", "430000", "", 2900, 1.13, 1.16),
    ("D13", "350000", "", 2750, 1.17, 1.14),
    ("D14", "110000", "150000", 2300, 1.08, 1.10),
    ("D15", "140000", "", 2150, 1.19, 1.22),
    ("D16", "220000", "", 1600, 1.12, 1.13),
    ("D17", "450000", "460000", 1700, 1.18, 1.16),
    ("D18", "340000", "", 760, 0.90, 0.74),
    ("D19", "360000", "", 1250, 1.15, 1.14),
    ("D20", "530000", "520000", 1800, 1.14, 1.17),
    ("D21", "620000", "630000", 1150, 1.10, 1.18),
    ("D22", "650000", "", 1300, 1.21, 1.20),
    ("D23", "230000", "", 1400, 1.13, 1.15),
    ("D24", "120000", "", 1740, 1.16, 1.14),
)
_NAMES = (
    "恒川",
    "远澜",
    "泰禾",
    "锦岳",
    "博屿",
    "宏砾",
    "驰原",
    "鼎沐",
    "瑞衡",
    "晟垣",
    "嘉渡",
    "朗峰",
)
TOTAL_2025, TOTAL_2024 = 640_000_000, 516_129_000  # yuan, without tax
A_2024, B_2024, B_2023 = 9_000_000, 50_980_400, 48_500_000


def distributors() -> pl.DataFrame:
    """One row per distributor: identity, capacity and purchases by year in yuan without tax."""
    rows = [
        {
            "customer_id": code,
            "customer_name": f"{_NAMES[i % 12]}{i + 1:03d}油品贸易有限公司",
            "territory_id": home,
            "further": further,
            "amount_2025": amount * 10_000,
            "growth_2024": before,
            "growth_2025": growth,
        }
        for i, (code, home, further, amount, before, growth) in enumerate(_PLAN)
    ]
    frame = pl.DataFrame(rows)
    ordinary = pl.col("growth_2025").is_not_null()
    rest = TOTAL_2024 - A_2024 - B_2024
    raw_2024 = (pl.col("amount_2025") / pl.col("growth_2025")).fill_null(0)
    frame = frame.with_columns(
        amount_2024=pl.when(ordinary)
        .then((raw_2024 * (rest / raw_2024.sum())).round(2))
        .otherwise(pl.when(pl.col("customer_id") == A).then(A_2024).otherwise(B_2024))
    ).with_columns(
        amount_2023=pl.when(ordinary)
        .then((pl.col("amount_2024") / pl.col("growth_2024")).round(2))
        .otherwise(pl.when(pl.col("customer_id") == A).then(0.0).otherwise(B_2023))
    )
    late = pl.col("customer_id") == A
    return frame.with_columns(
        group_id=pl.col("customer_id"),
        role=pl.lit("distributor"),
        level=pl.when(pl.col("amount_2025") > 40_000_000).then(pl.lit("核心"))
        .when(pl.col("amount_2025") > 20_000_000).then(pl.lit("重点")).otherwise(pl.lit("普通")),
        contract_no=pl.format("HT-{}", pl.col("customer_id")),
        contract_start=pl.when(late).then(pl.lit("2024-10-01")).otherwise(pl.lit("2022-01-01")),
        contract_end=pl.lit("2026-12-31"),
        capacity_amount=pl.when(pl.col("customer_id") == DIVERTER).then(36_000_000.0)
        .otherwise((pl.col("amount_2025") * 1.35).round(0)),
        warehouse_m2=(pl.col("amount_2025") / 12_000).round(0),
        vehicles=(pl.col("amount_2025") / 3_000_000).round(0).cast(pl.Int64) + 1,
        own_capital=(pl.col("amount_2025") * 0.22).round(0),
        declared_total_sales=(pl.col("amount_2025") * 1.45).round(0),
        declared_opex=(pl.col("amount_2025") * 0.075).round(0),
    )  # fmt: skip


def territory_grants(frame: pl.DataFrame) -> pl.DataFrame:
    """Exclusive provinces of each distributor; Hubei passes from D06 to A in October 2024."""
    home = frame.select(distributor_id="customer_id", territory_id="territory_id")
    further = frame.filter(pl.col("further") != "").select(
        distributor_id="customer_id", territory_id="further"
    )
    late = pl.col("distributor_id") == A
    grants = pl.concat([home, further]).with_columns(
        valid_from=pl.when(late).then(pl.lit("2024-10-01")).otherwise(pl.lit("2022-01-01")),
        valid_to=pl.lit(None, dtype=pl.String),
    )
    earlier = pl.DataFrame(
        {
            "distributor_id": ["D06"],
            "territory_id": ["420000"],
            "valid_from": ["2022-01-01"],
            "valid_to": ["2024-10-01"],
        }
    )
    return pl.concat([grants, earlier]).with_columns(
        product_scope=pl.lit("全部"), exclusive=pl.lit(True)
    )
