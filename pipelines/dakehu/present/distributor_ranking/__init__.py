"""What the distributor ranking page shows; `headline` and `ranking` are its first screen."""

from dakehu.present.distributor_ranking import (
    agreed,
    bars,
    certainty,
    credit,
    diversion,
    downstream,
    figures,
    findings,
    headline,
    hoarding,
    meanings,
    platforms,
    ranking,
    rebates,
    tables,
    terms,
)

__all__ = [
    "agreed",
    "bars",
    "certainty",
    "credit",
    "diversion",
    "downstream",
    "figures",
    "findings",
    "headline",
    "hoarding",
    "meanings",
    "platforms",
    "ranking",
    "rebates",
    "tables",
    "terms",
]
