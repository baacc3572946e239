"""What the distributor ranking page shows; `headline` is its first screen."""

from dakehu.present.distributor_ranking import bars, figures, findings, headline, tables

__all__ = ["bars", "figures", "findings", "headline", "tables"]
