"""What the sales forecast page shows; `headline` is its first screen."""

from dakehu.present.sales_forecast import (
    accuracy,
    figures,
    findings,
    headline,
    regions,
    tables,
    terms,
)

__all__ = ["accuracy", "figures", "findings", "headline", "regions", "tables", "terms"]
