"""A block in two languages: what the pages of the tests are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Words = Callable[[str, str], str]


def card_block(w: Words, codes: list[str], names: list[str]) -> dict[str, Any]:
    """A card block over these records; every text of a record is its name."""
    return {
        "kind": "card",
        "title": w("客户卡片", "Customer card"),
        "prompt": w("客户名称或编码", "Name or code of a customer"),
        "note": names[0],
        "panels": [[w("概况", "Profile"), [w("名称", "Name"), names[0]]]],
        "details": [
            [w("联系人", "Contacts"), [[w("姓名", "Name"), "text"], [names[-1], "number"]]]
        ],
        "history": [names[0], ["2024-01", "2024-02", "2024-03"]],
        "records": {
            "codes": codes,
            "names": names,
            "values": [[names, [None, *names[1:]]]],
            "details": [{"counts": [1] * len(names), "columns": [names, [None] * len(names)]}],
            "history": [[float(place), -1.0, 2.0] for place, _ in enumerate(names)],
        },
    }
