"""A notebook and a history in which every text that can come from data is an attack."""

from __future__ import annotations

from typing import Any

import nbformat
import plotly.graph_objects as go

from dakehu.present.block import figure
from dakehu.present.theme import layout
from pages.specimen import both, code, notebook, prose
from pages.words import Words, card_block

HOSTILE = (
    "<script>window.hit=1;alert(1)</script>",
    "</script><script>window.hit=1;alert(1)</script>",
    '<img src="http://attack.invalid/x.png" onerror="window.hit=1;alert(1)">',
    "\"'><svg onload=window.hit=1>",
    '<a href="javascript:window.hit=1">press</a>',
    "[press](javascript:window.hit=1)",
    "=cmd|' /C calc'!A1",
    "{{ 7 * 7 }}{% raw %}",
    "名" * 300,
    "W" * 300,
    "\u202eمؤسسة التجارة العربية\u202c",
    "</style><style>*{display:none}</style>",
    "<!-- --><noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
)


def hostile() -> nbformat.NotebookNode:
    """Every place where a text from data can stand holds every attack."""
    text = " ".join(HOSTILE)

    def tiles(w: Words) -> dict[str, Any]:
        tile = dict.fromkeys(("name", "label", "value", "note", "previous", "tone"))
        return {"kind": "tiles", "tiles": [dict.fromkeys(tile, attack) for attack in HOSTILE]}

    def findings(w: Words) -> dict[str, Any]:
        return {"kind": "findings", "items": [{"text": t, "tone": t} for t in HOSTILE]}

    def definitions(w: Words) -> dict[str, Any]:
        return {
            "kind": "definitions",
            "items": [{"term": t, "text": t, "unit": t} for t in HOSTILE],
        }

    def note(w: Words) -> dict[str, Any]:
        return {"kind": "note", "text": text, "tone": text}

    def chart(w: Words) -> dict[str, Any]:
        bars = go.Bar(
            x=list(range(len(HOSTILE))),
            y=[attack[:60] for attack in HOSTILE],
            text=[attack[:60] for attack in HOSTILE],
            hovertext=list(HOSTILE),
            customdata=list(HOSTILE),
            hovertemplate="%{customdata}",
            name=text[:80],
            orientation="h",
        )
        fig = go.Figure(
            bars, layout(title={"text": text[:200]}, xaxis={"title": {"text": text[:80]}})
        )
        fig.add_annotation(x=1, y=1, text=text[:80], showarrow=False)
        return figure(fig, title=text, summary=text, note=text)

    def table(w: Words) -> dict[str, Any]:
        columns = [
            {"key": text, "label": HOSTILE[n % len(HOSTILE)], "type": "text", "priority": 1 + n % 3}
            for n in range(4)
        ]
        rows = [[attack, [attack, attack], attack, None] for attack in HOSTILE * 3]
        return {
            "kind": "table",
            "title": text,
            "note": text,
            "columns": columns,
            "rows": rows,
            "total_rows": 4000,
            "file": HOSTILE[1],
        }

    attack_prose = (
        "# "
        + HOSTILE[0]
        + "\n\n"
        + "\n\n".join(HOSTILE)
        + ("\n\n![x](http://attack.invalid/y.png)\n\n<http://attack.invalid>")
    )

    def card(w: Words) -> dict[str, Any]:
        return card_block(w, list(HOSTILE), list(HOSTILE))

    kinds = (tiles, findings, chart, table, note, definitions, card)
    return notebook(
        prose("zh", attack_prose),
        prose("en", attack_prose),
        code(*(both(kind) for kind in kinds), source="\n".join(HOSTILE)),
        prose("zh", f"## {HOSTILE[1]}"),
        prose("en", f"## {HOSTILE[1]}"),
        code(both(chart)),
        prose("zh", f"## {HOSTILE[4]}", fold=True),
        prose("en", f"## {HOSTILE[4]}", fold=True),
        code(both(chart), both(table)),
    )


def runs(attack: str = "") -> list[dict[str, Any]]:
    """A history in which one report is up to date, one is stale and one never came."""
    tiles = [
        {
            "name": "n",
            "label": f"标签 {attack}",
            "value": f"73.8% {attack}",
            "note": attack,
            "previous": attack,
            "tone": attack,
        },
        {
            "name": "m",
            "label": "赫芬达尔指数",
            "value": "1,284",
            "note": "",
            "previous": "",
            "tone": "warn",
        },
    ]
    words = {"title": f"谁是我们的大客户？ {attack}", "tiles": tiles}

    def report(status: str, reason: str = "") -> dict[str, Any]:
        return {"status": status, "reason": reason, "seconds": 8.2, "languages": ["zh", "en"]}

    def run(day: int, status: str, **values: Any) -> dict[str, Any]:
        return {
            "run_id": f"r{day}",
            "started_at": f"2025-07-{day:02d}T06:00:00+00:00",
            "status": status,
            "finished_at": f"2025-07-{day:02d}T06:00:41+00:00",
            "seconds": 41.3,
            "as_of": "",
        } | values

    good = {"customer_value": report("ok"), "sales_forecast": report("ok")}
    figures = {slug: {"zh": words, "en": words} for slug in good}
    failed = good | {
        "sales_forecast": report(
            "failed", f"cell 7: ValueError: {attack or 'no month is complete'}"
        ),
        "distributor_ranking": report("failed", f"no distributors {attack}"),
    }
    return [
        run(1, "ok", as_of="2025-05-31", reports=good, figures=figures),
        run(2, "refused", reason=f"check_fct_order_lines__nothing_lost: 3 rows. {attack}"),
        run(3, "ok", as_of="2025-06-30", reports=good, figures=figures, forced=True),
        run(
            4,
            "failed",
            as_of="2025-06-30",
            reports=failed,
            figures=figures,
            reason=f"sales_forecast: cell 7 {attack}",
        ),
    ]
