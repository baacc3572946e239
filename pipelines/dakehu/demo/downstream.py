"""Who buys from the distributors: end users, second-tier wholesalers, retailers, chain stores."""

import numpy as np
import polars as pl

from dakehu.demo import network

# role, how many, share of the distributor's sell-out that the role aims at
_ORDINARY = (("second_tier", 7, 0.42), ("retailer", 14, 0.33), ("customer", 10, 0.25))
_STORIES = {
    network.A: (("customer", 100, 0.75), ("retailer", 12, 0.17), ("second_tier", 4, 0.08)),
    network.B: (("second_tier", 4, 0.78), ("retailer", 26, 0.22)),
    network.CHAIN_FLOW: (*_ORDINARY, ("chain_ka", 12, 0.0)),
    network.DIVERTER: (*_ORDINARY, ("outside", 6, 0.0)),
}
_KINDS = {"second_tier": "油品批发部", "retailer": "汽配门店", "customer": "机械加工厂",
          "chain_ka": "连锁养护门店", "outside": "油品商行"}  # fmt: skip
CHAIN_PLACES = ("500000", "520000", "530000")
DIVERTED_TO = "340000"
CHAIN_GROUP = "G-KA01"
_SYLLABLES = np.array(list("昌合顺达兴裕茂隆盛源丰通和祥利旺"))


def customers(rng: np.random.Generator, distributors: pl.DataFrame, scale: float) -> pl.DataFrame:
    """One row per downstream party with the weight it has in its distributor's sell-out."""
    parts = []
    for row in distributors.select("customer_id", "territory_id").iter_rows(named=True):
        code = row["customer_id"]
        roles = _STORIES.get(code, _ORDINARY)
        sizes = [_size(code, count, scale) for _, count, _ in roles]
        role = np.repeat([name for name, _, _ in roles], sizes)
        spread = rng.lognormal(0, 0.5, len(role))
        spread = np.ones(len(role)) if code in (network.A, network.B) else spread
        weight = np.concatenate(
            [
                share * piece / piece.sum()
                for piece, (_, _, share) in zip(
                    np.split(spread, np.cumsum(sizes)[:-1]), roles, strict=True
                )
            ]
        )
        parts.append(
            pl.DataFrame({"kind": role, "weight": weight}).with_columns(
                distributor_id=pl.lit(code), home=pl.lit(row["territory_id"]),
                number=pl.int_range(pl.len()) + 1,
            )
        )  # fmt: skip
    frame = pl.concat(parts)
    pairs = rng.integers(0, len(_SYLLABLES), (2, len(frame)))
    stem = pl.Series(np.char.add(_SYLLABLES[pairs[0]], _SYLLABLES[pairs[1]]))
    digits = pl.col("number").cast(pl.String).str.zfill(3)
    chain = pl.col("kind") == "chain_ka"
    return frame.with_columns(
        customer_id=pl.concat_str([pl.lit("X"), pl.col("distributor_id").str.slice(1), digits]),
        customer_name=pl.concat_str(
            [stem, pl.col("distributor_id").str.slice(1), digits,
             pl.col("kind").replace_strict(_KINDS)]
        ),
        role=pl.when(pl.col("kind") == "outside").then(pl.lit("second_tier")).otherwise("kind"),
        group_id=pl.when(chain).then(pl.lit(CHAIN_GROUP)),
        is_end_user=pl.col("kind") == "customer",
        central_purchase=chain,
        territory_id=pl.when(chain)
        .then(pl.Series(CHAIN_PLACES).gather(frame["number"] % 3))
        .when(pl.col("kind") == "outside").then(pl.lit(DIVERTED_TO)).otherwise("home"),
    )  # fmt: skip


def _size(code: str, count: int, scale: float) -> int:
    if code in (network.A, network.B):
        return count
    return max(round(count * scale), 3)
