"""Exports of money and selling: invoices, receipts in GBK, costs, tenders, visits, events."""

from pathlib import Path

import polars as pl

from dakehu.demo.files import money, write_csv
from dakehu.demo.masterdata import yes_no

_METHODS = {
    "transfer": "电汇", "cash": "现金", "bank_acceptance": "银行承兑",
    "commercial_acceptance": "商业承兑", "prepaid": "预付款",
}  # fmt: skip
_COSTS = {"service": "售后服务", "presale": "售前投入", "promotion": "促销支持", "bid": "投标费用"}
_ACTIVITIES = {
    "visit": "拜访", "service": "服务", "proposal": "方案", "training": "培训", "complaint": "投诉",
}  # fmt: skip
_RESULTS = {"won": "中标", "lost": "落标", "void": "流标", "no_bid": "未投", "open": "进行中"}
_BUYING_ROLES = {
    "user": "使用单位", "expert": "评审专家", "decider": "决策者", "tender_agent": "招标代理",
}  # fmt: skip
DRAFTS = 6


def text(column: str) -> pl.Expr:
    """A column as an export prints it."""
    return pl.col(column).cast(pl.String)


def write_invoices(frame: pl.DataFrame, folder: Path) -> None:
    """One file a year, amounts with tax."""
    rows = frame.select(
        pl.col("ship_date").dt.year().alias("year"),
        发票号="invoice_no", 客户编码="customer_id", 开票日期=text("ship_date"),
        到期日=text("due_date"), 价税合计=money(pl.col("gross"), commas=True), 币别=pl.lit("CNY"),
        来源单号="order_id",
    )  # fmt: skip
    for (year,), part in rows.partition_by("year", as_dict=True, maintain_order=True).items():
        write_csv(part.drop("year"), folder / f"财务/应收发票_{year}.csv")


def write_payments(frame: pl.DataFrame, folder: Path) -> list[dict[str, object]]:
    """All receipts in one GBK file; the last rows are drafts and one amount cannot be read."""
    rows = frame.select(
        收款单号="payment_no", 客户编码="customer_id", 收款日期=text("pay_date"),
        收款金额=money(pl.col("amount"), commas=True),
        结算方式=pl.col("method").replace_strict(_METHODS), 票据到期日=text("bill_due_date"),
        单据状态=pl.lit("已审核"),
    )  # fmt: skip
    number = pl.format("SKD202512{}", pl.int_range(pl.len()) + 900_001)
    bad = rows[2000:2001].with_columns(
        收款单号=pl.lit("SKD202412900000"), 收款金额=pl.lit("壹万元整")
    )
    drafts = rows.tail(DRAFTS).with_columns(收款单号=number, 单据状态=pl.lit("草稿"))
    name = "财务/收款单.csv"
    write_csv(pl.concat([rows, bad, drafts]), folder / name, encoding="gb18030")
    faults: list[dict[str, object]] = [
        {"file": name, "row": len(rows) + 2, "column": "amount", "kind": "unreadable",
         "outcome": "rejected", "value": "壹万元整"}
    ]  # fmt: skip
    faults.extend(
        {"file": name, "row": row, "kind": "draft", "outcome": "left_out"}
        for row in range(len(rows) + 3, len(rows) + 3 + DRAFTS)
    )
    return faults


def write_terms_and_costs(terms: pl.DataFrame, costs: pl.DataFrame, folder: Path) -> None:
    """Credit terms and the cost of serving."""
    write_csv(
        terms.select(
            客户编码="customer_id", 信用额度=text("credit_limit"), 账期天数=text("term_days"),
            生效日期="valid_from", 失效日期="valid_to",
        ), folder / "财务/信用政策.csv",
    )  # fmt: skip
    write_csv(
        costs.select(
            客户编码="customer_id", 发生日期=text("date"),
            费用类型=pl.col("cost_type").replace_strict(_COSTS), 金额=money(pl.col("cost_fen")),
            归集方式="alloc_rule",
        ), folder / "财务/客户费用.csv",
    )  # fmt: skip


def write_selling(
    bids: pl.DataFrame, stages: pl.DataFrame, activities: pl.DataFrame, team: pl.DataFrame,
    people: pl.DataFrame, folder: Path,
) -> None:  # fmt: skip
    """Tenders, their stages, visits, account teams and people."""
    write_csv(
        bids.select(
            招标编号="tender_id", 客户编码="customer_id", 项目名称="project_name",
            公告日期=text("publish_date"), 开标日期=text("open_date"),
            项目预算=text("project_budget"), 我方报价=text("our_bid"),
            最低对手报价=text("best_rival_bid"), 中标价=text("winning_bid"),
            中标人="winner", 结果=pl.col("result").replace_strict(_RESULTS),
            价格权重=text("price_weight"), 技术分=text("tech_score"), 价格分=text("price_score"),
            投标费用=text("bid_cost"),
            否决人已沟通=yes_no("veto_contacted"),
        ), folder / "业务/招投标.csv",
    )  # fmt: skip
    write_csv(
        stages.select(
            商机编号="tender_id", 客户编码="customer_id", 阶段=text("stage_no"),
            进入日期=text("entered_at"), 离开日期=text("left_at"), 结果="outcome",
        ), folder / "业务/商机阶段.csv",
    )  # fmt: skip
    write_csv(
        activities.select(
            活动编号="activity_id", 客户编码="customer_id", 业务员="person_id", 日期=text("date"),
            类型=pl.col("type").replace_strict(_ACTIVITIES), 方案级别="level", 时长=text("hours"),
        ), folder / "业务/客户拜访.csv",
    )  # fmt: skip
    write_csv(
        team.select(客户编码="customer_id", 负责人="person_id", 角色="role", 生效日期="valid_from",
                    失效日期="valid_to"), folder / "业务/客户团队.csv",
    )  # fmt: skip
    write_csv(
        people.select(
            工号="person_id", 姓名="name", 部门="org_unit", 岗位="role", 入职日期="hire_date"
        ),
        folder / "业务/人员.csv",
    )


def write_contacts(frame: pl.DataFrame, folder: Path) -> None:
    """The people at the customers, as a CRM exports them: names in full."""
    write_csv(
        frame.select(
            联系人编号="contact_id", 客户编码="customer_id", 姓名="name", 职务="position",
            采购角色=pl.col("role").replace_strict(_BUYING_ROLES), 有否决权=yes_no("has_veto"),
            生效日期="valid_from", 失效日期="valid_to",
        ), folder / "业务/联系人.csv",
    )  # fmt: skip


def write_events(
    events: pl.DataFrame, outages: pl.DataFrame, rivals: pl.DataFrame, folder: Path
) -> None:
    """Events, stock-outs and what rivals did."""
    write_csv(
        events.select(
            事件编号="event_id", 事件名称="name", 类型="type", 开始日期=text("start_date"),
            结束日期=text("end_date"), 范围="scope_json", 费用=text("cost"),
        ), folder / "业务/事件.csv",
    )  # fmt: skip
    write_csv(
        outages.select(
            物料编码="product_id", 开始="start_ts", 结束="end_ts", 是否计划=pl.lit("否")
        ),
        folder / "业务/断货.csv",
    )
    write_csv(
        rivals.select(客户编码="customer_id", 日期=text("date"), 竞争对手="rival", 类型="kind"),
        folder / "业务/竞争动态.csv",
    )
