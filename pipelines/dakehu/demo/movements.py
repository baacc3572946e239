"""Exports of what moves: shipments, targets and rebates."""

from pathlib import Path

import polars as pl

from dakehu.demo.files import money, write_csv

_MODES = {
    "carrier": "第三方物流", "factory_truck": "厂车直送", "self_pickup": "客户自提", "rail": "铁路",
    "ship": "船运",
}  # fmt: skip


def write_shipments(frame: pl.DataFrame, folder: Path) -> None:
    """One file a year of shipped lines."""
    rows = frame.select(
        pl.col("ship_date").dt.year().alias("year"),
        出库单号="ship_no",
        行号=pl.col("line_no").cast(pl.String),
        订单编号="order_id",
        订单行号=pl.col("line_no").cast(pl.String),
        出库日期=pl.col("ship_date").cast(pl.String),
        签收日期=pl.col("delivered_date").cast(pl.String),
        物料编码="product_id",
        实发数量=pl.col("shipped").cast(pl.String),
        运输方式=pl.col("mode").replace_strict(_MODES),
        运费=money(pl.col("freight_fen")),
        运费承担=pl.col("freight_payer").replace_strict({"us": "我方", "buyer": "客户"}),
        发货地="from_site",
        收货区划="ship_to_territory_id",
        批号="batch_no",
    )  # fmt: skip
    for (year,), part in rows.partition_by("year", as_dict=True, maintain_order=True).items():
        write_csv(part.drop("year"), folder / f"出库/销售出库_{year}.csv")


def write_quotas(frame: pl.DataFrame, folder: Path) -> None:
    """Targets in ten thousand yuan, as they are agreed."""
    write_csv(
        frame.select(
            经销商编码="customer_id",
            区域编码="territory_id",
            产品范围=pl.lit("全部"),
            开始日期=pl.col("period_start").cast(pl.String),
            结束日期=pl.col("period_end").cast(pl.String),
            任务金额=pl.col("target_wan").cast(pl.String),
            版本=pl.lit("V1"),
            下达日期=pl.format("{}-12-20", pl.col("year") - 1),
        ).rename({"任务金额": "任务金额(万元)"}),
        folder / "渠道/销售任务.csv",
    )


def write_rebates(accruals: pl.DataFrame, tiers: pl.DataFrame, folder: Path) -> None:
    """The quarter's accruals, and the steps of the programmes."""
    write_csv(
        accruals.select(
            政策编号="program_id",
            经销商编码="group_id",
            开始日期=pl.col("period_start").cast(pl.String),
            结束日期=pl.col("period_end").cast(pl.String),
            计返基数=money(pl.col("fen"), commas=True),
            档位=pl.col("tier_no").cast(pl.String),
            返利率=pl.format("{}%", (pl.col("rate") * 100).round(2)),
            计提金额=money(pl.col("accrued_fen"), commas=True),
            已兑现金额=money(pl.col("paid_fen"), commas=True),
            兑现方式=pl.lit("红票冲账"),
            是否票折=pl.lit("否"),
        ),
        folder / "渠道/返利计提.csv",
    )
    write_csv(
        tiers.select(
            政策编号="program_id",
            档位=pl.col("tier_no").cast(pl.String),
            起点=pl.col("from_amount").cast(pl.Int64).cast(pl.String),
            终点=pl.col("to_amount").cast(pl.Int64).cast(pl.String),
            返利率=pl.format("{}%", (pl.col("rate") * 100).round(2)),
            超额累进=pl.lit("否"),
        ),
        folder / "渠道/返利政策.csv",
    )
