"""The pipeline's currency: its signs beside numbers, its names in a column; others are rejected."""

from __future__ import annotations

import duckdb

from dakehu.schema import Table
from dakehu.source import Source
from dakehu.sources.relation import FILE, Relation, literal, quoted

# A currency that is not listed may share any of these signs (HK$ and A$ are written $, too).
SIGNS = {"CNY": "¥￥元", "JPY": "¥￥", "USD": "$", "EUR": "€", "GBP": "£"}
EVERY_SIGN = "".join(dict.fromkeys("".join(SIGNS.values())))
SHORT_NAMES = {"CNY": "RMB"}


def sign_macro(currency: str) -> str:
    """`signs()`: the regular expression of the signs that may stand beside an amount."""
    return (
        "create or replace temp macro signs() as "
        f"{literal(f'[{SIGNS.get(currency, EVERY_SIGN)}]')};"
    )


def reject_foreign(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    relation: Relation,
    currency: str,
) -> None:
    """Reject the staged rows of the relation whose column `currency` names another currency.

    Their amounts are in no sum, whatever became of the row. An empty cell means `currency`, the
    pipeline's, and its name in either language is stored as its code.
    """
    if "currency" not in source.columns:
        return
    files = f"{FILE} in ({', '.join(str(part.order) for part in relation.parts)})"
    named = connection.execute(
        f"select distinct currency from scratch.staged where {files} and currency <> ?", [currency]
    ).fetchall()
    own = _names(currency)
    foreign = [name for (name,) in named if name.casefold() not in own]
    if foreign:
        reason = f"not {currency}, the pipeline's currency: convert the amount or split the export"
        fault = {
            "fault_column": "'currency'",
            "fault_value": "currency",
            "fault_reason": literal(reason),
            "fate": "'rejected'",
        }
        amount = f", {quoted(table.amount)} = null" if table.amount in source.columns else ""
        connection.execute(
            f"update scratch.staged set exact_amount = null{amount}, "
            + ", ".join(
                f"{name} = case fate when 'loaded' then {value} else {name} end"
                for name, value in fault.items()
            )
            + f" where {files} and currency in ({', '.join(map(literal, foreign))})"
        )
    if len(named) > len(foreign):
        connection.execute(
            f"update scratch.staged set currency = {literal(currency)} "
            f"where {files} and fate = 'loaded' and currency is not null"
        )


def _names(currency: str) -> set[str]:
    """What an export may call the currency, in small letters."""
    from babel.numbers import get_currency_name

    names = {get_currency_name(currency, locale=locale) for locale in ("zh_CN", "en")}
    names |= {currency, SHORT_NAMES.get(currency, currency), *SIGNS.get(currency, "")}
    return {name.casefold() for name in names}
