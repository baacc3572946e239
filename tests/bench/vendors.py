"""The whole distributor ranking of Iowa's vendors, out of 4.7 million lines: its peak memory.

Runs `dakehu run` as a user would, from the exports to the pages, and adds up what all its processes
hold at one moment; pages that they share count for each. Exits 1 at 3 GiB or more.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import PAUSE, resident

from dakehu.paths import ROOT

COMMAND = Path(sys.executable).parent / "dakehu"
PIPELINE = ROOT / "pipelines" / "iowa_liquor.toml"
LIMIT = 3.0  # GiB


def main() -> int:
    """Measure, print, judge."""
    if not (ROOT.parent / "shared" / "data" / "iowa_liquor").exists():
        print("distributor ranking of iowa_liquor: not measured, its data is not on this machine")
        return 0
    started, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        options = ["--report", "distributor_ranking", "--out", f"{folder}/out", "--quiet"]
        running = subprocess.Popen(
            [COMMAND, "run", PIPELINE, *options, "--warehouse", f"{folder}/iowa.duckdb"]
        )
        while running.poll() is None:
            peak = max(peak, sum(held for _, held in resident(running.pid)))
            time.sleep(PAUSE)
    seconds = time.perf_counter() - started
    print(f"distributor ranking of iowa_liquor, from the exports to the pages: {seconds:.0f} s")
    print(f"peak of all processes together {peak:.2f} GiB, to stay below {LIMIT:.0f} GiB")
    return 0 if running.returncode == 0 and peak < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
