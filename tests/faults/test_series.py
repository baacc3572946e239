"""Scheduled runs in a row over a growing folder with a fault in nearly each of them.

DAKEHU_SCHEDULED_RUNS=200 makes the long series whose figures stand in docs/scheduled-runs.md.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from growing import Growing
from series import Series
from surroundings import Sink, small_disk

pytestmark = pytest.mark.slow
RUNS = int(os.environ.get("DAKEHU_SCHEDULED_RUNS", "12"))
SEED = 20260301


def test_every_scheduled_run_tells_the_truth_and_loses_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    luck = random.Random(SEED)
    with small_disk(tmp_path / "disk") as has_own_disk, closing(Sink()) as sink:
        series = Series(Growing(tmp_path, luck), sink, has_own_disk=has_own_disk)
        series.run(series.nothing)
        while series.tally.total() < RUNS:
            faults = series.faults
            luck.shuffle(faults)
            for fault in faults:
                series.run(fault)
        series.run(series.nothing)
        history = series.publication.history()
        untold = sum(not run.get("is_told") for run in history)
    record_property(f"{series.tally.total()} scheduled runs", series.told)
    doubled = sink.messages - (len(history) - untold)
    assert 0 <= doubled <= series.statuses.count("killed")
