"""3,000 series of 60 months through the whole sales forecast: processor time, memory, page.

An invented company: 60 regions by 45 product families, their sums, the total and 194 distributors.
Its marts go through the analysis, every block of the notebook and the page in both languages, as a
run does; loading, the SQL of the marts and the start of a kernel are no part of it. Beside it
statsforecast's AutoETS forecasts the same series and does nothing else. Each has a process of its
own, and imports its libraries before the clock starts. Prints processor seconds by step, the most
memory held and the size of the pages; exits 1 where AutoETS costs less than four times ours, or a
page is too large. Judged is processor time: on a busy machine that of the clock says more of the
others.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from dakehu import reading
from dakehu.analysis.sales_forecast import MARTS
from dakehu.manifest import versions
from dakehu.paths import NOTEBOOKS, ROOT
from dakehu.present.text import LANGUAGES
from dakehu.render import PageContext, notebook_from_file, page

sys.path.insert(0, str(ROOT / "tests"))
from forecast_many import AS_OF, MONTHS, POLICY, SERIES_COUNT, company

AHEAD = 12
CHEAPER, PAGE_MIB = 4.0, 3.0
REPORT = "sales_forecast"
TABLES, DRAWING = "tables", "drawing"
FORECAST = "dakehu.analysis.sales_forecast"
# What each step calls; what remains of the analysis is its tables.
STEPS = {
    "calendar": ["dakehu.analysis.calendar_effects.effects_of"],
    "models": [f"{FORECAST}.backtest.forecasts"],
    "reconciliation": [
        f"{FORECAST}.reconciliation.{name}" for name in ("compared", "accuracy", "reconciled")
    ]
    + [f"{FORECAST}.base.completed"],
    "intervals": [
        f"{FORECAST}.intervals.covered", f"{FORECAST}.intervals.with_intervals",
        f"{FORECAST}.conformal.judged",
    ],
}  # fmt: skip
THREADS = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"]
LIBRARIES = [
    "statsforecast.models", "mlforecast.lag_transforms", "mlforecast.target_transforms", "lightgbm",
    "hierarchicalforecast.methods", "holidays.countries", "plotly.graph_objects",
    "dakehu.present.sales_forecast",
]  # fmt: skip


@dataclass
class Clock:
    """Processor seconds by step, each without the steps that it calls."""

    seconds: dict[str, float] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    since: float = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what is done inside as `name`."""
        self._pass()
        self.running.append(name)
        yield
        self._pass()
        self.running.pop()

    def counted(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, counted as `name`."""

        @wraps(work)
        def call(*args: Any, **more: Any) -> Any:
            with self.step(name):
                return work(*args, **more)

        return call

    def _pass(self) -> None:
        now = processor()
        if self.running:
            name = self.running[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self.since
        self.since = now


def processor() -> float:
    """Seconds of processor that this process and its children have used."""
    return sum(os.times()[:4])


def peak_mib() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(frozen=True)
class Frames(reading.Marts):
    """Marts that are frames at hand instead of tables of a warehouse."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """The frame of this name."""
        return self.frames[name]

    def sources(self) -> pl.DataFrame:
        """No file lies behind these marts."""
        counts = ["rows", "loaded", "rejected", "left_out"]
        texts = {"target_table": pl.String, "file": pl.String}
        return pl.DataFrame(schema=texts | dict.fromkeys(counts, pl.Int64))


def marts() -> Frames:
    """The company as the notebook reads it."""
    read = company()
    return Frames(
        report=REPORT,
        as_of=AS_OF,
        currency="CNY",
        title={"zh": "三千序列", "en": "Three thousand series"},
        policy=POLICY,
        pipeline="many",
        warehouse=Path(),
        # No month was revised: this is the company's first run.
        frames={mart: read[name] for name, mart in MARTS.items()}
        | {"mart_data_quality__completeness": pl.DataFrame(schema={"month": pl.Date})},
    )


def executed(held: Frames, folder: Path) -> dict[str, Any]:
    """The report's notebook, its cells run in this process on the marts `held`, read from a file.

    Its tables are kept in `folder`, as a run keeps them.
    """
    book = json.loads((NOTEBOOKS / f"{REPORT}.ipynb").read_text("utf-8"))
    shell = InteractiveShell.instance()
    with patch.object(reading, "open_marts", lambda *_: held):
        for cell in book["cells"]:
            if cell["cell_type"] != "code":
                continue
            with capture_output() as caught:
                shell.run_cell("".join(cell["source"])).raise_error()
            if "parameters" in cell["metadata"].get("tags", []):
                shell.push({"horizon_months": AHEAD, "output_dir": str(folder)})
            cell["outputs"] = [
                {"output_type": "display_data", "data": one.data} for one in caught.outputs
            ]
    path = folder / f"{REPORT}.ipynb"
    path.write_text(json.dumps(book, ensure_ascii=False), "utf-8")
    return notebook_from_file(path)


def ours() -> dict[str, Any]:
    """Processor seconds by step, peak memory and MiB of each page of the whole report."""
    for name in LIBRARIES:
        import_module(name)
    held, clock, pages = marts(), Clock(), {}
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        for step, works in STEPS.items():
            for work in works:
                owner, name = work.rsplit(".", 1)
                module = import_module(owner)
                stack.enter_context(
                    patch.object(module, name, clock.counted(step, getattr(module, name)))
                )
        forecast = import_module(FORECAST)
        counted = clock.counted(TABLES, forecast.analyse)
        stack.enter_context(patch.object(forecast, "analyse", counted))
        with clock.step(DRAWING):
            book = executed(held, folder)
            context = PageContext(
                REPORT, held.pipeline, held.title, AS_OF, held.currency, held.run_id,
                datetime.now().astimezone(), versions(), LANGUAGES,
                tuple(sorted(path.name for path in folder.glob("*.csv"))),
            )  # fmt: skip
            for language in LANGUAGES:
                pages[language] = len(page(book, context, language).encode("utf-8")) / 2**20
        drawn = pl.read_parquet(folder / "outlook.parquet").height
    return {"steps": clock.seconds, "peak": peak_mib(), "pages": pages, "series": drawn}


def auto_ets() -> dict[str, float]:
    """Processor seconds and peak memory of statsforecast's AutoETS on the same series."""
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS

    frame = company()["monthly"].select(
        pl.format("{} {}", "level", "key").alias("unique_id"),
        ds="month",
        y=pl.col("net_amount").cast(pl.Float64),
    )
    engine = StatsForecast(models=[AutoETS(season_length=12)], freq="1mo", n_jobs=1)
    started = processor()
    engine.forecast(df=frame, h=AHEAD)
    return {"seconds": processor() - started, "peak": peak_mib()}


def alone(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """`work` in a process of its own, so that its memory is its own, with one thread.

    Threads that wait for others spin, and would count as processor time.
    """
    os.environ |= dict.fromkeys(THREADS, "1")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work).result()


def main() -> int:
    """Measure, print, judge."""
    found, rival = alone(ours), alone(auto_ets)
    whole = sum(found["steps"].values())
    print(f"{SERIES_COUNT:,} series of {MONTHS} months, {AHEAD} ahead   processor        memory")
    for step in [*STEPS, TABLES, DRAWING]:
        print(f"  {step:40} {found['steps'][step]:7.1f} s")
    print(f"{'ours, the whole report':42} {whole:7.1f} s {found['peak']:7,.0f} MiB")
    print(f"{'AutoETS, forecasts alone':42} {rival['seconds']:7.1f} s {rival['peak']:7,.0f} MiB")
    print(f"{'AutoETS to ours':42} {rival['seconds'] / whole:7.1f}")
    pages = ", ".join(f"{language} {size:.1f}" for language, size in found["pages"].items())
    print(f"series in the tables: {found['series']:,}; pages in MiB: {pages}")
    return (
        0
        if rival["seconds"] >= CHEAPER * whole
        and max(found["pages"].values()) <= PAGE_MIB
        and found["series"] == SERIES_COUNT
        else 1
    )


if __name__ == "__main__":
    sys.exit(main())
