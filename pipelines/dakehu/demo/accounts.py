"""Direct customers: groups, their branches and what each group buys a year."""

import numpy as np
import polars as pl

from dakehu.demo import catalogue, days

ACTIVE, CLASS_A, LAPSED = 592, 21, 60
TOTAL_2025, TOTAL_2024, TOTAL_2023 = 600_000_000, 483_871_000, 402_000_000  # yuan, without tax
CLASS_A_SHARE = 0.4045
ONE_OFF, STEADY, KIT_TENDER = "G9001", "G0010", "G9002"
ONE_OFF_AMOUNT, STEADY_AMOUNT, KIT_AMOUNT = 200_000_000, 10_000_000, 24_700_000
# stories among the groups below class A, by their place in the order of 2025
WILDCAT, OVERDUE, SILENT = "G0070", "G0056", "G0041"
LEAVERS = {"G0041": "2025-06-18", "G0091": "2025-04-25", "G0112": "2025-07-30",
           "G0131": "2025-08-21", "G0150": "2025-05-29"}  # fmt: skip
# two groups by their place in the order of 2025, small enough for no story: one party entered twice
TWINS = {
    (152, 158): ("恒远泰禾五金制造有限公司", "恒远泰禾五金制造有限责任公司"),
    (153, 159): ("鼎瑞（苏州）精密机械有限公司", "鼎瑞(苏州) 精密机械有限公司"),
    (154, 160): ("Haltermann Lubricants Ltd.", "HALTERMANN LUBRICANTS LIMITED"),
    (155, 161): ("Krämer & Söhne Fluidtechnik GmbH", "Kramer und Sohne Fluid-Technik GmbH"),
    (156, 162): ("晟嘉汽车零部件制造有限公司", "晟嘉汽车零部件制照有限公司"),
    (157, 163): ("澜沧新型建筑材料股份有限公司", "澜沧新型建材料有限公司"),
}
# what management calls A: all of class A but two, one of old acquaintance, and the one-off buyer
NOT_NAMED, NAMED, GIVEN_B = ("G0018", "G0020"), ("G0060", ONE_OFF), 150
GOVERNMENT_SHARE, CHAIN_SHARE = 0.05, 0.02
FULFILLED_GROUPS = 12
_SYLLABLES = np.array(list("恒远泰锦博宏驰鼎瑞晟嘉朗川澜禾岳屿砾原沐衡垣渡峰"))
_INDUSTRIES = (
    ("C33", "金属制品业", "五金制造有限公司"), ("C34", "通用设备制造业", "精密机械有限公司"),
    ("C36", "汽车制造业", "汽车部件有限公司"), ("C30", "非金属矿物制品业", "建材有限公司"),
    ("C17", "纺织业", "纺织有限公司"), ("B06", "煤炭开采和洗选业", "矿业有限公司"),
    ("G54", "道路运输业", "物流有限公司"), ("D44", "电力、热力生产和供应业", "能源有限公司"),
)  # fmt: skip


def groups(rng: np.random.Generator, scale: float) -> pl.DataFrame:
    """One row per group: place, industry, role and yearly purchases in yuan without tax.

    The purchases of 2025 are fixed first (21 of 592 groups hold 40 %), the earlier years follow
    from each group's growth and its region's trend and are brought to the company's totals.
    """
    active, class_a = max(round(ACTIVE * scale), 160), max(round(CLASS_A * scale), 2)
    lapsed = max(round(LAPSED * scale), 4)
    amounts = _amounts_2025(rng, active, class_a, TOTAL_2025 * scale)
    size = active + lapsed
    places = catalogue.territories().filter(pl.col("level") == "province")
    weight = places["weight"].to_numpy()
    place = rng.choice(len(places), size, p=weight / weight.sum())
    industry = rng.choice(len(_INDUSTRIES), size, p=(0.16, 0.2, 0.18, 0.1, 0.1, 0.08, 0.1, 0.08))
    number = np.arange(1, size + 1)
    frame = pl.DataFrame(
        {
            "group_id": "G" + pl.Series(number).cast(pl.String).str.zfill(4),
            "rank": number,
            "amount_2025": np.concatenate([amounts, np.zeros(lapsed)]),
            "territory_id": places["territory_id"].gather(place),
            "trend": places["trend"].gather(place),
            "region_id": places["parent_id"].gather(place),
            "industry": industry,
            "role": _roles(rng, size, class_a),
        }
    )
    frame = _with_history(rng, frame, active, scale)
    return pl.concat([frame, _specials()], how="diagonal_relaxed").with_columns(
        stem=pl.Series(_stems(rng, size + 2)), class_a=pl.col("rank") <= class_a
    )


