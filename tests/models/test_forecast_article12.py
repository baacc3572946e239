"""Article 12: a synthetic step of known size is recovered within its interval (P12-1)."""

import numpy as np
import pytest

from dakehu.analysis.sales_forecast.lift import Window, lift_of
from event_panel import panel


@pytest.mark.parametrize("persistence", [0.0, 0.5])
@pytest.mark.parametrize("window", [Window(24, 26), Window(22, 28)], ids=["two", "six"])
def test_a_step_is_recovered_in_the_promised_share_of_panels(window, persistence, record_property):
    rng, step, count = np.random.default_rng(12), 0.18, 100
    calm = np.zeros((6, 36), dtype=bool)
    held = 0
    for _ in range(count):
        amounts = panel(rng, step, window, persistence)
        found = lift_of(amounts[0], amounts[1:], window, calm)
        held += abs(found.effect - np.log(1 + step)) <= found.radius
    record_property("coverage of 80 % intervals", float(held / count))
    # 80 % promised; two and a half standard errors of 100 panels are 10 points.
    assert 0.7 <= held / count < 0.96
