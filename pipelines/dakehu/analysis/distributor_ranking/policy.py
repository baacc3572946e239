"""Every threshold, weight and bound of the distributor ranking, with its defaults."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from math import inf, isfinite
from typing import Any

import numpy as np

from dakehu.analysis.distributor_ranking.bands import Criterion
from dakehu.analysis.distributor_ranking.judgements import Ahp, ahp

TABLE = "[policy.distributor_ranking]"
_RISING = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
_FALLING = _RISING[::-1]


def _more(platform: str, weight: float, *bounds: float) -> Criterion:
    return Criterion(platform, weight, bounds, _RISING)


def _less(platform: str, weight: float, *bounds: float) -> Criterion:
    return Criterion(platform, weight, bounds, _FALLING)


@dataclass(frozen=True)
class Deduction:
    """Points (0-100) taken off the score for each case, up to `cap` points in all."""

    points: float
    cap: float


PLATFORMS = {"sales": 50.0, "logistics": 20.0, "capital": 30.0}
CRITERIA = {
    "quota_attainment": _more("sales", 30, 0.6, 0.7, 0.8, 0.9, 1.0),
    "focus_attainment": _more("sales", 12, 0.6, 0.7, 0.8, 0.9, 1.0),
    "relative_growth": _more("sales", 16, 0.8, 0.9, 1.0, 1.1, 1.25),
    "amount_share": _more("sales", 10, 0.005, 0.01, 0.02, 0.05, 0.1),
    "end_user_share": _more("sales", 12, 0.1, 0.25, 0.4, 0.55, 0.7),
    "downstream_cr4": _less("sales", 12, 0.2, 0.3, 0.45, 0.6, 0.75),
    "channel_length": _less("sales", 4, 1.1, 1.3, 1.5, 1.7, 1.9),
    "new_face_ratio": _more("sales", 4, 0.2, 0.35, 0.5, 0.65, 0.8),
    "fill_rate": _more("logistics", 20, 0.8, 0.85, 0.9, 0.95, 0.98),
    "otif_share": _more("logistics", 20, 0.7, 0.8, 0.85, 0.9, 0.95),
    "stock_days": _less("logistics", 20, 20, 30, 45, 60, 90),
    "freight_ratio": _less("logistics", 20, 0.01, 0.02, 0.03, 0.045, 0.06),
    "self_pickup_share": _more("logistics", 20, 0.1, 0.2, 0.3, 0.4, 0.5),
    "cash_share": _more("capital", 25, 0.1, 0.25, 0.4, 0.6, 0.8),
    "dso_days": _less("capital", 25, 15, 30, 45, 60, 90),
    "overdue_share": _less("capital", 25, 0.02, 0.05, 0.1, 0.2, 0.4),
    "limit_use_share": _less("capital", 15, 0.5, 0.7, 0.85, 1.0, 1.2),
    "credit_days": _less("capital", 10, 10, 20, 30, 45, 60),
}
DEDUCTIONS = {
    "diversion": Deduction(3, 6),
    "complaint": Deduction(3, 6),
    "late_payment": Deduction(2, 6),
    "file": Deduction(2, 6),
}
VETOES = {"blacklisted": 1.0, "graded_a_diversion": 3.0, "overdue_over_90_share": 0.5}

RANGES = {
    "dominance_line": (0, 1),
    "key_distributor_count": (1, inf),
    "attainment_line": (0, inf),
    "material_share": (0, 1),
    "observed_weight_min": (0, 1),
    "weight_spread": (0, 1),
    "smaa_draws": (1_000, 1_000_000),
    "bootstrap_draws": (1, 10_000),
    "separable_probability": (0.5, 1),
    "support_from": (0, 100),
    "fix_below": (0, 100),
    "replace_below": (0, 100),
    "overdue_line": (0, 1),
    "limit_use_line": (0, inf),
    "verdict_weight_min": (0, 1),
}


@dataclass(frozen=True)
class Policy:
    """Thresholds of the report: counts, shares (0-1) and ratios; weights need not add up to 100.

    What a pipeline file says of `platforms`, `criteria`, `deductions` and `vetoes` is laid over the
    defaults: a table that names one weight leaves everything else as it is. `judgements` say of
    each pair of platforms how many times as important the outer is as the inner; they set the
    weights of the platforms, and stand beside them where `platforms` gives any.

    Raises:
        ValueError: a key is unknown or a value cannot be; the sentence names table and key.
    """

    dominance_line: float = 0.50
    key_distributor_count: int = 10
    attainment_line: float = 1.00
    material_share: float = 0.005
    # score
    observed_weight_min: float = 0.60
    platforms: Mapping[str, float] = field(default_factory=dict)
    judgements: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    deductions: Mapping[str, Deduction] = field(default_factory=dict)
    vetoes: Mapping[str, float] = field(default_factory=dict)
    # how sure
    weight_spread: float = 0.30
    smaa_draws: int = 20_000
    bootstrap_draws: int = 200
    separable_probability: float = 0.95
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
    # verdict
    support_from: float = 70.0
    fix_below: float = 40.0
    replace_below: float = 35.0
    overdue_line: float = 0.20
    limit_use_line: float = 1.00
    verdict_weight_min: float = 0.50

    def __post_init__(self) -> None:
        """Lay what is given over the defaults, and judge all of it."""
        for name, (low, high) in RANGES.items():
            _check(name, getattr(self, name), low, high, whole=name.endswith(("_draws", "_count")))
        platforms, judged = PLATFORMS, self.judged
        if judged and not self.platforms:
            platforms = dict(zip(PLATFORMS, (100 * judged.weights).tolist(), strict=True))
        laid = {
            "platforms": _numbers("platforms", self.platforms, platforms),
            "criteria": _parts("criteria", self.criteria, CRITERIA),
            "deductions": _parts("deductions", self.deductions, DEDUCTIONS),
            "vetoes": _numbers("vetoes", self.vetoes, VETOES),
        }
        for name, value in laid.items():
            object.__setattr__(self, name, value)
        for name, criterion in self.criteria.items():
            if criterion.platform not in PLATFORMS:
                raise _unknown(f"criteria.{name}.platform", criterion.platform, PLATFORMS)
            if fault := criterion.fault():
                raise ValueError(f"{TABLE} criteria.{name}.{fault[0]}: {fault[1]}")
        for name, deduction in self.deductions.items():
            _check(f"deductions.{name}.points", deduction.points, 0, 100)
            _check(f"deductions.{name}.cap", deduction.cap, 0, 100)
        if not any(self.weights(self.criteria).values()):
            raise ValueError(f"{TABLE} platforms: every weight is zero; give one more than zero")

    @property
    def judged(self) -> Ahp | None:
        """Weights of the platforms that `judgements` imply, None where there are none."""
        return _judged(self.judgements)

    def weights(self, measured: Collection[str]) -> dict[str, float]:
        """Agreed weight of each measured criterion, in the order of `criteria`; they sum to 1.

        A platform's weight is shared out by the weights of all its criteria, measured or not; what
        the measured ones then lack to 1 is spread over them in proportion.
        """
        sums = dict.fromkeys(PLATFORMS, 0.0)
        for criterion in self.criteria.values():
            sums[criterion.platform] += criterion.weight
        agreed = {
            name: self.platforms[one.platform] * one.weight / (sums[one.platform] or 1)
            for name, one in self.criteria.items()
            if name in measured
        }
        total = sum(agreed.values())
        return {name: weight / (total or 1) for name, weight in agreed.items()}


def _judged(given: Mapping[str, Mapping[str, float]]) -> Ahp | None:
    names, matrix = list(PLATFORMS), np.full((len(PLATFORMS), len(PLATFORMS)), np.nan)
    np.fill_diagonal(matrix, 1)
    for one, row in _table("judgements", given).items():
        if one not in names:
            raise _unknown("judgements", one, names)
        for other, times in _table(f"judgements.{one}", row).items():
            if other not in names or other == one:
                raise _unknown(f"judgements.{one}", other, [name for name in names if name != one])
            _check(f"judgements.{one}.{other}", times, 1 / 9, 9)
            place = names.index(one), names.index(other)
            if not np.isnan(matrix[place]):
                raise ValueError(f"{TABLE} judgements.{one}.{other}: {other}.{one} says it already")
            matrix[place], matrix[place[::-1]] = times, 1 / times
    if not given:
        return None
    for row, column in np.argwhere(np.isnan(matrix)):
        raise ValueError(
            f"{TABLE} judgements.{names[row]}: say how many times as important it is as"
            f" {names[column]}"
        )
    return ahp(matrix)


def _numbers(
    key: str, given: Mapping[str, float], defaults: Mapping[str, float]
) -> dict[str, float]:
    for name, value in _table(key, given).items():
        if name not in defaults:
            raise _unknown(key, name, defaults)
        _check(f"{key}.{name}", value, 0, inf)
    return {**defaults, **given}


def _parts(key: str, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(defaults)
    for name, part in _table(key, given).items():
        if name not in defaults:
            raise _unknown(key, name, defaults)
        laid[name] = part if isinstance(part, type(laid[name])) else _part(key, name, part, laid)
    return laid


def _part(key: str, name: str, given: Any, laid: Mapping[str, Any]) -> Any:
    known = [one.name for one in fields(laid[name])]
    values = {}
    for part, value in _table(f"{key}.{name}", given).items():
        if part not in known:
            raise _unknown(f"{key}.{name}", part, known)
        if isinstance(getattr(laid[name], part), tuple):
            if not isinstance(value, list | tuple):
                raise ValueError(
                    f"{TABLE} {key}.{name}.{part}: write a list of numbers (it is {value!r})"
                )
            value = tuple(value)
        values[part] = value
    return replace(laid[name], **values)


def _table(key: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{TABLE} {key}: write a table of names and values (it is {given!r})")
    return given


def _check(key: str, value: Any, low: float, high: float, *, whole: bool = False) -> None:
    kinds = (int,) if whole else (int, float)
    if type(value) not in kinds or not isfinite(value) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        reach = f"from {low} up" if high == inf else f"from {low} to {high}"
        raise ValueError(f"{TABLE} {key}: write {kind} {reach} (it is {value!r})")


def _unknown(key: str, name: Any, known: Collection[str]) -> ValueError:
    near = get_close_matches(str(name), known, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(known)}"
    return ValueError(f'{TABLE} {key}: there is no "{name}" ({hint})')