def branches(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """One row per buying account; the first of a group is its head office."""
    size = len(frame)
    count = 1 + rng.binomial(3, np.where(frame["class_a"].to_numpy(), 0.7, 0.1))
    count = np.where(frame["role"].to_numpy() == "government", 1, count)
    owner = np.repeat(np.arange(size), count)
    position = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    elsewhere = catalogue.territories().filter(pl.col("weight") >= 3, pl.col("level") == "province")
    moved = (position > 0) & (rng.random(len(owner)) < 0.4)
    other = elsewhere["territory_id"].gather(rng.integers(0, len(elsewhere), len(owner)))
    codes = pl.Series(np.arange(1, len(owner) + 1)).cast(pl.String).str.zfill(5)
    rows = frame[owner].with_columns(
        position=position,
        customer_id="C" + codes,
        territory_id=pl.when(pl.Series(moved)).then(other).otherwise(pl.col("territory_id")),
        fit_score=pl.Series(np.round(rng.uniform(5, 9.5, size), 1)).gather(owner),
        wallet=pl.Series(rng.uniform(0.25, 0.9, size)).gather(owner),
    )
    return rows.with_columns(
        parent_customer_id=pl.when(pl.col("position") > 0).then(
            pl.col("customer_id").first().over("group_id")
        ),
        customer_name=_names(rows),
        central_purchase=(pl.col("class_a") | (pl.col("role") == "government"))
        & (pl.col("group_id") != "G0012"),
        potential_amount=pl.when(pl.col("position") == 0).then(
            (pl.max_horizontal("amount_2025", pl.col("amount_2024") * 0.6) / pl.col("wallet"))
            .round(0)
        ),
        size_band=pl.when(pl.col("amount_2025") > 5e6).then(pl.lit("大型"))
        .when(pl.col("amount_2025") > 5e5).then(pl.lit("中型")).otherwise(pl.lit("小型")),
        industry_code=pl.Series([item[0] for item in _INDUSTRIES]).gather(rows["industry"]),
        industry_name=pl.Series([item[1] for item in _INDUSTRIES]).gather(rows["industry"]),
    )  # fmt: skip


def _amounts_2025(rng: np.random.Generator, active: int, class_a: int, total: float) -> np.ndarray:
    shape = np.geomspace(3.4, 1.0, class_a) * rng.uniform(0.97, 1.03, class_a)
    place = int(STEADY[1:]) - 1
    top = np.sort(shape / shape.sum() * CLASS_A_SHARE * total)[::-1]
    if place < class_a:
        rest = np.delete(top, place)
        rest *= (CLASS_A_SHARE * total - STEADY_AMOUNT) / rest.sum()
        top = np.insert(rest, place, STEADY_AMOUNT)
    goal = (1 - CLASS_A_SHARE) * total
    others = rng.lognormal(0, 1.05, active - class_a)
    for _ in range(30):  # shrink the largest below class A, keep the sum
        others = np.clip(others * goal / others.sum(), 15_000, top.min() * 0.9)
    others *= rng.uniform(0.95, 1.0, len(others))
    others *= goal / others.sum()
    return np.round(np.concatenate([top, np.sort(others)[::-1]]), 2)


def _roles(rng: np.random.Generator, size: int, class_a: int) -> np.ndarray:
    draw = rng.random(size)
    draw[: max(class_a, 151)] = 1.0  # the stories stay ordinary customers
    chain = GOVERNMENT_SHARE + CHAIN_SHARE
    return np.select(
        [draw < GOVERNMENT_SHARE, draw < chain], ["government", "chain_ka"], "customer"
    )


def _with_history(
    rng: np.random.Generator, frame: pl.DataFrame, active: int, scale: float
) -> pl.DataFrame:
    size = len(frame)
    rank, now = frame["rank"].to_numpy(), frame["amount_2025"].to_numpy()
    trend = frame["trend"].to_numpy()
    step = np.where(frame["region_id"].to_numpy() == "DB", 1, 0)
    growth_2025 = 1.2 * trend * rng.lognormal(0, 0.22, size) * np.where(step, 1.083, 1)
    growth_2024 = 1.2 * trend * rng.lognormal(0, 0.22, size) * np.where(step, 1.09, 1)
    kept = rank <= 151
    before = np.where(kept | (rng.random(size) > 0.12), now / growth_2025, 0)
    before = np.where(np.isin(frame["group_id"].to_numpy(), list(LEAVERS)), now * 1.9, before)
    gone = rank > active
    lost = rng.lognormal(12.4, 0.9, size)
    before = np.where(gone, np.where(rank % 2 == 0, lost, 0), before)
    earlier = np.where(kept | (rng.random(size) > 0.11), before / growth_2024, 0)
    earlier = np.where(gone, lost, earlier)
    steady = frame["group_id"].to_numpy() == STEADY
    history = {}
    for year, amount, total in (
        (2024, before, TOTAL_2024 * scale - KIT_AMOUNT),
        (2023, earlier, TOTAL_2023 * scale),
    ):
        free = np.where(steady, 0, amount)
        free = np.round(free * ((total - STEADY_AMOUNT) / free.sum()), 2)
        history[f"amount_{year}"] = np.where(steady, float(STEADY_AMOUNT), free)
    return frame.with_columns(**{name: pl.Series(values) for name, values in history.items()})


def _specials() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group_id": [ONE_OFF, KIT_TENDER],
            "rank": [9001, 9002],
            "amount_2025": [0.0, 0.0],
            "amount_2024": [0.0, float(KIT_AMOUNT)],
            "amount_2023": [float(ONE_OFF_AMOUNT), 0.0],
            "territory_id": ["510000", "410000"],
            "region_id": ["XN", "HZ"],
            "trend": [1.0, 1.0],
            "industry": [7, 1],
            "role": ["customer", "government"],
        }
    )


