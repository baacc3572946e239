"""The calendar of K company: which days carry how many orders."""

import datetime as dt

import numpy as np

FIRST = dt.date(2023, 1, 1)
LAST = dt.date(2025, 12, 31)
YEARS = (2023, 2024, 2025)
LUNAR_NEW_YEARS = (dt.date(2023, 1, 22), dt.date(2024, 2, 10), dt.date(2025, 1, 29))
PRICE_RISE = dt.date(2025, 4, 1)
HOARDING_SINCE = dt.date(2024, 1, 1)

DAYS = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1)
_SEASON = (0.92, 0.86, 1.10, 1.05, 1.02, 0.98, 0.92, 0.94, 1.06, 1.04, 1.05, 1.06)
_WEEKDAY = (1.05, 1.05, 1.0, 1.0, 0.95, 0.30, 0.12)  # Monday first


def index(day: dt.date) -> int:
    """Position of a date in ``DAYS``."""
    return (day - FIRST).days


def year_bounds(years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and one-past-last position in ``DAYS`` of each year."""
    starts = np.array([index(dt.date(year, 1, 1)) for year in (*YEARS, YEARS[-1] + 1)])
    return starts[years - YEARS[0]], starts[years - YEARS[0] + 1]


def order_density(kind: str) -> np.ndarray:
    """Relative number of orders a day for ``direct``, ``distributor`` or ``hoarder``."""
    months = DAYS.astype("datetime64[M]").astype(int) % 12
    weekdays = (DAYS.astype(int) + 3) % 7
    density = np.asarray(_SEASON)[months] * np.asarray(_WEEKDAY)[weekdays]
    density *= _holidays(loading=1.3 if kind == "direct" else 2.0)
    if kind != "direct":
        density *= _quarter_ends(1.25, 1.0, dt.date(2023, 1, 1))
        _scale(density, PRICE_RISE - dt.timedelta(days=10), PRICE_RISE, 1.5)
    if kind == "hoarder":
        density *= _quarter_ends(16.0, 0.3, HOARDING_SINCE)
    return density


def place(density: np.ndarray, low: np.ndarray, high: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Positions in ``DAYS`` at which ``share`` (0-1) of the density of [low, high) has passed."""
    passed = np.concatenate([[0.0], np.cumsum(density)])
    goal = passed[low] + share * (passed[high] - passed[low])
    found = np.searchsorted(passed, goal, side="right") - 1
    return np.clip(found, low, high - 1)


def _scale(density: np.ndarray, start: dt.date, end: dt.date, factor: float) -> None:
    density[max(index(start), 0) : max(index(end), 0)] *= factor


def _holidays(loading: float) -> np.ndarray:
    density = np.ones(len(DAYS))
    week, day = dt.timedelta(days=7), dt.timedelta(days=1)
    for new_year in LUNAR_NEW_YEARS:
        _scale(density, new_year - 3 * week, new_year - 4 * day, loading)
        _scale(density, new_year - 3 * day, new_year + week, 0.05)
        _scale(density, new_year + week, new_year + 2 * week, 0.6)
    for year in YEARS:
        _scale(density, dt.date(year, 1, 1), dt.date(year, 1, 2), 0.1)
        _scale(density, dt.date(year, 5, 1), dt.date(year, 5, 6), 0.2)
        _scale(density, dt.date(year, 10, 1), dt.date(year, 10, 8), 0.15)
    return density


def _quarter_ends(push: float, payback: float, since: dt.date) -> np.ndarray:
    density = np.ones(len(DAYS))
    day = dt.timedelta(days=1)
    for year in YEARS:
        for month in (4, 7, 10, 13):
            start = dt.date(year + month // 13, (month - 1) % 12 + 1, 1)
            if start > since:
                _scale(density, start - 6 * day, start, push)
                _scale(density, start, start + 20 * day, payback)
    return density
