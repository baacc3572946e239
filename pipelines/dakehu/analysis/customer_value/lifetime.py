"""What customers will buy and what that is worth, in the customer value report.

The models are those of `analysis.clv`; here stand what they are given and what is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.clv.lifetime_value import LifetimeValue, Policy, analyse

if TYPE_CHECKING:
    from dakehu.analysis.customer_value import policy as report_policy
    from dakehu.analysis.customer_value.window import Period

COLUMNS = (
    "p_alive",
    "expected_orders",
    "expected_amount",
    "clv_amount",
    "clv_low_amount",
    "clv_high_amount",
)


@dataclass(frozen=True)
class Lifetime:
    """The values, or the `reason` why there are none.

    `margin_share` is the margin rate that turns sales into value, None where no cost is known and
    the values are sales.
    """

    value: LifetimeValue | None
    reason: str
    margin_share: float | None

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        if self.value is None:
            return {}
        return {name: self.value.tables[name] for name in ("model_fit", "holdout")}

    @property
    def columns(self) -> pl.DataFrame:
        """What the customer list takes from here, by customer_id."""
        if self.value is None:
            return pl.DataFrame(schema={"customer_id": pl.String})
        return self.value.tables["customers"].select("customer_id", *COLUMNS)

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """Every figure of this part: value and unit."""
        if self.value is None:
            return {}
        equity = float(self.value.tables["customers"]["clv_amount"].sum())
        return {
            "customer_equity_amount": (equity, "amount"),
            "clv_coverage_share": (self.value.coverage.share, "share"),
        }

    @property
    def baseline(self) -> dict | None:
        """The row of `holdout` of the naive baseline with the least error over customers."""
        if self.value is None:
            return None
        naive = self.value.tables["holdout"].filter(
            pl.col("model").is_in(["zero", "same_as_before", "own_rate"])
        )
        return naive.sort("customer_rmse").row(0, named=True)

    @property
    def chosen(self) -> dict | None:
        """The row of `holdout` of what was chosen."""
        if self.value is None:
            return None
        return self.value.tables["holdout"].filter("is_chosen").row(0, named=True)


def lifetime_of(
    order_days: pl.DataFrame,
    known: pl.DataFrame,
    period: Period,
    margin_share: float | None,
    policy: report_policy.Policy,
) -> Lifetime:
    """Value the customers of `known` by their `order_days`, as in `customer_marts.MARTS`."""
    bought = order_days.join(known.select("customer_id"), on="customer_id", how="semi").select(
        "customer_id", date="order_date", amount="net_amount"
    )
    settings = Policy(
        policy.lifetime_horizon_days,
        policy.lifetime_holdout_days,
        policy.discount_rate,
        policy.parameter_draws,
    )
    if bought.is_empty():
        return Lifetime(None, "no day with an order is known", margin_share)
    try:
        share = 1.0 if margin_share is None else margin_share
        return Lifetime(analyse(bought, period.as_of, settings, share), "", margin_share)
    except ValueError as error:
        return Lifetime(None, str(error), margin_share)
