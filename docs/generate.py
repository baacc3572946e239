"""Writes the parts of docs/ that come out of the code; a test fails when they are out of step.

`python docs/generate.py` rewrites docs/commands.md, docs/definitions.md and docs/schema.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlglot import parse_one
from sqlglot.expressions import Values

from dakehu.cli import main
from dakehu.models import codebook
from dakehu.paths import SQL
from dakehu.present.data_quality.terms import BLOCKS, GIVES
from dakehu.present.text import Text
from dakehu.schema import SQL_TYPES, Reference, Table, tables

DOCS = Path(__file__).resolve().parent
REPORTS = ("customer_value", "distributor_ranking", "sales_forecast", "data_quality")
LEVELS = (
    "| L0 | needed for any report | 任何报告必需 |",
    "| L1 | usual in an ERP export | 一般 ERP 导出即有 |",
    "| L2 | from a distributor, customer or finance system | 需分销、客户关系或财务系统 |",
    "| L3 | rare | 少见 |",
)
MARK = "<!-- Written by docs/generate.py; change the source that it names, not this page. -->\n"


def commands() -> str:
    """Every command with its help, from the command line itself."""
    parts = ["# Commands", MARK]
    root = click.Context(main, info_name="dakehu", terminal_width=90, **main.context_settings)
    for name, command in [("", main), *sorted(main.commands.items())]:
        context = root if not name else click.Context(command, parent=root, info_name=name)
        context.terminal_width = 90
        parts += [f"## dakehu {name}".rstrip(), f"```\n{command.get_help(context)}\n```"]
    return "\n\n".join(parts) + "\n"


def definitions() -> str:
    """Every table that a report writes, from sql/models.yml, and every rule, from its `Policy`."""
    parts = ["# Definitions 口径", MARK, "Sources: `sql/models.yml`, `pipelines/dakehu/analysis/`."]
    for report in REPORTS:
        parts.append(f"## {report}")
        policy = getattr(import_module(f"dakehu.analysis.{report}"), "Policy", None)
        if report == "data_quality":
            rows = [
                f"| `{name}` | `{gate['value']!r}` | {gate['en']} | {gate['zh']} |"
                for name, gate in codebook()["gates"].items()
            ]
            parts.append(
                "Thresholds of the data gates, changed under `[policy.data_quality]`:\n\n"
                "| threshold | default | meaning | 含义 |\n|---|---|---|---|\n" + "\n".join(rows)
            )
        elif policy:
            rules = {f.name: getattr(policy(), f.name) for f in fields(policy)}
            nested = {name: value for name, value in rules.items() if _holds_tables(value)}
            rows = [f"| `{name}` | `{rules[name]!r}` |" for name in rules if name not in nested]
            parts.append(
                f"Rules, changed under `[policy.{report}]` of the pipeline file:\n\n"
                "| rule | default |\n|---|---|\n" + "\n".join(rows)
            )
            parts += [_rules_of(f"policy.{report}.{name}", nested[name]) for name in nested]
        for table, entry in codebook()["reports"][report].items():
            rows = [
                f"| `{column}` | {m['unit']} | {m['en']} | {m['zh']} |"
                for column, m in entry["columns"].items()
            ]
            parts.append(
                f"### {table}\n\n{entry['grain']}\n\n"
                "| column | unit | meaning | 含义 |\n|---|---|---|---|\n" + "\n".join(rows)
            )
    return "\n\n".join(parts) + "\n"


def _holds_tables(value: Any) -> bool:
    is_table = isinstance(value, Mapping) and bool(value)
    return is_table and all(map(is_dataclass, value.values()))


def _rules_of(where: str, tables: Mapping[str, Any]) -> str:
    """Rules that are a table each in the pipeline file: one row for each."""
    keys = [f.name for f in fields(next(iter(tables.values())))]
    rows = []
    for name, one in tables.items():
        values = [getattr(one, key) for key in keys]
        said = [", ".join(f"{v:g}" for v in x) if isinstance(x, tuple) else x for x in values]
        rows.append(f"| `{name}` | {' | '.join(map(str, said))} |")
    return f"`[{where}.<name>]`:\n\n{_grid('name', *keys, rows=rows)}"


def schema() -> str:
    """The canonical tables that a source can be mapped to, and what each column switches on."""
    known = tables().values()
    lines = [
        f"| [{table.name}](#{table.name}) | {table.level} | {table.en} | {table.zh} |"
        for table in known
    ]
    parts = [
        "# The canonical schema 标准表结构",
        MARK,
        "Sources: `sql/schema.yml`, `sql/marts/mart_data_quality__capabilities.sql`.",
        "No row may lack a **bold** column. Only `order_lines` must be there; what another table "
        "or column would carry is off without it, and the reports say so. Money is in the "
        "pipeline's currency without tax, except where the meaning says otherwise; the unit "
        "`unit` is the product's base unit, and a `share` is 0 to 1.",
        "**粗体**字段每行必填。只有 `order_lines` 不可缺；缺少其他表或字段时，相应模块关闭，"
        "并在报告中注明。金额为本流程币种、不含税，另有说明者除外；"
        "单位 `unit` 指产品的基本单位，`share` 取值 0 至 1。",
        _grid("level", "meaning", "含义", rows=LEVELS),
        _grid("type", "in the warehouse", rows=[f"| {k} | `{v}` |" for k, v in SQL_TYPES.items()]),
        "## Tables 数据表",
        _grid("table", "level", "holds", "内容", rows=lines),
        "## What the data switches on 数据开启的模块",
        _grid("block", "模块", "needs 所需字段", "gives", "作用", rows=_capabilities()),
    ]
    return "\n\n".join([*parts, *map(_described, known)]) + "\n"


def _described(table: Table) -> str:
    """One canonical table with its columns."""
    amount = f" Money reconciled 对账金额: `{table.amount}`." if table.amount else ""
    key = ", ".join(f"`{name}`" for name in table.key) or "none 无"
    head = (
        f"## {table.name}\n\n{table.en}. One row is {table.grain}.\n\n{table.zh}。\n\n"
        f"Level 层级: {table.level}. Key 主键: {key}.{amount}"
    )
    rows = []
    for column in table.columns.values():
        name = f"**{column.name}**" if column.is_required else column.name
        known = f": {', '.join(f'`{value}`' for value in column.values)}" if column.values else ""
        cells = (
            name,
            column.kind,
            column.level,
            column.unit,
            "yes" if column.name in table.key else "",
            _link(column.reference),
            column.en + known,
            column.zh,
        )
        rows.append(f"| {' | '.join(cells)} |")
    heads = ("column", "type", "level", "unit", "key", "references", "meaning", "含义")
    return f"{head}\n\n{_grid(*heads, rows=rows)}"


def _link(reference: Reference | None) -> str:
    if reference is None:
        return ""
    return f"[{reference.table}.{reference.column}](#{reference.table})"


def _capabilities() -> list[str]:
    """The blocks of the reports and the columns that each needs, read from the model's own SQL."""
    sql = (SQL / "marts" / "mart_data_quality__capabilities.sql").read_text("utf-8")
    listed = parse_one(sql, dialect="duckdb").find(Values)
    names = [name.name for name in listed.args["alias"].columns]
    blocks: dict[str, dict[str, list[str]]] = {}
    for row in listed.expressions:
        need = dict(zip(names, (cell.name for cell in row.expressions), strict=True))
        columns = blocks.setdefault(need["block"], {}).setdefault(need["alternative"], [])
        columns.append(f"{need['table_name']}.{need['column_name']}")
    zh, en = Text("zh", "CNY"), Text("en", "CNY")
    return [
        f"| {en(BLOCKS[block])} | {zh(BLOCKS[block])} | "
        f"{' or 或 '.join(' + '.join(columns) for columns in alternatives.values())} | "
        f"{en(GIVES[block])} | {zh(GIVES[block])} |"
        for block, alternatives in blocks.items()
    ]


def _grid(*heads: str, rows: Iterable[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *rows])


PAGES = {"commands.md": commands, "definitions.md": definitions, "schema.md": schema}

if __name__ == "__main__":
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), "utf-8")
