"""The workbook of master data and the small tables, under the headings of the ERP."""

import polars as pl

from dakehu.demo import accounts, catalogue, network
from dakehu.demo.company import Company

ROLES = {
    "customer": "直销客户", "government": "政府客户", "chain_ka": "连锁客户",
    "distributor": "经销商", "second_tier": "二级商", "retailer": "零售商",
}  # fmt: skip
_TIERS = {"high": "高端", "mid": "中端", "low": "经济"}
_LEVELS = {"nation": "全国", "region": "大区", "province": "省"}


def yes_no(column: str) -> pl.Expr:
    """是 or 否 as an ERP prints a tick box."""
    return pl.when(pl.col(column)).then(pl.lit("是")).otherwise(pl.lit("否"))


def workbook(company: Company) -> dict[str, pl.DataFrame]:
    """Sheet name -> frame."""
    return {
        "客户": _customers(company.branches),
        "经销商": _distributors(company.distributors),
        "物料": _products(company.products),
        "区域": _territories(company.territories),
        "区域运费": catalogue.territory_pairs().select(
            起点="from_id", 终点="to_id", 相邻=yes_no("adjacent"), 公里数="distance_km",
            单位运费="freight_per_unit",
        ),
        "授权区域": network.territory_grants(company.distributors).select(
            经销商编码="distributor_id", 区划编码="territory_id", 产品范围="product_scope",
            独家=yes_no("exclusive"), 生效日期="valid_from", 失效日期="valid_to",
        ),
    }  # fmt: skip


def given_class() -> pl.Expr:
    """What management calls the group: A by its own judgement, B and C by size."""
    named = (pl.col("class_a") & ~pl.col("group_id").is_in(accounts.NOT_NAMED)) | (
        pl.col("group_id").is_in(accounts.NAMED)
    )
    return (
        pl.when(named)
        .then(pl.lit("A"))
        .when(pl.col("rank") <= accounts.GIVEN_B)
        .then(pl.lit("B"))
        .otherwise(pl.lit("C"))
    )


def _customers(branches: pl.DataFrame) -> pl.DataFrame:
    return branches.select(
        客户编码="customer_id", 客户名称="customer_name",
        客户类型=pl.col("role").replace_strict(ROLES), 集团编码="group_id",
        上级客户="parent_customer_id", 行业代码="industry_code", 行业="industry_name",
        规模="size_band", 区划编码="territory_id",
        最终用户=pl.when(pl.col("role") == "chain_ka").then(pl.lit("否")).otherwise(pl.lit("是")),
        集中采购=yes_no("central_purchase"), 匹配度="fit_score",
        年需求估计="potential_amount", 需求来源=pl.lit("declared"), 状态=pl.lit("启用"),
        管理层评级=given_class(),
    )  # fmt: skip


def _distributors(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        客户编码="customer_id", 客户名称="customer_name",
        客户类型=pl.col("role").replace_strict(ROLES), 集团编码="group_id", 区划编码="territory_id",
        状态=pl.lit("启用"), 合同编号="contract_no", 合同开始="contract_start",
        合同结束="contract_end", 等级="level", 年销能力="capacity_amount", 仓库面积="warehouse_m2",
        车辆数="vehicles", 自有资金="own_capital", 申报总销售额="declared_total_sales",
        申报费用="declared_opex",
    )  # fmt: skip


def _products(products: pl.DataFrame) -> pl.DataFrame:
    return products.select(
        物料编码="product_id", 物料名称="product_name", 产品族="family", 大类="category_l1",
        品牌="brand", 单位="uom", 基本单位="base_uom", 换算率=pl.lit(1), 目录价="list_price",
        标准成本="std_cost", 主推=yes_no("is_focus"),
        档次=pl.col("tier").replace_strict(_TIERS), 定制=yes_no("is_custom"),
        上市日期="launch_date", 停产日期="stop_date", 替代物料="successor_product_id",
        保质期天数="shelf_life_days",
    )  # fmt: skip


def _territories(territories: pl.DataFrame) -> pl.DataFrame:
    return territories.select(
        区划编码="territory_id", 区划名称="territory_name",
        级别=pl.col("level").replace_strict(_LEVELS), 上级="parent_id", 行政区划="adcode",
        潜力指数="weight",
    )  # fmt: skip
