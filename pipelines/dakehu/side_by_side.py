"""Several pipelines side by side, as many at once as fit into a budget of memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from multiprocessing.connection import wait
from pathlib import Path

from dakehu.exits import exit_code
from dakehu.log import Log
from dakehu.pipeline import Pipeline, Schedule, load_pipeline
from dakehu.plan import PlanError, plan
from dakehu.production import Options
from dakehu.run import run
from dakehu.stopwatch import Stopwatch

# Of several exit codes the one that asks for most: stopped, start again, mend the data, wait.
GRAVEST = (130, 2, 1, 3, 4)


def run_all(paths: Sequence[Path], options: Options, log: Log, memory_gib: float | None) -> int:
    """Run the pipelines, each in a process of its own; the gravest of their exit codes.

    A pipeline takes the `memory_gib` of its [schedule]; all that run at once take no more than the
    budget, by default the machine's memory. Nothing starts before every file has been judged.

    Raises:
        PipelineError, PlanError: a file or the command is wrong, or one is beyond the budget.
    """
    budget = memory_gib or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    needs = _needs([load_pipeline(path) for path in paths], options, budget)
    context = multiprocessing.get_context("spawn")
    each = replace(log, is_one_of_several=True)
    waiting, codes = dict(zip(paths, needs, strict=True)), []
    running: dict[multiprocessing.process.BaseProcess, float] = {}
    stopped = False

    def stop(sign: int, _: object) -> None:
        nonlocal stopped
        stopped = True
        if sign == signal.SIGTERM:  # Ctrl-C reaches them by itself
            for process in running:
                process.terminate()

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        while running or (waiting and not stopped):
            for path in [] if stopped else admitted(waiting, budget - sum(running.values())):
                process = context.Process(target=_run, args=(path, options, each))
                process.start()
                running[process] = waiting.pop(path)
            wait([process.sentinel for process in running])
            for process in [process for process in running if not process.is_alive()]:
                del running[process]
                codes.append(process.exitcode if process.exitcode in (0, *GRAVEST) else 1)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    return 130 if stopped else next((code for code in GRAVEST if code in codes), 0)


def admitted(waiting: Mapping[Path, float], free_gib: float) -> list[Path]:
    """Those of the waiting that may start now, in their order, one that does not fit left out."""
    chosen = []
    for path, need in waiting.items():
        if need <= free_gib:
            chosen.append(path)
            free_gib -= need
    return chosen


def _needs(pipelines: list[Pipeline], options: Options, budget: float) -> list[float]:
    names = [pipeline.name for pipeline in pipelines]
    if twice := [name for name in names if names.count(name) > 1]:
        raise PlanError(f"{twice[0]} is named twice; two runs of it cannot be at work at once")
    if options.warehouse:
        raise PlanError("--warehouse names one file; leave it out to run several pipelines")
    needs = []
    for pipeline in pipelines:
        plan(pipeline.reports, pipeline.policy, only=options.reports, overrides=options.parameters)
        needs.append((pipeline.schedule or Schedule(cron="* * * * *")).memory_gib)
        if needs[-1] > budget:
            raise PlanError(
                f"{pipeline.name} may take {needs[-1]:g} GiB (memory_gib of its [schedule]), all "
                f"together {budget:.3g}; lower the one or raise --memory"
            )
    return needs


def _run(path: Path, options: Options, log: Log) -> None:
    try:
        code = run(path, options, log, Stopwatch())
    except Exception as error:
        code = exit_code(error) or 1
        log.complain(str(error))
    sys.exit(code)
