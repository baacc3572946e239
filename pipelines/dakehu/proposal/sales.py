"""Sales lines out of a shape: which amount, with or without tax, and what stands in for a gap."""

from __future__ import annotations

from dakehu.proposal.lines import (
    Feed,
    Line,
    constant,
    identifier,
    line,
    lines,
    literal,
    number,
    open_line,
)
from dakehu.proposal.matching import Choice, Match, match
from dakehu.proposal.shapes import Shape
from dakehu.proposal.synonyms import heading, known, meanings, normal
from dakehu.proposal.taxes import is_taxed, plain, rows_of, untaxed
from dakehu.schema import tables

TABLE = "order_lines"


def sales(shape: Shape) -> Feed | None:
    """The feed of order_lines, or None where date, party or money is not to be found."""
    found = match(TABLE, shape)
    amount = _amount(found, shape)
    if amount is None or "order_date" not in found:
        return None
    if not {"customer_id", "product_id"} & found.keys():
        return None
    found = _with_price(found, shape)
    made = lines(TABLE, found, shape)
    if not _is_key(found, shape):
        made.pop("line_no", None)
    made["net_amount"] = amount
    made |= _stood_in(found)
    if "cost_amount" not in made and (cost := _cost(found, shape)):
        made["cost_amount"] = cost
    if "unit_price" in made:
        price = _price(made.pop("unit_price"), found, shape)
        made |= {"unit_price": price} if price else {}
    ordered = {name: made[name] for name in tables()[TABLE].columns if name in made}
    where, note = _audited(shape)
    return Feed(TABLE, shape, ordered, where, notes=[note] if note else [])


def _amount(found: Match, shape: Shape) -> Line | None:
    """The net amount: a column, its tax taken out, else price times quantity less discount."""
    column = tables()[TABLE].columns["net_amount"]
    if choice := found.get("net_amount"):
        made = line(TABLE, column, choice, shape)
        return untaxed(made, choice.heading, found, shape)
    if not {"unit_price", "quantity"} <= found.keys():
        return None
    price, quantity = found["unit_price"].heading, found["quantity"].heading
    sql = f"{number(shape, price)} * {number(shape, quantity)}"
    note = "unit price times quantity"
    if rate := _discount(shape):
        share = number(shape, rate)
        share = f"{share} / 100" if _highest(shape, rate) > 1 else share
        sql, note = f"{sql} * (1 - {share})", f"{note}, less the discount"
    samples = [f"{a} x {b}" for a, b in rows_of(shape, price, quantity)]
    unit = {"unit": heading(price).unit} if heading(price).unit else {}
    made = Line({"sql": sql, **unit}, "likely", tuple(samples[:2]), note)
    return untaxed(made, price, found, shape)


def _with_price(found: Match, shape: Shape) -> Match:
    """The match with that price, of several, which times the quantity gives the amount."""
    if not {"net_amount", "quantity", "unit_price"} <= found.keys():
        return found
    names = {h: heading(h).names for h in shape.headings}
    prices = [h for h, keys in names.items() if any(_means_price(key) for key in keys)]
    fitting = [h for h in prices if _multiplies(shape, h, found)]
    if fitting and found["unit_price"].heading not in fitting:
        return found | {"unit_price": Choice(fitting[0], "likely")}
    return found


def _price(made: Line, found: Match, shape: Shape) -> Line | None:
    """The unit price without tax; None where that would take a question of its own."""
    text = found["unit_price"].heading
    amount = found.get("net_amount")
    if heading(text).taxed is None and amount and _multiplies(shape, text, found):
        return made if is_taxed(amount.heading, found, shape) is False else None
    rated = {name: choice for name, choice in found.items() if name != "tax_amount"}
    price = untaxed(made, text, rated, shape)
    return None if price.question else price


def _means_price(name: str) -> bool:
    meaning = meanings(TABLE).get(name)
    return meaning is not None and meaning.column == "unit_price"


def _multiplies(shape: Shape, price: str, found: Match) -> bool:
    names = (price, found["quantity"].heading, found["net_amount"].heading)
    read = [[plain(text) for text in row] for row in rows_of(shape, *names)]
    whole = [(p, q, a) for p, q, a in read if p is not None and q is not None and a is not None]
    close = sum(abs(p * q - a) <= 0.02 * abs(a) + 0.05 for p, q, a in whole)
    return bool(whole) and close >= 0.6 * len(whole)


def _discount(shape: Shape) -> str | None:
    """A column with the share that is taken off the price."""
    wanted = {normal(entry) for entry in known()["discount"]}
    for text in shape.headings:
        if wanted & set(heading(text).names) and shape.values(text).numbers.share == 1:
            return text
    return None


def _highest(shape: Shape, text: str) -> float:
    return max((plain(value) or 0.0 for value in shape.values(text).counts), default=0)


def _cost(found: Match, shape: Shape) -> Line | None:
    """The cost as what profit leaves of the amount."""
    wanted = {normal(entry) for entry in known()["profit"]}
    profit = next((h for h in shape.headings if wanted & set(heading(h).names)), None)
    if profit is None or "net_amount" not in found or shape.values(profit).numbers.share < 1:
        return None
    amount = found["net_amount"].heading
    sql = f"{number(shape, amount)} - {number(shape, profit)}"
    return Line({"sql": sql}, "guess", (), "the amount less the profit")


def _is_key(found: Match, shape: Shape) -> bool:
    """Whether order and line number tell the rows apart; else the loader numbers them."""
    if not {"order_id", "line_no"} <= found.keys():
        return False
    key = list({found["order_id"].heading, found["line_no"].heading})
    return not shape.frame.select(key).is_duplicated().any()


def _stood_in(found: Match) -> dict[str, Line]:
    """Lines for what no column tells."""
    made = {}
    if "quantity" not in found:
        made["quantity"] = constant(1, "no column has a quantity: every line counts as one")
    if "product_id" not in found:
        made["product_id"] = constant("all", "no column has a product: everything is one")
    if "order_id" not in found:
        made["order_id"] = open_line("Which column numbers the document? Write its heading.")
    if "customer_id" not in found:
        made["customer_id"] = open_line("Which column names the customer? Write its heading.")
    return made


def _audited(shape: Shape) -> tuple[str | None, str]:
    """The condition that keeps drafts out, where there are any."""
    wanted = {normal(entry) for entry in known()["audited"]["headings"]}
    good = {value.lower() for value in known()["audited"]["values"]}
    for text in shape.headings:
        if wanted & set(heading(text).names):
            values = shape.values(text).counts
            kept = sorted(value for value in values if value.lower() in good)
            if kept and len(kept) < len(values):
                listed = ", ".join(literal(value) for value in kept)
                left = values.total() - sum(values[value] for value in kept)
                note = f"{left:,} rows are not audited: left out, and counted"
                return f"{identifier(shape, text)} in ({listed})", note
    return None, ""
