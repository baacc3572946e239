"""Our fits of customers' purchases beside those of lifetimes 0.11.3, on the same data.

lifetimes is archived and no dependency: it is installed into a virtual environment of its own,
thrown away at the end. Prints a table; exits 1 when a ratio misses the promised bound or the two
log-likelihoods differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import venv
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import fit_bg_nbd
from dakehu.analysis.clv.histories import Histories, purchase_days, summaries
from dakehu.analysis.clv.pareto_nbd import fit_pareto_nbd
from dakehu.paths import ROOT

FITS = {"BetaGeoFitter": fit_bg_nbd, "ParetoNBDFitter": fit_pareto_nbd}
TURNS = 5
PEER = """
import json, sys, time, warnings
import numpy as np
import lifetimes
warnings.simplefilter("ignore")
fitter, path, turns = sys.argv[1], sys.argv[2], int(sys.argv[3])
x, recency, age = np.load(path)
seconds = []
for _ in range(turns):
    started = time.perf_counter()
    fit = getattr(lifetimes, fitter)().fit(x, recency / 7, age / 7)
    seconds.append(time.perf_counter() - started)
shared = (x, recency / 7, age / 7, np.ones(len(x)), 0.0)
values = fit.params_.to_numpy()
# One of the two takes logarithms and gives a mean, the other neither.
value = (
    -len(x) * fit._negative_log_likelihood(np.log(values), *shared)
    if fitter == "BetaGeoFitter"
    else -fit._negative_log_likelihood(values, *shared)
)
print(json.dumps({"seconds": min(seconds), "log_likelihood": float(value)}))
"""


def customers(count: int, random: np.random.Generator) -> Histories:
    """Customers of a shop like CDNOW's over two years, day by day, by the BG/NBD's own rules."""
    age = random.integers(49, 728, count)
    buying, quitting = random.gamma(0.243, 1 / 4.414, count), random.beta(0.793, 2.426, count)
    x, last, clock = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count)
    going = np.arange(count)
    while len(going):
        clock[going] += 7 * random.standard_exponential(len(going)) / buying[going]
        going = going[clock[going] <= age[going] - 1]
        day = np.ceil(clock[going]).astype(np.int64)
        x[going] += day > last[going]
        last[going] = day
        going = going[random.random(len(going)) >= quitting[going]]
    return Histories(x, last, age, np.ones(count, np.int64))


def cdnow() -> Histories | None:
    """The sample of Fader and Hardie, where it is there."""
    path = ROOT.parent / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
    if not path.exists():
        return None
    rows = [(own, on, float(value)) for _, own, on, _, value in map(str.split, path.open())]
    frame = pl.DataFrame(rows, schema=["customer_id", "date", "amount"], orient="row")
    frame = frame.with_columns(pl.col("date").str.to_date("%Y%m%d"))
    days = purchase_days(frame)
    return Histories.of(summaries(days, date(1997, 9, 30)))


def peer(python: Path, fitter: str, histories: Histories, folder: Path, turns: int) -> dict:
    """Seconds of lifetimes' fastest fit, and its log-likelihood by its own function."""
    path = folder / "histories.npy"
    np.save(path, [histories.frequency, histories.recency_days, histories.age_days])
    done = subprocess.run(
        [python, "-c", PEER, fitter, path, str(turns)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def ours(fitter: str, histories: Histories) -> tuple[float, float]:
    """Seconds of the fastest fit from the histories of customers, grouping included."""
    seconds = []
    for _ in range(8 * TURNS):
        started = time.perf_counter()
        fit = FITS[fitter](histories)
        seconds.append(time.perf_counter() - started)
    return min(seconds), fit.log_likelihood


def main() -> int:
    """Measure, print, judge."""
    random = np.random.default_rng(1)
    small, thousands, million = (customers(n, random) for n in (10_000, 100_000, 1_000_000))
    rows = [
        ("BG/NBD, 100,000 customers", "BetaGeoFitter", thousands, 50, TURNS),
        ("BG/NBD, 1,000,000 customers", "BetaGeoFitter", million, 25, 2),
        ("Pareto/NBD, 10,000 customers", "ParetoNBDFitter", small, 30, 3),
    ]
    sample = cdnow()
    if sample is not None:
        rows.insert(0, ("BG/NBD, CDNOW", "BetaGeoFitter", sample, 50, 4 * TURNS))
    held = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        install = [python, "-m", "pip", "install", "--quiet", "lifetimes==0.11.3"]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            print("not measured: lifetimes 0.11.3 could not be installed (it needs the network)")
            return 0
        print(
            f"{'':32} {'ours':>9} {'lifetimes':>10} {'faster':>7} {'at least':>8} {'LL apart':>9}"
        )
        for label, fitter, histories, bound, turns in rows:
            theirs = peer(python, fitter, histories, folder, turns)
            mine, value = ours(fitter, histories)
            apart = value / theirs["log_likelihood"] - 1
            ratio = theirs["seconds"] / mine
            print(
                f"{label:32} {1e3 * mine:7.2f}ms {1e3 * theirs['seconds']:8.0f}ms {ratio:6.0f}x"
                f" {bound:7}x {apart:9.0e}"
            )
            held &= ratio >= bound and abs(apart) < 1e-6
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
