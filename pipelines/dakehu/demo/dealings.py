"""Exports of the distributors' own system: downstream parties, sell-out, stock, scans, cases."""

from pathlib import Path

import polars as pl

from dakehu.demo import downstream, network
from dakehu.demo.exports import TAX
from dakehu.demo.files import money, write_csv
from dakehu.demo.ledgers import text
from dakehu.demo.masterdata import ROLES, yes_no

_PAY = {"cash": "现款", "credit": "赊销", "bill": "承兑汇票"}
_PICK = {"self_pickup": "自提", "own_delivery": "经销商配送", "factory_truck": "厂车直送"}
UNKNOWN_DOWNSTREAM = "X99999"


def write_downstream(buyers: pl.DataFrame, folder: Path) -> None:
    """The downstream parties as the distributors registered them."""
    roles = ROLES | {"customer": "终端用户", "chain_ka": "连锁门店"}
    write_csv(
        buyers.select(
            下线编码="customer_id", 下线名称="customer_name",
            类型=pl.col("role").replace_strict(roles, default=None), 上级经销商="distributor_id",
            集团编码="group_id", 区划编码="territory_id", 集中采购=yes_no("central_purchase"),
        ), folder / "渠道/下线客户.csv",
    )  # fmt: skip


def write_sell_out(rows: pl.DataFrame, folder: Path) -> list[dict[str, object]]:
    """One file a year, amounts with tax; one row names a party that nobody registered."""
    gross = pl.col("fen") + pl.col("fen") * TAX // 100
    frame = rows.select(
        pl.col("doc_date").dt.year().alias("year"),
        出货日期=text("doc_date"), 经销商编码="distributor_id", 下线编码="buyer",
        物料编码="product_id", 数量=text("quantity"), 含税金额=money(gross),
        收货区划="ship_to_territory_id", 收款方式=pl.col("pay_mode").replace_strict(_PAY),
        账期=text("term_days"), 提货方式=pl.col("pick_mode").replace_strict(_PICK),
        批号="batch_no", 上报日期=text("reported_at"),
    )  # fmt: skip
    dirt: list[dict[str, object]] = []
    for (year,), part in frame.partition_by("year", as_dict=True, maintain_order=True).items():
        part, name = part.drop("year"), f"渠道/分销出货_{year}.csv"
        if year == 2023:
            stranger = part[100:101].with_columns(
                下线编码=pl.lit(UNKNOWN_DOWNSTREAM), 数量=pl.lit("1")
            )
            dirt.append(
                {
                    "file": name,
                    "row": len(part) + 2,
                    "column": "downstream_id",
                    "kind": "unknown downstream",
                    "outcome": "loaded",
                    "value": UNKNOWN_DOWNSTREAM,
                }
            )
            part = pl.concat([part, stranger])
        write_csv(part, folder / name)
    return dirt


def write_stock(flow: pl.DataFrame, products: pl.DataFrame, folder: Path) -> None:
    """Stock at each month's end, as far as the distributor reported it."""
    last = pl.date(2023 + pl.col("month") // 12, pl.col("month") % 12 + 1, 1).dt.month_end()
    frame = flow.with_columns(as_of=last, product_id=products["product_id"].gather(flow["product"]))
    silent = (pl.col("distributor_id") == network.SILENT_REPORTER) & (pl.col("month") >= 30)
    early = (pl.col("distributor_id") == network.A) & (pl.col("month") < 21)
    write_csv(
        frame.filter(~silent, ~early).sort("as_of", "distributor_id", "product_id").select(
            库存日期=text("as_of"), 经销商编码="distributor_id", 物料编码="product_id",
            库存数量=text("stock"),
        ), folder / "渠道/经销商库存.csv",
    )  # fmt: skip


def write_coverage(distributors: pl.DataFrame, folder: Path) -> None:
    """From when to when each distributor reports; one stopped in the middle of 2025."""
    code = pl.col("customer_id")
    write_csv(
        distributors.select(
            经销商编码="customer_id",
            起报日期=pl.when(code == network.A).then(pl.lit("2024-10-01"))
            .otherwise(pl.lit("2023-01-01")),
            止报日期=pl.when(code == network.SILENT_REPORTER).then(pl.lit("2025-06-30"))
            .otherwise(pl.lit("2025-12-31")),
        ), folder / "渠道/数据上报范围.csv",
    )  # fmt: skip


def write_scans(rows: pl.DataFrame, folder: Path) -> int:
    """Code scans of a tenth of the goods sold in 2025; return how many of D07 were elsewhere."""
    scanned = rows.filter(
        pl.col("doc_date").dt.year() == 2025, pl.col("kind") != "chain_ka",
        pl.int_range(pl.len()) % 5 == 0,
    ).with_columns(pl.int_range(pl.len()).alias("number"))  # fmt: skip
    write_csv(
        scanned.select(
            防伪码=pl.format("QR{}", (pl.col("number") + 1).cast(pl.String).str.zfill(7)),
            批号="batch_no", 绑定经销商="distributor_id",
            扫码时间=pl.format("{} 10:{}:00", text("doc_date"),
                           (pl.col("number") % 60).cast(pl.String).str.zfill(2)),
            扫码区划="ship_to_territory_id", 扫码类型=pl.lit("consumer"),
            定位精度=(pl.col("number") % 40 + 10).cast(pl.String),
        ), folder / "渠道/扫码记录.csv",
    )  # fmt: skip
    elsewhere = (pl.col("distributor_id") == network.DIVERTER) & (
        pl.col("ship_to_territory_id") == downstream.DIVERTED_TO
    )
    return scanned.filter(elsewhere).height


def write_cases(folder: Path) -> None:
    """What the market inspectors wrote down."""
    write_csv(
        pl.DataFrame(
            [
                (
                    "AJ-2025-001",
                    "diversion",
                    "D07",
                    "D18",
                    "2025-06-18",
                    "320",
                    "260000.00",
                    "B",
                    "open",
                ),
                (
                    "AJ-2025-002",
                    "diversion",
                    "D07",
                    "D18",
                    "2025-11-05",
                    "410",
                    "335000.00",
                    "A",
                    "closed",
                ),
                ("AJ-2025-003", "late_payment", "D09", "", "2025-08-20", "", "", "B", "closed"),
                ("AJ-2025-004", "complaint", "D15", "", "2025-05-11", "", "", "C", "closed"),
            ],
            schema=[
                "案件编号",
                "类型",
                "责任方",
                "受害方",
                "日期",
                "数量",
                "金额",
                "证据等级",
                "状态",
            ],
            orient="row",
        ),
        folder / "渠道/违规案件.csv",
    )
