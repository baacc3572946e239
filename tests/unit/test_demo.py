"""The demo company: its stories, computed from the written files and nothing else."""

import datetime as dt
import io
import json
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from dakehu.demo import write

A, B = "D01", "D02"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("demo")).parent


@pytest.fixture(scope="module")
def truth(folder) -> dict:
    return json.loads((folder / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def customers(folder) -> pl.DataFrame:
    book = folder / "客户档案.xlsx"
    sheets = [
        _sheet(book, name).select("客户编码", "客户类型", "集团编码", "区划编码")
        for name in ("客户", "经销商")
    ]
    return pl.concat(sheets)


@pytest.fixture(scope="module")
def raw_lines(folder) -> pl.DataFrame:
    return pl.concat([_csv(path) for path in sorted((folder / "订单").glob("*.csv"))])


@pytest.fixture(scope="module")
def lines(raw_lines, customers) -> pl.DataFrame:
    """What a careful reader keeps: no totals, nothing unreadable, repeated or cancelled."""
    read = raw_lines.filter(pl.col("单据编号") != "合计").unique(
        ["单据编号", "分录号"], keep="first", maintain_order=True
    ).with_columns(
        _number("金额"), _number("价税合计"), _number("税额"), _number("成本金额"), _number("数量"),
        pl.col("单据日期").str.to_date("%Y-%m-%d", strict=False),
    )  # fmt: skip
    good = read.filter(pl.col("金额").is_not_null(), pl.col("单据日期").is_not_null())
    return good.filter(pl.col("单据状态") != "已取消").join(customers, on="客户编码", how="left")


@pytest.fixture(scope="module")
def sell_out(folder) -> pl.DataFrame:
    read = pl.concat([_csv(path) for path in sorted((folder / "渠道").glob("分销出货_*.csv"))])
    kinds = _csv(folder / "渠道/下线客户.csv").select("下线编码", "类型")
    return read.with_columns(
        _number("含税金额"), _number("数量"), _number("账期"), pl.col("出货日期").str.to_date()
    ).join(kinds, on="下线编码", how="left")


def _csv(path: Path, encoding: str = "utf-8-sig") -> pl.DataFrame:
    return pl.read_csv(io.StringIO(path.read_bytes().decode(encoding)), infer_schema=False)


def _sheet(book: Path, name: str) -> pl.DataFrame:
    cells = CalamineWorkbook.from_path(str(book)).get_sheet_by_name(name).to_python()
    rows = [[None if cell == "" else cell for cell in row] for row in cells[2:]]
    return pl.DataFrame(rows, schema=cells[1], orient="row", infer_schema_length=None)


def _number(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all(",", "").cast(pl.Decimal(18, 2), strict=False)


def _in(year: int, column: str = "单据日期") -> pl.Expr:
    return pl.col(column).dt.year() == year


def _net(frame: pl.DataFrame, column: str = "金额") -> float:
    return float(frame[column].sum())


def _direct(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("客户类型") != "经销商")


def test_sizes(folder, customers, lines, sell_out):
    direct = customers.filter(pl.col("客户类型") != "经销商")
    assert direct["集团编码"].n_unique() >= 600
    assert len(direct) > direct["集团编码"].n_unique()
    assert len(customers) - len(direct) == 24
    products = _sheet(folder / "客户档案.xlsx", "物料")
    assert len(products) == 60
    assert 6 <= products["产品族"].n_unique() <= 8
    assert lines["单据日期"].min() >= dt.date(2023, 1, 1)
    assert lines["单据日期"].max() == dt.date(2025, 12, 31)
    assert sell_out["经销商编码"].n_unique() == 24
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 30_000_000


def test_untaxing_gives_the_net_amount_back(lines):
    back = (lines["价税合计"].cast(pl.Float64) / 1.13).round(2)
    assert (back - lines["金额"].cast(pl.Float64)).abs().max() < 0.001
    assert (lines["金额"] + lines["税额"] == lines["价税合计"]).all()


def test_article_9_class_a(lines, truth):
    year = _direct(lines).filter(_in(2025))
    groups = year.group_by("集团编码").agg(pl.col("金额").sum()).filter(pl.col("金额") > 0)
    groups = groups.sort(["金额", "集团编码"], descending=[True, False])
    assert len(groups) == 592
    whole = _net(groups)
    top = groups.filter(groups["金额"].cum_sum() - groups["金额"] < groups["金额"].sum() * 2 / 5)
    assert len(top) == 21
    assert 0.400 <= _net(top) / whole <= 0.410
    assert _net(top.head(20)) / whole < 0.40
    assert sorted(top["集团编码"]) == truth["class_a"]["class_a_groups"]
    family = year.filter(pl.col("物料编码").str.starts_with("GE"))
    held = family.filter(pl.col("集团编码").is_in(top["集团编码"].implode()))
    assert _net(held) / _net(family) == pytest.approx(0.62, abs=0.005)
    assert _net(family) / whole <= 0.40 / 0.62


def test_article_10_growth_and_rank(lines, truth):
    company = _net(lines.filter(_in(2025))) / _net(lines.filter(_in(2024)))
    assert company - 1 == pytest.approx(0.24, abs=0.0005)
    channel = lines.filter(pl.col("客户类型") == "经销商")
    b = channel.filter(pl.col("客户编码") == B)
    growth = _net(b.filter(_in(2025))) / _net(b.filter(_in(2024)))
    assert growth - 1 == pytest.approx(0.02, abs=0.0005)
    assert growth / company == pytest.approx(0.8226, abs=0.0005)
    # credited with the accounts that it delivers, no distributor passes A or B either
    credited = lines.filter(_in(2025)).with_columns(
        by=pl.coalesce("履约经销商", pl.when(pl.col("客户类型") == "经销商").then("客户编码"))
    ).filter(pl.col("by").is_not_null())  # fmt: skip
    rank = credited.group_by("by").agg(pl.col("金额").sum()).sort("金额", descending=True)
    assert rank["by"][:2].to_list() == [A, B]
    assert not credited.filter(pl.col("履约经销商").is_not_null())["履约经销商"].is_in([A, B]).any()
    share = _net(credited) / _net(lines.filter(_in(2025)))
    assert 0.50 < share < 0.55
    assert channel.filter(pl.col("客户编码") == A)["单据日期"].min() == dt.date(2024, 10, 8)
    assert truth["company"]["growth_2025"] == pytest.approx(0.24, abs=1e-6)


def test_article_10_two_kinds_of_downstream(sell_out, folder):
    year = sell_out.filter(_in(2025, "出货日期"))
    a, b = (year.filter(pl.col("经销商编码") == code) for code in (A, B))
    users = a.filter(pl.col("类型") == "终端用户")
    assert _net(users, "含税金额") / _net(a, "含税金额") > 0.70
    assert users["下线编码"].n_unique() == 100
    monthly = users.group_by(pl.col("出货日期").dt.month()).agg(
        faces=pl.col("下线编码").n_unique(), rows=pl.len()
    )
    assert (monthly["faces"] / monthly["rows"]).min() > 0.9
    assert _part(a, pl.col("收款方式") == "现款") >= 0.80
    assert _part(a, pl.col("提货方式") == "自提") == pytest.approx(0.50, abs=0.02)
    share = (
        b.group_by("下线编码", "类型")
        .agg(pl.col("含税金额").sum())
        .sort("含税金额", descending=True)
    )
    four = share.head(4)
    assert set(four["类型"]) == {"二级商"}
    assert _net(four, "含税金额") / _net(share, "含税金额") > 0.75
    parts = share["含税金额"].cast(pl.Float64) / _net(share, "含税金额")
    assert (parts**2).sum() * 10_000 >= 1406
    assert set(b["收款方式"]) == {"赊销"}
    assert b["账期"].min() >= 30
    assert set(b["账期"]) == {30, 60, 90}
    assert set(b["提货方式"]) == {"厂车直送"}
    hunted = _csv(folder / "业务/竞争动态.csv")["客户编码"].to_list()
    assert set(four["下线编码"]) <= set(hunted)


def _part(frame: pl.DataFrame, which: pl.Expr) -> float:
    return _net(frame.filter(which), "含税金额") / _net(frame, "含税金额")


def test_article_7_once_and_every_year(lines, folder, truth):
    story = truth["one_off_and_steady"]
    once = lines.filter(pl.col("集团编码") == story["one_off_group"])
    assert _net(once) == 200_000_000
    assert set(once["渠道"]) == {"招标"}
    assert once["单据日期"].dt.year().unique().to_list() == [2023]
    steady = lines.filter(pl.col("集团编码") == story["steady_group"])
    for year in (2023, 2024, 2025):
        mine = steady.filter(_in(year))
        assert _net(mine) == 10_000_000
        assert mine["单据日期"].dt.quarter().n_unique() == 4
    costs = _csv(folder / "财务/客户费用.csv").filter(
        pl.col("客户编码").is_in(steady["客户编码"].unique().implode())
    )
    assert costs["金额"].to_list() == ["5000000.00", "500000.00", "500000.00"]


def test_article_3_diversion_and_benign_chain(sell_out, lines, folder, truth):
    grants = _sheet(folder / "客户档案.xlsx", "授权区域").filter(pl.col("失效日期").is_null())
    granted = grants.select("经销商编码", 收货区划="区划编码", inside=pl.lit(True))
    year = sell_out.filter(_in(2025, "出货日期")).join(
        granted, on=["经销商编码", "收货区划"], how="left"
    )
    outside = (
        year.filter(pl.col("类型") != "连锁门店")
        .group_by("经销商编码")
        .agg(share=pl.col("数量").filter(pl.col("inside").is_null()).sum() / pl.col("数量").sum())
        .with_columns(pl.col("share").cast(pl.Float64))
        .sort("share", descending=True)
    )
    assert outside["经销商编码"][0] == truth["diversion"]["distributor_id"] == "D07"
    assert outside["share"][0] > 0.15
    assert outside["share"][1] < 0.02
    quarters = [v for k, v in truth["diversion"]["out_of_territory_share"].items() if k > "2025"]
    assert quarters == sorted(quarters)
    assert quarters[0] > truth["diversion"]["out_of_territory_share"]["2024Q1"]
    victim = lines.filter(pl.col("客户编码") == "D18")
    assert _net(victim.filter(_in(2025))) < 0.8 * _net(victim.filter(_in(2024)))
    chain = year.filter(pl.col("类型") == "连锁门店")
    assert set(chain["经销商编码"]) == {"D11"}
    assert chain["inside"].is_null().all()


def test_diverter_pays_less_and_is_overloaded(lines, folder):
    channel = lines.filter(pl.col("客户类型") == "经销商", _in(2025), pl.col("物料编码") == "HY01")
    price = channel.group_by("客户编码").agg(price=pl.col("金额").sum() / pl.col("数量").sum())
    median = float(price["price"].median())
    mine = float(price.filter(pl.col("客户编码") == "D07")["price"][0])
    rebates = _csv(folder / "渠道/返利计提.csv").filter(pl.col("开始日期") >= "2025")
    rate = rebates.group_by("经销商编码").agg(
        pl.col("返利率").str.strip_suffix("%").cast(pl.Float64).mean()
    )
    rates = dict(rate.iter_rows())
    assert mine < median
    assert rates["D07"] == max(rates.values())
    quota = _csv(folder / "渠道/销售任务.csv").filter(
        pl.col("经销商编码") == "D07", pl.col("开始日期").str.starts_with("2025")
    )
    dealer = _sheet(folder / "客户档案.xlsx", "经销商").filter(pl.col("客户编码") == "D07")
    target = quota["任务金额(万元)"].cast(pl.Float64).sum() * 10_000
    assert target / dealer["年销能力"][0] > 1.2


def test_hoarder_loads_the_quarters_end_and_pays_back(lines):
    def pull_forward(code: str) -> float:
        mine = lines.filter(pl.col("客户编码") == code, _in(2025)).with_columns(
            ending=pl.col("单据日期").dt.offset_by("6d").dt.quarter()
            != pl.col("单据日期").dt.quarter()
        )
        return _net(mine.filter("ending")) / _net(mine)

    assert pull_forward("D04") > 0.35
    assert max(pull_forward(f"D{i:02d}") for i in range(1, 25) if i != 4) < 0.25
    april = lines.filter(pl.col("客户编码") == "D04", _in(2025), pl.col("单据日期").dt.month() == 4)
    march = lines.filter(pl.col("客户编码") == "D04", _in(2025), pl.col("单据日期").dt.month() == 3)
    assert _net(april) < 0.3 * _net(march)


def test_hoarders_stock_jumps_at_the_quarters_end(folder):
    stock = _csv(folder / "渠道/经销商库存.csv").filter(pl.col("经销商编码") == "D04")
    prices = _sheet(folder / "客户档案.xlsx", "物料").select("物料编码", "目录价")
    value = stock.join(prices, on="物料编码").group_by("库存日期").agg(
        value=(pl.col("库存数量").cast(pl.Float64) * pl.col("目录价")).sum()
    )  # fmt: skip
    month = dict(value.iter_rows())
    for end, trough in (
        ("2025-03-31", "2025-02-28"),
        ("2025-06-30", "2025-05-31"),
        ("2025-09-30", "2025-08-31"),
    ):
        assert month[end] > 1.3 * month[trough]


@pytest.mark.parametrize("new_year", ["2023-01-22", "2024-02-10", "2025-01-29"])
def test_lunar_new_year_is_quiet_and_loaded_before(lines, new_year, truth):
    assert new_year in truth["lunar_new_years"]
    day = dt.date.fromisoformat(new_year)
    week = dt.timedelta(days=7)
    daily = lines.group_by("单据日期", "客户类型").agg(pl.col("金额").sum())

    def weekly(start: dt.date, weeks: int, kind: str) -> float:
        inside = daily.filter(
            pl.col("单据日期").is_between(start, start + weeks * week, closed="left"),
            (pl.col("客户类型") == "经销商") == (kind == "channel"),
        )
        return _net(inside) / weeks

    for kind in ("channel", "direct"):
        ordinary = weekly(day + 4 * week, 6, kind)
        assert weekly(day, 1, kind) < 0.15 * ordinary
        assert weekly(day - 2 * week, 1, kind) > ordinary * (1.15 if kind == "channel" else 0.9)


def test_tenders(folder, lines, truth):
    bids = _csv(folder / "业务/招投标.csv")
    kit = bids.filter(pl.col("招标编号") == truth["tenders"]["article_2"]["tender_id"])
    ours, rival = float(kit["我方报价"][0]), float(kit["最低对手报价"][0])
    assert (ours, ours - rival) == (24_700_000, 700_000)
    order = lines.filter(pl.col("招标编号") == kit["招标编号"][0])
    assert (_net(order), _net(order, "数量")) == (24_700_000, 12_400)
    won, lost = (bids.filter(pl.col("结果") == name) for name in ("中标", "落标"))
    assert len(won) / (len(won) + len(lost)) == pytest.approx(truth["tenders"]["hit_rate"])
    sold = lines.filter(pl.col("招标编号").is_not_null())
    both = sold.group_by("招标编号").agg(pl.col("金额").sum()).join(won, on="招标编号")
    assert len(both) == len(won)
    assert (both["金额"].cast(pl.Float64) - both["我方报价"].cast(pl.Float64)).abs().max() < 0.01


def test_wildcat_loses_money_and_holds_the_price_inversions(lines, folder, truth):
    group = truth["accounts"]["wildcat"]["group_id"]
    mine = lines.filter(pl.col("集团编码") == group)
    costs = _csv(folder / "财务/客户费用.csv").filter(
        pl.col("客户编码").is_in(mine["客户编码"].unique().implode())
    )
    contribution = _net(mine) - _net(mine, "成本金额") - float(costs["金额"].cast(pl.Float64).sum())
    assert contribution == pytest.approx(truth["accounts"]["wildcat"]["contribution"], abs=0.01)
    assert contribution < 0
    below = lines.filter(pl.col("单据类型") == "标准销售", pl.col("金额") < pl.col("成本金额"))
    assert len(below) == truth["accounts"]["price_inversion"]["lines"] > 10
    assert set(below["集团编码"]) == {group}


def test_one_account_is_overdue_beyond_ninety_days(folder, customers, truth):
    group = truth["accounts"]["overdue"]["group_id"]
    codes = customers.filter(pl.col("集团编码") == group)["客户编码"].implode()
    files = sorted((folder / "财务").glob("应收发票_*.csv"))
    invoices = pl.concat([_csv(path) for path in files]).filter(pl.col("客户编码").is_in(codes))
    payments = _csv(folder / "财务/收款单.csv", "gb18030").filter(
        pl.col("客户编码").is_in(codes), pl.col("单据状态") == "已审核"
    )
    due = invoices.filter(pl.col("到期日") < "2025-10-02").select(_number("价税合计"))
    paid = payments.select(_number("收款金额"))
    assert _net(due, "价税合计") - _net(paid, "收款金额") > 100_000


def test_nobody_pays_more_than_was_invoiced(folder):
    invoices = pl.concat([_csv(path) for path in sorted((folder / "财务").glob("应收发票_*.csv"))])
    billed = invoices.group_by("客户编码").agg(_number("价税合计").sum())
    payments = _csv(folder / "财务/收款单.csv", "gb18030").filter(pl.col("单据状态") == "已审核")
    paid = payments.group_by("客户编码").agg(_number("收款金额").sum())
    both = paid.join(billed, on="客户编码", how="left")
    assert (both["收款金额"] <= both["价税合计"]).all()
    assert "银行承兑" in set(payments["结算方式"])


def test_leavers_fall_silent_after_slowing_down(lines, truth):
    for leaver in truth["accounts"]["leavers"]:
        mine = lines.filter(pl.col("集团编码") == leaver["group_id"])
        assert str(mine["单据日期"].max()) == leaver["last_order_date"] < "2025-09"
        assert _net(mine.filter(_in(2024))) == pytest.approx(leaver["net_amount_2024"], abs=0.01)
        days = mine["单据日期"].unique().sort()
        assert (dt.date(2025, 12, 31) - days[-1]).days > 3 * days.diff().dt.total_days().median()


def test_campaign_lifts_its_region(lines, folder, truth):
    places = _sheet(folder / "客户档案.xlsx", "区域").select("区划编码", region="上级")
    story = truth["events"]["campaign"]
    year = lines.filter(_in(2025)).join(places, on="区划编码")
    monthly = year.group_by(
        month=pl.col("单据日期").dt.month(), treated=pl.col("region") == story["region"]
    ).agg(pl.col("金额").sum())

    def mean(months: list[int], treated: bool) -> float:
        return _net(
            monthly.filter(pl.col("month").is_in(months), pl.col("treated") == treated)
        ) / len(months)

    inside, around = [6, 7], [4, 5, 8, 9]
    lift = mean(inside, True) / mean(around, True) / (mean(inside, False) / mean(around, False))
    assert lift == pytest.approx(story["factor"], rel=0.2)
    start, end = dt.date.fromisoformat(story["start"]), dt.date.fromisoformat(story["end"])
    sold = year.filter(
        pl.col("region") == story["region"], pl.col("单据日期").is_between(start, end)
    )
    # All of it but what the steady buyer of the region took, whom no campaign moves.
    assert 0.9 < story["lift_amount"] / (_net(sold) * (1 - 1 / story["factor"])) < 0.95


def test_new_branch_lifts_its_region_for_good(lines, folder, truth):
    places = _sheet(folder / "客户档案.xlsx", "区域").select("区划编码", region="上级")
    story = truth["events"]["step"]
    year = lines.filter(_in(2024)).join(places, on="区划编码").filter(
        ~pl.col("集团编码").is_in(["G9002", A])
    )  # fmt: skip
    after = pl.col("单据日期") >= dt.date.fromisoformat(story["start"])
    here = pl.col("region") == story["region"]
    shift = [
        _net(year.filter(after, side)) / _net(year.filter(~after, side)) for side in (here, ~here)
    ]
    assert shift[0] / shift[1] == pytest.approx(story["factor"], rel=0.1)


def test_stock_out_is_documented(raw_lines, folder, truth):
    cancelled = raw_lines.filter(pl.col("单据状态") == "已取消")
    story = truth["stock_out"]
    assert len(cancelled) == story["cancelled_lines"] > 10
    assert set(cancelled["物料编码"]) == {story["product_id"]}
    assert cancelled["单据日期"].is_between(pl.lit(story["start"]), pl.lit(story["end"])).all()
    assert _net(cancelled.with_columns(_number("金额"))) == pytest.approx(story["cancelled_amount"])
    assert raw_lines.filter(pl.col("单据状态") == "部分出库").height == story["short_lines"] > 0
    assert _csv(folder / "业务/断货.csv")["物料编码"].to_list() == [story["product_id"]]


def test_dirt_stands_where_the_truth_says(folder, raw_lines, truth):
    orders = [fault for fault in truth["dirt"] if fault["file"].startswith("订单")]
    assert sorted(f["kind"] for f in orders) == [
        "duplicate",
        "unknown customer",
        "unreadable",
        "unreadable",
    ]
    for fault in orders:
        rows = (folder / fault["file"]).read_text("utf-8-sig").splitlines()
        assert all(part in rows[fault["row"] - 1] for part in fault["value"].split(", "))
    assert raw_lines.filter(pl.col("单据编号") == "合计").height == 36
    assert (
        raw_lines.select("单据编号", "分录号")
        .filter(pl.col("单据编号") != "合计")
        .is_duplicated()
        .sum()
        == 2
    )
    payments = _csv(folder / "财务/收款单.csv", "gb18030")
    assert payments.filter(pl.col("单据状态") == "草稿").height == 6
    with pytest.raises(UnicodeDecodeError):
        (folder / "财务/收款单.csv").read_text("utf-8")
    returns = raw_lines.filter(pl.col("单据类型") == "销售退货")
    assert len(returns) > 100
    assert returns["数量"].str.starts_with("-").all()
    assert returns["金额"].str.starts_with("-").all()


def test_every_total_row_adds_up(folder):
    for path in sorted((folder / "订单").glob("*.csv"))[:3]:
        frame = _csv(path).with_columns(_number("金额"), _number("数量"))
        assert _net(frame[:-1]) == pytest.approx(_net(frame[-1:]), abs=0.001)
        assert _net(frame[:-1], "数量") == _net(frame[-1:], "数量")


def test_same_seed_same_bytes_other_seed_other_company(tmp_path):
    first, second, other = (
        write(tmp_path / name, scale=0.3, seed=seed).parent
        for name, seed in (("1", 7), ("2", 7), ("3", 8))
    )
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(names) > 50
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    orders = Path("订单/销售订单_202401.csv")
    assert (first / orders).read_bytes() != (other / orders).read_bytes()


def test_scale_multiplies_customers_and_orders(folder, truth, tmp_path):
    small = json.loads(write(tmp_path, scale=0.5).read_text("utf-8"))["rows"]
    for name in ("direct_accounts", "downstream", "order_lines"):
        assert 0.4 < small[name] / truth["rows"][name] < 0.75
