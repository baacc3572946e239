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
    # leads
    false_discovery_rate: float = 0.10
    outside_share_line: float = 0.05
    outside_lines_min: int = 3
    scan_share_line: float = 0.02
    scan_codes_min: int = 3
    scan_accuracy_km: float = 5.0
    overload_line: float = 1.2
    arbitrage_line: float = 0.05
    late_days: int = 7
    pull_forward_line: float = 2.0
    payback_days: int = 10
    payback_line: float = 0.5
    stock_jump_days: float = 30.0
    sell_in_line: float = 1.2
    receivables_line: float = 1.2
    returned_line: float = 0.05
    lunar_new_year: bool = True
    occasion_days: int = 30
    occasion_line: float = 1.2
    launch_days: int = 90
