"""K company itself: every part that the exports are cut from, built once."""

from dataclasses import dataclass
from functools import partial

import polars as pl

from dakehu.demo import (
    accounts,
    catalogue,
    contacts,
    documents,
    downstream,
    logistics,
    lots,
    money,
    network,
    orders,
    selling,
    sellout,
    targets,
)


@dataclass(frozen=True)
class Company:
    """The frames behind the files; amounts in fen where a column says so."""

    groups: pl.DataFrame
    branches: pl.DataFrame
    distributors: pl.DataFrame
    products: pl.DataFrame
    territories: pl.DataFrame
    lines: pl.DataFrame
    shipments: pl.DataFrame
    quotas: pl.DataFrame
    rebates: pl.DataFrame
    rebate_tiers: pl.DataFrame
    buyers: pl.DataFrame
    stock: pl.DataFrame
    sell_out: pl.DataFrame
    credit_terms: pl.DataFrame
    invoices: pl.DataFrame
    payments: pl.DataFrame
    costs: pl.DataFrame
    people: pl.DataFrame
    team: pl.DataFrame
    contacts: pl.DataFrame
    activities: pl.DataFrame
    bids: pl.DataFrame
    stages: pl.DataFrame
    events: pl.DataFrame
    outages: pl.DataFrame
    rivals: pl.DataFrame

    @property
    def names(self) -> pl.DataFrame:
        """Code and name of every party that buys from K."""
        columns = ("customer_id", "customer_name")
        return pl.concat([self.branches.select(columns), self.distributors.select(columns)])

    @property
    def sales(self) -> pl.DataFrame:
        """The lines that count as net sales: all but the cancelled ones."""
        return self.lines.filter(documents.net_sales())


def build(seed: int, scale: float) -> Company:
    """Invent the company: parties first, three years of order lines, and what follows."""
    luck = partial(lots.generator, seed)
    groups = accounts.groups(luck(1), scale)
    branches = accounts.branches(luck(2), groups)
    heads = branches.filter(pl.col("position") == 0)
    distributors = network.distributors()
    products, territories = catalogue.products(), catalogue.territories()
    places = _places(branches, distributors, territories)
    found = orders.documents(luck(3), groups, branches, distributors, scale)
    bare = orders.lines(luck(4), found, groups, products, places)
    lines = documents.numbered(luck(5), bare, groups, products)
    sales = lines.filter(documents.net_sales())
    buyers = downstream.customers(luck(7), distributors, scale)
    stock = sellout.flows(sales, distributors)
    terms = money.credit_terms(sales)
    invoices = money.invoices(sales, terms)
    bids = selling.bids(luck(10), sales, groups, heads)
    return Company(
        groups=groups, branches=branches, distributors=distributors, products=products,
        territories=territories, lines=lines, shipments=logistics.shipments(luck(6), lines),
        quotas=targets.quotas(sales, distributors), rebates=targets.rebates(sales),
        rebate_tiers=targets.rebate_tiers(), buyers=buyers, stock=stock,
        sell_out=sellout.sell_out(luck(8), stock, buyers, products), credit_terms=terms,
        invoices=invoices, payments=money.payments(invoices),
        costs=money.costs(luck(9), sales, heads), people=selling.people(),
        team=selling.account_team(heads), contacts=contacts.contacts(luck(12), heads),
        activities=selling.activities(luck(11), sales, heads),
        bids=bids, stages=selling.stages(bids), events=selling.events(),
        outages=documents.outages(), rivals=selling.competitor_events(buyers),
    )  # fmt: skip


def _places(
    branches: pl.DataFrame, distributors: pl.DataFrame, territories: pl.DataFrame
) -> pl.DataFrame:
    regions = territories.select("territory_id", region_id="parent_id")
    columns = ("customer_id", "territory_id")
    parties = pl.concat([branches.select(columns), distributors.select(columns)])
    return parties.join(regions, on="territory_id", how="left", maintain_order="left")
