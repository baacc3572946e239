"""Open tenders and cases times their chance to be won, by the month in which they would be ordered.

Hit rate and weighted pipeline as in the source articles: won over closed, sum of amount x chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from dakehu.analysis.proportion import wilson
from dakehu.analysis.sales_forecast.periods import later, month_of
from dakehu.analysis.sales_forecast.spread import Spread, of_deals
from dakehu.analysis.sales_forecast.unannounced import Unannounced

CLOSED = ["won", "lost", "void", "no_bid"]
COUNTED, STALE, NO_AMOUNT, NO_DAY, NO_RATE = "counted", "stale", "no_amount", "no_day", "no_rate"
RATE_COVERAGE = 0.80
MOST_LAGS = 100


@dataclass(frozen=True)
class Pipeline:
    """What is in the pipeline.

    `deals` has a row per open deal, largest weighted amount first: deal_id, customer_id,
    customer_name, region_id, stage_no, open_date, expected_month, bid_amount, win_probability,
    win_low, win_high, weighted_amount, state (counted; stale: all past deals that were won had been
    ordered by this age; no_amount, no_day, no_rate: cannot be counted). `hit_rates` has a row per
    stage. `chances` has deal_id, level, key, month, bid_amount, chance (won and ordered in the
    month) of the counted ones. `unannounced` is what usually comes of deals not known yet.
    """

    last_month: date
    deals: pl.DataFrame
    hit_rates: pl.DataFrame
    chances: pl.DataFrame
    unannounced: Unannounced

    @property
    def months(self) -> pl.DataFrame:
        """Weighted amounts of the open deals: level, key, month, amount (float)."""
        return (
            self.chances.group_by("level", "key", "month")
            .agg(amount=(pl.col("bid_amount") * pl.col("chance")).sum())
            .sort("level", "key", "month")
        )

    def monthly(self, level: str, key: str, horizon_months: int) -> pl.DataFrame:
        """Expected amounts month by month, deals not known yet included: month, amount (float)."""
        ahead = [later(self.last_month, i + 1) for i in range(horizon_months)]
        sums = [self._expected(level, key, i) for i in range(horizon_months + 1)]
        amounts = [after - before for before, after in pairwise(sums)]
        return pl.DataFrame(
            {"month": ahead, "amount": amounts}, schema={"month": pl.Date, "amount": pl.Float64}
        )

    def _expected(self, level: str, key: str, months: int) -> float:
        if not months:
            return 0.0
        spread = self.unannounced.spread(level, key, months)
        return self.open_deals(level, key, months).mean + spread.mean

    def open_deals(self, level: str, key: str, months: int) -> Spread:
        """What the open deals bring in the next `months` months."""
        within = (
            (pl.col("level") == level)
            & (pl.col("key") == key)
            & (pl.col("month") <= later(self.last_month, months))
        )
        known = (
            self.chances.filter(within)
            .group_by("deal_id")
            .agg(pl.col("bid_amount").first(), pl.col("chance").sum())
            .sort("deal_id")
        )
        return of_deals(known["bid_amount"], known["chance"].clip(0, 1))


def pipeline_of(
    deals: pl.DataFrame,
    as_of: date,
    last_month: date,
    outside: pl.DataFrame | None = None,
    *,
    month_end_day: int = 31,
    min_deals: int = 10,
) -> Pipeline:
    """Weigh the open deals of mart_sales_forecast__deals with the hit rates of the closed ones.

    A deal is ordered as long after its opening (without one: after we first knew of it) as past
    ones were; of an open deal only the delays still ahead of it count. `outside` holds the past
    sales by level, key and month (amount, float) that the base forecast leaves out, tenders and
    lumpy orders; None where the base leaves out nothing. A stage with fewer than `min_deals`
    closed deals takes the hit rate of all.
    """
    rates = hit_rates(deals, min_deals)
    running = _weighed(deals.filter(pl.col("result") == "open"), rates)
    placed = _placed(running, delays(deals), as_of, month_end_day)
    table = _table(running, placed)
    counted = table.filter(pl.col("state") == COUNTED).select("deal_id")
    return Pipeline(
        last_month,
        table,
        rates,
        _keyed(placed.join(counted, on="deal_id"), last_month),
        Unannounced(deals, outside, last_month, month_end_day),
    )


def hit_rates(deals: pl.DataFrame, min_deals: int) -> pl.DataFrame:
    """Share won of the closed deals that came at least to each stage, with its Wilson interval.

    Void tenders and those not bid for count as closed: they bring no order either. Stage 0 is every
    deal. Columns: stage_no, closed_count, won_count, win_probability, win_low, win_high, is_own.
    """
    closed = deals.filter(pl.col("result").is_in(CLOSED))
    stages = pl.concat([deals["stage_no"], pl.Series([0])], how="vertical").unique().sort()
    frame = (
        pl.DataFrame({"at": stages})
        .join(closed, how="cross")
        .group_by("at")
        .agg(
            closed_count=(pl.col("stage_no") >= pl.col("at")).sum().cast(pl.Int64),
            won_count=((pl.col("stage_no") >= pl.col("at")) & (pl.col("result") == "won"))
            .sum()
            .cast(pl.Int64),
        )
        .rename({"at": "stage_no"})
        .sort("stage_no")
    )
    low, high = wilson(pl.col("won_count"), pl.col("closed_count"), RATE_COVERAGE)
    own = frame.with_columns(
        win_probability=pl.col("won_count")
        / pl.when(pl.col("closed_count") > 0).then("closed_count"),
        win_low=low,
        win_high=high,
        is_own=(pl.col("closed_count") >= min_deals) | (pl.col("stage_no") == 0),
    )
    rates = ("win_probability", "win_low", "win_high")
    return own.with_columns(
        pl.when("is_own").then(name).otherwise(pl.col(name).first()).alias(name) for name in rates
    )


def delays(deals: pl.DataFrame) -> pl.DataFrame:
    """Days from opening (is_opened), or from first knowing, to the first order of won deals.

    At most `MOST_LAGS` evenly spaced ones of each kind. Columns: is_opened, days.
    """
    won = deals.filter(pl.col("result") == "won").with_columns(
        is_opened=pl.col("open_date").is_not_null(),
        days=(pl.col("first_order_date") - pl.coalesce("open_date", "known_date")).dt.total_days(),
    )
    kept = won.filter(pl.col("days") >= 0).sort("is_opened", "days").select("is_opened", "days")
    step = (pl.len() / MOST_LAGS).ceil().over("is_opened")
    return kept.filter(pl.int_range(pl.len()).over("is_opened") % step == 0)


def _weighed(running: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    return running.with_columns(
        pl.col("bid_amount").cast(pl.Float64),
        is_opened=pl.col("open_date").is_not_null(),
        day=pl.coalesce("open_date", "known_date"),
    ).join(
        rates.select("stage_no", "win_probability", "win_low", "win_high"),
        on="stage_no",
        how="left",
    )


def _placed(
    running: pl.DataFrame, delays: pl.DataFrame, as_of: date, month_end_day: int
) -> pl.DataFrame:
    """One row per open deal and month with the chance that it is won and ordered then."""
    when = pl.col("day") + pl.duration(days="days")
    return (
        running.join(delays, on="is_opened")
        .with_columns(order_date=when)
        .filter(pl.col("order_date") > as_of)
        .with_columns(month=month_of(pl.col("order_date"), pl.lit(month_end_day)))
        .group_by("deal_id", "month")
        .agg(
            pl.col("customer_id", "region_id", "bid_amount", "win_probability").first(),
            pl.len().alias("count"),
        )
        .with_columns(
            chance=pl.col("win_probability")
            * pl.col("count")
            / pl.col("count").sum().over("deal_id")
        )
        .sort("deal_id", "month")
    )


def _table(running: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    passed = pl.col("chance").cum_sum() * 2 >= pl.col("chance").sum()
    expected = placed.group_by("deal_id").agg(
        expected_month=pl.col("month").filter(passed).first(), is_placed=pl.lit(True)
    )
    state = (
        pl.when(~(pl.col("bid_amount") > 0).fill_null(False))
        .then(pl.lit(NO_AMOUNT))
        .when(pl.col("win_probability").is_null())
        .then(pl.lit(NO_RATE))
        .when(pl.col("day").is_null())
        .then(pl.lit(NO_DAY))
        .when(pl.col("is_placed").is_null())
        .then(pl.lit(STALE))
        .otherwise(pl.lit(COUNTED))
    )
    weighted = pl.col("bid_amount") * pl.col("win_probability")
    return (
        running.join(expected, on="deal_id", how="left")
        .with_columns(state=state)
        .with_columns(weighted_amount=pl.when(pl.col("state") == COUNTED).then(weighted))
        .sort("weighted_amount", "deal_id", descending=[True, False], nulls_last=True)
        .select(
            "deal_id", "customer_id", "customer_name", "region_id", "stage_no", "open_date",
            "expected_month", pl.col("bid_amount").round(2).cast(pl.Decimal(18, 2)),
            "win_probability", "win_low", "win_high",
            pl.col("weighted_amount").round(2).cast(pl.Decimal(18, 2)), "state",
        )
    )  # fmt: skip


def _keyed(placed: pl.DataFrame, last_month: date) -> pl.DataFrame:
    """The chances once for each level that a deal belongs to, months not before the next one."""
    levels = {
        "total": pl.lit("total"),
        "region": pl.col("region_id"),
        "key_account": pl.col("customer_id"),
    }
    following = pl.lit(later(last_month, 1))
    return pl.concat(
        placed.select(
            "deal_id",
            pl.lit(level).alias("level"),
            key.alias("key"),
            pl.max_horizontal("month", following).alias("month"),
            "bid_amount",
            "chance",
        )
        for level, key in levels.items()
    ).drop_nulls("key")
