"""What the data quality page shows; `headline` is its first screen."""

from dakehu.present.data_quality import (
    coverage,
    files,
    findings,
    gates,
    headline,
    parties,
    tables,
    terms,
)

__all__ = ["coverage", "files", "findings", "gates", "headline", "parties", "tables", "terms"]
