"""The people at the customers: who has which part in a purchase. Their names are invented."""

import numpy as np
import polars as pl

from dakehu.demo import lots

_SURNAMES = np.array(list("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"))
# Given names are counted as years once were: nobody is called that, and anybody sees it.
_GIVEN = np.array([stem + branch for stem in "甲乙丙丁戊己庚辛" for branch in "子丑寅卯辰巳午未"])
_POSITIONS = {
    "user": ("设备部经理", "生产厂长", "维修主管"),
    "expert": ("总工程师", "技术中心主任", "质量部经理"),
    "decider": ("采购总监", "副总经理", "总经理"),
    "tender_agent": ("招标项目经理", "招标部主任", "招标代表"),
}


def contacts(rng: np.random.Generator, heads: pl.DataFrame) -> pl.DataFrame:
    """Every part in the purchase at class A accounts, two of them at a third of the others.

    A few left in 2023 and have a successor. Some names come masked out of the ERP, most do not.
    """
    roles = pl.DataFrame({"role": list(_POSITIONS)}).with_row_index("place")
    is_listed = lots.lot(lots.number_of("group_id"), 21, 3) == 0
    held = (
        heads.select("customer_id", "group_id", "class_a")
        .join(roles, how="cross")
        .filter(pl.col("class_a") | is_listed & pl.col("role").is_in(["user", "decider"]))
    )
    held = held.with_columns(
        has_left=pl.Series(rng.random(len(held)) < 0.07),
        left=pl.format("2023-0{}-01", pl.Series(rng.integers(2, 9, len(held)))),
    )
    now = held.with_columns(
        valid_from=pl.when("has_left").then("left").otherwise(pl.lit("2022-01-01")),
        valid_to=pl.lit(None, dtype=pl.String),
    )
    before = held.filter("has_left").with_columns(valid_from=pl.lit("2021-04-01"), valid_to="left")
    rows = pl.concat([before, now]).sort("customer_id", "place", "valid_from")
    number = (pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(5)
    draw = pl.Series(rng.random(len(rows)))
    rows = rows.with_columns(title=pl.Series(rng.integers(0, 3, len(rows))))
    return rows.select(
        "customer_id", "role", "valid_from", "valid_to",
        contact_id=pl.format("LX{}", number), name=_names(rng, len(rows)),
        position=pl.col("role").replace_strict(_POSITIONS).list.get("title"),
        has_veto=pl.when("class_a").then(
            (pl.col("role") == "decider") | (pl.col("role") == "expert") & (draw < 0.3)
        ).otherwise((pl.col("role") == "decider") & (draw < 0.1)),
    )  # fmt: skip


def _names(rng: np.random.Generator, count: int) -> pl.Series:
    surnames, given = rng.choice(_SURNAMES, count), rng.choice(_GIVEN, count)
    return pl.Series(np.char.add(surnames, np.where(rng.random(count) < 0.2, "**", given)))