def _stems(rng: np.random.Generator, size: int) -> np.ndarray:
    pairs = rng.integers(0, len(_SYLLABLES), (2, size))
    return np.char.add(_SYLLABLES[pairs[0]], _SYLLABLES[pairs[1]])


def _names(rows: pl.DataFrame) -> pl.Expr:
    suffix = pl.Series([item[2] for item in _INDUSTRIES]).gather(rows["industry"])
    number = pl.col("rank").cast(pl.String).str.zfill(3)
    base = pl.concat_str([pl.col("stem"), number])
    kind = (
        pl.when(pl.col("role") == "government").then(pl.lit("公共采购中心"))
        .when(pl.col("role") == "chain_ka").then(pl.lit("连锁汽服有限公司"))
        .otherwise(suffix)
    )  # fmt: skip
    branch = (
        pl.when(pl.col("position") > 0)
        .then(pl.format("第{}分公司", pl.col("position")))
        .otherwise(pl.lit(""))
    )
    names = {place: name for pair in TWINS.items() for place, name in zip(*pair, strict=True)}
    twin = pl.col("rank").replace_strict(names, default=None, return_dtype=pl.String)
    return pl.concat_str([twin.fill_null(pl.concat_str([base, kind])), branch])


def years(frame: pl.DataFrame) -> pl.DataFrame:
    """Purchases in long form: group or distributor, year, amount in yuan."""
    return pl.concat(
        [
            frame.select("group_id", amount=pl.col(f"amount_{year}").cast(pl.Float64)).with_columns(
                year=pl.lit(year)
            )
            for year in days.YEARS
        ]
    ).filter(pl.col("amount") > 0)
