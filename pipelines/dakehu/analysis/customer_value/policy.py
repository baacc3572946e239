"""Every threshold of the customer value report."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Policy:
    """Every threshold of the report; shares are 0-1."""

    roles: list[str] = field(default_factory=list)
    pareto_share: float = 0.80
    class_a_share: float = 0.80
    class_b_share: float = 0.95
    recent_days: int = 90
    dormant_days: int = 180
    frequent_orders: int | None = None
    dependence_share: float = 0.50
    moderate_hhi: int = 1000
    high_hhi: int = 1800
    # key accounts
    fit_score_min: float = 6.0
    central_order_share: float = 0.50
    continuity_years: int = 3
    continuity_active_years: int = 3
    continuity_active_amount: float = 0
    continuity_quarter_share: float = 0.50
    continuity_cv: float = 1.0
    lookalike_share: float = 0.50
    # four types
    benchmark_growth: float | None = None
    harm_overdue_share: float = 0.05
    # leaving and staying
    silence_factor: float = 3.0
    silence_orders: int = 4
    silence_floor_days: int = 30
    silence_probability: float = 0.99
    relation_quarters: int = 4
    # account teams
    manager_changes: int = 2
    interface_people: int = 1
    # growth
    white_space_peers: int = 3
    white_space_count: int = 100_000
    proposal_order_days: int = 90
    # whom to see
    action_count: int = 10
    action_fall_share: float = 0.20
    # lifetime value
    lifetime_horizon_days: int = 365
    lifetime_holdout_days: int = 182
    discount_rate: float = 0.10
    parameter_draws: int = 200
    # customer card
    card_count: int = 2000
    card_months: int = 36
    # money: receivables, cost to serve, tenders
    ageing_basis: str = "due"
    ageing_years: list[int] = field(default_factory=lambda: [1, 2, 3])
    overdue_a_share: float = 0.60
    overdue_b_share: float = 0.92
    interest_rate: float = 0.06
    bid_weights: dict[str, float] = field(default_factory=dict)
    buying_roles: list[str] = field(
        default_factory=lambda: ["user", "expert", "decider", "tender_agent"]
    )
    # alerts
    alert_coverage: float = 0.90
    alert_months: int = 3
    alert_gaps: int = 3
    alert_history: int = 24
    alert_history_min: int = 12
    alert_inversion_share: float = 0.05
    alert_overdue_days: int = 60
    alert_outcome_months: int = 6
    alert_review_months: int = 24
