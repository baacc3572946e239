"""An executed notebook with every kind of block, built as the real reports are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import nbformat
import plotly.graph_objects as go

from dakehu.present.block import BLOCK_MIME, figure
from dakehu.present.theme import BAND_80, BAND_95, layout
from dakehu.render import PageContext
from pages.words import Words, card_block


def context(**changes: Any) -> PageContext:
    usual = PageContext(
        report="customer_value",
        pipeline="demo",
        title={"zh": "K 公司", "en": "K Company"},
        as_of=date(2025, 6, 30),
        currency="CNY",
        run_id="20250703T060012Z-8c1f",
        made_at=datetime(2025, 7, 3, 6, 0, 41, tzinfo=UTC),
        versions={"dakehu": "0.1.0", "duckdb": "2.0.0"},
        languages=("zh", "en"),
        tables=("customers", "classes"),
    )
    return replace(usual, **changes)


def prose(language: str, source: str, *, fold: bool = False) -> nbformat.NotebookNode:
    tags = [language, "fold"] if fold else [language]
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": tags})


def code(*blocks: dict[str, Any], source: str = "show(...)") -> nbformat.NotebookNode:
    """A cell that displays blocks; each is given by language."""
    outputs = [
        nbformat.v4.new_output("display_data", {BLOCK_MIME: block, "text/html": "<b>not me</b>"})
        for block in blocks
    ]
    return nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=1)


def both(make: Callable[[Words], dict[str, Any]]) -> dict[str, Any]:
    return {"zh": make(lambda zh, en: zh), "en": make(lambda zh, en: en)}


def notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def every_kind() -> nbformat.NotebookNode:
    """A small report as the real ones are built."""
    months = [f"{2022 + n // 12}-{n % 12 + 1:02d}-01" for n in range(42)]
    sales = [82 + 11 * ((n % 12) / 12) + n * 0.9 + (9 if n % 12 == 11 else 0) for n in range(42)]

    def tiles(w: Words) -> dict[str, Any]:
        rows = [
            (w("大客户", "Key accounts"), "21", w("占 592 家的 3.5%", "3.5% of 592 customers"), ""),
            (w("头部两成客户的销售占比", "Sales share of the top fifth"), "73.8%", "", ""),
            (w("赫芬达尔指数", "HHI"), "1,284", w("前五大占 41.2%", "top five hold 41.2%"), "warn"),
            (w("有流失风险的收入", "Revenue at risk"), w("1.24亿元", "¥124M"), "", "bad"),
            (
                w("贡献毛利率", "Contribution margin"),
                "18.6%",
                w("已扣服务成本", "after cost to serve"),
                "good",
            ),
            (
                w("逾期应收", "Overdue receivables"),
                "–",
                w("无该数据，未计算（不是零）", "not computed, data absent (not zero)"),
                "",
            ),
        ]
        before = w("上次：20", "Last run: 20")
        return {
            "kind": "tiles",
            "tiles": [
                {
                    "name": f"t{n}",
                    "label": label,
                    "value": value,
                    "note": note,
                    "previous": before if n == 0 else "",
                    "tone": tone,
                }
                for n, (label, value, note, tone) in enumerate(rows)
            ],
        }

    def findings(w: Words) -> dict[str, Any]:
        sentences = [
            (
                w(
                    "21 家大客户（占 3.5%）贡献了 61.9% 的净销售额，其余 571 家平均每家 43 万元。",
                    "21 key accounts (3.5%) bring 61.9% of sales, the other 571 ¥430K each.",
                ),
                "",
            ),
            (
                w(
                    "最大一家“华东精工集团”占 14.1%；若流失，销售额回到 2023 年 8 月的水平。",
                    "The largest, Huadong Precision Group, holds 14.1%: sales of 2023 without it.",
                ),
                "warn",
            ),
            (
                w(
                    "37 家 A 类客户超过自身采购间隔两倍未下单，涉及 1.24 亿元。",
                    "37 class-A customers are silent for twice their usual interval, worth ¥124M.",
                ),
                "bad",
            ),
            (
                w(
                    "明星客户净增 9 家，带来 5,310 万元增量。",
                    "Nine more customers turned stars, adding ¥53.1M.",
                ),
                "good",
            ),
        ]
        items = [{"text": text, "tone": tone} for text, tone in sentences]
        return {"kind": "findings", "items": items}

    def trend(w: Words) -> dict[str, Any]:
        fig = go.Figure(layout=layout(yaxis={"title": {"text": w("百万元", "CNY million")}}))
        ahead = months[-6:]
        for share, colour in ((0.16, BAND_95), (0.09, BAND_80)):
            fig.add_scatter(
                x=ahead + ahead[::-1],
                y=[v * (1 + share) for v in sales[-6:]]
                + [v * (1 - share) for v in sales[-6:]][::-1],
                mode="lines",
                fill="toself",
                fillcolor=colour,
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        fig.add_scatter(x=months, y=sales, name=w("净销售额", "Net sales"), mode="lines")
        return figure(
            fig,
            title=w("每月净销售额与未来六个月", "Net sales by month, and the six to come"),
            summary=w(
                "销售额三年间由 8,200 万升到 1.2 亿。",
                "Sales rise from 82 to 120 million in three years.",
            ),
            note=w("浅色为 80% 与 95% 预测区间。", "The bands are the 80% and 95% intervals."),
        )

    def bars(w: Words) -> dict[str, Any]:
        names = [w(f"客户集团 {n:02d}", f"Customer group {n:02d}") for n in range(12, 0, -1)]
        fig = go.Figure(
            go.Bar(x=[n * 1.7 for n in range(1, 13)], y=names, orientation="h"),
            layout(xaxis={"title": {"text": w("百万元", "CNY million")}}),
        )
        return figure(
            fig, title=w("前十二大客户", "The twelve largest customers"), summary="…", height=380
        )

    def customers(w: Words) -> dict[str, Any]:
        labels = [
            ("customer_name", w("客户", "Customer"), "text", 1),
            ("net_amount", w("净销售额", "Net sales"), "number", 1),
            ("amount_share", w("占比", "Share"), "number", 1),
            ("growth", w("同比", "Growth"), "number", 2),
            ("customer_class", w("分级", "Class"), "text", 2),
            ("last_order_date", w("最近下单", "Last order"), "date", 2),
            ("order_count", w("订单数", "Orders"), "number", 3),
            ("is_key_account", w("大客户", "Key account"), "flag", 3),
            ("margin_amount", w("毛利", "Margin"), "number", 3),
            ("action", w("建议", "What to do"), "text", 3),
        ]
        cities = ("上海", "苏州", "无锡", "杭州", "宁波", "南京", "合肥", "青岛", "武汉", "成都")
        rows = [
            [
                w(
                    f"{cities[n % 10]}精工机械集团有限公司 {n:03d}",
                    f"Precision Machinery Group {n:03d} Ltd",
                ),
                [
                    w(f"{9000 / (n + 1):,.1f}万元", f"¥{90000 / (n + 1):,.0f}K"),
                    9000 / (n + 1) * 1e4,
                ],
                [f"{14.1 / (n + 1):.1f}%", 0.141 / (n + 1)],
                None if n % 9 == 4 else [f"{(n * 7 % 41) - 17:+.1f}%", (n * 7 % 41 - 17) / 100],
                "ABC"[min(n // 12, 2)],
                [
                    w(f"2025年{n % 6 + 1}月{n % 28 + 1}日", f"{n % 6 + 1}/{n % 28 + 1}/2025"),
                    f"2025-{n % 6 + 1:02d}-{n % 28 + 1:02d}",
                ],
                [str(400 - 6 * n), 400 - 6 * n],
                ["✓", 1] if n < 21 else ["", 0],
                None,
                w("本月拜访，谈年度框架合同", "Visit this month about the frame contract")
                if n % 3
                else None,
            ]
            for n in range(57)
        ]
        return {
            "kind": "table",
            "title": w("客户清单", "Customers"),
            "file": "customers",
            "note": w(
                "按净销售额排序；缺数据记为“–”，不是零。", "By net sales; – is missing, not zero."
            ),
            "columns": [
                dict(zip(("key", "label", "type", "priority"), c, strict=True)) for c in labels
            ],
            "rows": rows,
            "total_rows": 592,
        }

    def classes(w: Words) -> dict[str, Any]:
        columns = [
            {"key": "c", "label": w("分级", "Class"), "type": "text", "priority": 1},
            {"key": "n", "label": w("客户数", "Customers"), "type": "number", "priority": 1},
            {"key": "s", "label": w("销售占比", "Sales share"), "type": "number", "priority": 1},
        ]
        rows = [
            ["A", ["21", 21], ["61.9%", 0.619]],
            ["B", ["118", 118], ["27.5%", 0.275]],
            ["C", ["453", 453], ["10.6%", 0.106]],
        ]
        return {
            "kind": "table",
            "title": w("客户分级", "Customer classes"),
            "note": "",
            "columns": columns,
            "rows": rows,
            "total_rows": 3,
            "file": "classes",
        }

    def absent(w: Words) -> dict[str, Any]:
        text = w(
            "钱包份额：无该数据，未计算（不是零）。",
            "Share of wallet: not computed, data absent (not zero).",
        )
        return {"kind": "note", "text": text, "tone": "warn"}

    def terms(w: Words) -> dict[str, Any]:
        items = [
            {
                "term": w("大客户", "Key account"),
                "unit": "",
                "text": w(
                    "连续三年采购且进入帕累托集合。",
                    "Buys in three years and lies in the Pareto set.",
                ),
            },
            {
                "term": w("赫芬达尔指数", "HHI"),
                "unit": w("点", "points"),
                "text": w("10,000 × 各客户集团份额平方和。", "10,000 × the sum of squared shares."),
            },
        ]
        return {"kind": "definitions", "items": items}

    def person(w: Words) -> dict[str, Any]:
        return card_block(
            w, [f"C{n:04d}" for n in range(40)], [f"{w('客户', 'Customer')} {n}" for n in range(40)]
        )

    def pair(zh: str, en: str, *, fold: bool = False) -> tuple[nbformat.NotebookNode, ...]:
        return prose("zh", zh, fold=fold), prose("en", en, fold=fold)

    return notebook(
        nbformat.v4.new_markdown_cell("no tag: not shown"),
        *pair(
            "# 谁是我们的大客户，我们有多依赖他们？",
            "# Who are our key accounts, and how far do we depend on them?",
        ),
        nbformat.v4.new_code_cell('as_of: str = ""', metadata={"tags": ["parameters"]}),
        code(both(tiles), both(findings)),
        *pair(
            "## 走势\n\n净销售额按会计月汇总，不含税。",
            "## Trend\n\nNet sales by fiscal month, tax excluded.",
        ),
        code(both(trend)),
        *pair("## 集中度", "## Concentration"),
        code(both(bars), both(classes)),
        *pair("## 客户", "## Customers\n\nWho they are, and what to do *this month*."),
        code(both(customers), both(absent)),
        *pair("## 客户卡片", "## One customer at a time"),
        code(both(person)),
        *pair(
            "## 方法\n\n- 先排序\n- 再累计，见 [说明](https://example.org)。",
            "## Method\n\n- Sort\n- Accumulate, see [notes](https://example.org).",
            fold=True,
        ),
        *pair("## 数据来源与口径", "## Sources and definitions", fold=True),
        code(both(terms), both(trend)),
    )
