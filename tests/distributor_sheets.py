"""Scorecards written by hand, for the tests of the distributor ranking."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking import Policy

POLICY = Policy()


def sheet(values: Mapping[str, Mapping[str, float | None]]) -> pl.DataFrame:
    """The `criteria` frame: one row for each distributor and criterion named."""
    rows = [
        {
            "distributor_id": distributor,
            "platform": POLICY.criteria[name].platform if name in POLICY.criteria else "sales",
            "criterion": name,
            "value": value,
            "unit": "days" if name.endswith("_days") else "share",
            "is_available": value is not None,
        }
        for distributor, of in values.items()
        for name, value in of.items()
    ]
    schema = {
        "distributor_id": pl.String, "platform": pl.String, "criterion": pl.String,
        "value": pl.Float64, "unit": pl.String, "is_available": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def facts(*rows: tuple[str, str, float]) -> pl.DataFrame:
    """The `facts` frame: distributor, fact, value."""
    schema = {"distributor_id": pl.String, "fact": pl.String, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def drawn(
    count: int, random: np.random.Generator, missing: float = 0.0
) -> dict[str, dict[str, float | None]]:
    """Values of `count` distributors, evenly over the bounds of each criterion and beyond."""
    found: dict[str, dict[str, float | None]] = {}
    for number in range(count):
        found[f"d{number:03}"] = {
            name: None
            if random.random() < missing
            else one.bounds[0] + random.uniform(-0.2, 1.2) * (one.bounds[-1] - one.bounds[0])
            for name, one in POLICY.criteria.items()
        }
    return found
