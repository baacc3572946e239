"""Every threshold of the distributor ranking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Thresholds of the report: counts, shares (0-1) and ratios."""

    dominance_line: float = 0.50
    key_distributor_count: int = 10
    attainment_line: float = 1.00
    material_share: float = 0.005
    # what is owed, rebates
    interest_rate: float = 0.06
    ageing_basis: str = "due"
    just_above_share: float = 0.05
