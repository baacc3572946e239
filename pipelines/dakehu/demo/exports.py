"""The order files, one a month, and the dirt that comes with them."""

from pathlib import Path

import polars as pl

from dakehu.demo.files import money, write_csv

TAX = 13
_DOC_TYPES = {"sale": "标准销售", "return": "销售退货"}
_STATUS = {"shipped": "已出库", "part": "部分出库", "open": "未出库", "cancelled": "已取消"}
_CHANNELS = {"direct": "直销", "distributor": "经销", "tender": "招标", "online": "线上"}
_DEVELOPED = {"own": "公司自主", "distributor": "经销商"}
UNKNOWN_CUSTOMER = "C99999"


def tax_fen() -> pl.Expr:
    """Tax on the line in fen, rounded half away from zero, in whole numbers."""
    half = pl.col("fen").abs() * TAX + 50
    return pl.col("fen").sign() * (half // 100)


def order_lines(frame: pl.DataFrame, names: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """The lines under the headings of the ERP; ``month`` stays for the split into files."""
    goods = products.select("product_id", "product_name", "uom")
    rows = frame.with_columns(tax=tax_fen()).join(
        names, on="customer_id", how="left", maintain_order="left"
    ).join(goods, on="product_id", how="left", maintain_order="left")  # fmt: skip
    gross = pl.col("fen") + pl.col("tax")
    price = (pl.col("fen") * (100 + TAX) / 10_000 / pl.col("quantity")).round(4)
    return rows.select(
        "month",
        单据编号="order_id",
        分录号=pl.col("line_no").cast(pl.String),
        单据日期=pl.col("order_date").cast(pl.String),
        客户编码="customer_id",
        客户名称="customer_name",
        物料编码="product_id",
        物料名称="product_name",
        单位="uom",
        数量=pl.col("quantity").cast(pl.String),
        含税单价=price.cast(pl.String),
        金额=money(pl.col("fen"), commas=True),
        税率=pl.lit(str(TAX)),
        税额=money(pl.col("tax"), commas=True),
        价税合计=money(gross, commas=True),
        成本金额=money(pl.col("cost_fen")),
        单据类型=pl.col("doc_type").replace_strict(_DOC_TYPES),
        单据状态=pl.col("status").replace_strict(_STATUS),
        要货日期=pl.col("requested_date").cast(pl.String),
        承诺日期=pl.col("promised_date").cast(pl.String),
        收货客户="ship_to_customer_id",
        收货区划="ship_to_territory_id",
        渠道=pl.col("channel").replace_strict(_CHANNELS),
        客户开发方=pl.col("developed_by").replace_strict(_DEVELOPED),
        履约经销商="fulfilled_by",
        销售员="person_id",
        销售组织="org_id",
        招标编号="tender_id",
        合同号="contract_id",
        促销编号="promo_id",
    ).rename({"税率": "税率(%)"})


def write_orders(rows: pl.DataFrame, folder: Path) -> list[dict[str, object]]:
    """Write a file a month with a total at its foot; return the rows a loader must stumble on."""
    dirt = []
    for (month,), part in rows.partition_by("month", as_dict=True, maintain_order=True).items():
        total = _total(part)  # the ERP adds up what it holds, not what went wrong in the export
        soiled, found = _soiled(part.drop("month"), month)
        name = f"订单/销售订单_{month}.csv"
        write_csv(soiled, folder / name, footer=total)
        dirt += [{"file": name, **item} for item in found]
    return dirt


def _total(part: pl.DataFrame) -> dict[str, str]:
    amount = part["金额"].str.replace_all(",", "").cast(pl.Decimal(18, 2)).sum()
    quantity = part["数量"].cast(pl.Int64).sum()
    return {"单据编号": "合计", "数量": f"{quantity}", "金额": f"{amount:,.2f}"}


def _soiled(part: pl.DataFrame, month: str) -> tuple[pl.DataFrame, list[dict[str, object]]]:
    """Add this month's planted fault as one more row; rows count from the heading, which is 1."""
    row = len(part) + 2
    model = part.filter(pl.col("单据类型") == "标准销售", pl.col("单据状态") == "已出库")[40:41]
    number = f"XSDD{month}99001"
    fresh = model.with_columns(单据编号=pl.lit(number), 分录号=pl.lit("1"))
    small = {"数量": "1", "金额": "1,000.00", "税额": "130.00", "价税合计": "1,130.00",
             "含税单价": "1130", "成本金额": "650.00"}  # fmt: skip
    fresh = fresh.with_columns(**{name: pl.lit(value) for name, value in small.items()})
    match month:
        case "202503":
            twin = part[len(part) // 7 : len(part) // 7 + 1]
            fault = {"row": row, "column": "order_id, line_no", "kind": "duplicate",
                     "outcome": "rejected",
                     "value": f"{twin['单据编号'][0]}, {twin['分录号'][0]}"}  # fmt: skip
            return pl.concat([part, twin]), [fault]
        case "202407":
            fresh = fresh.with_columns(单据日期=pl.lit("2024-13-05"))
            fault = {"column": "order_date", "kind": "unreadable", "value": "2024-13-05"}
        case "202311":
            fresh = fresh.with_columns(金额=pl.lit("#REF!"))
            fault = {"column": "net_amount", "kind": "unreadable", "value": "#REF!"}
        case "202403":
            fresh = fresh.with_columns(
                客户编码=pl.lit(UNKNOWN_CUSTOMER), 客户名称=pl.lit("未建档客户")
            )
            fault = {"column": "customer_id", "kind": "unknown customer", "value": UNKNOWN_CUSTOMER,
                     "outcome": "loaded", "net_amount": 1000.0}  # fmt: skip
        case _:
            return part, []
    return pl.concat([part, fresh]), [{"row": row, "outcome": "rejected", **fault}]
