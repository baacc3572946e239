"""Panels of monthly sales with a planted step, for the tests of measures."""

import numpy as np


def panel(rng, step, window, persistence=0.3):
    """Six series with a common season and trend, and noise of their own that lasts."""
    t = np.arange(36)
    spread = rng.uniform(0.03, 0.12, (6, 1))
    shocks, noise = rng.normal(0, spread, (6, 56)), np.zeros((6, 56))
    for at in range(1, 56):
        noise[:, at] = persistence * noise[:, at - 1] + shocks[:, at]
    level = rng.uniform(50, 500, (6, 1)) * np.exp(0.1 * np.sin(t * np.pi / 6) + 0.01 * t)
    amounts = level * np.exp(noise[:, 20:])
    amounts[0, window.start : window.stop] *= 1 + step
    return amounts
