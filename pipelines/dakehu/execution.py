"""Notebooks through papermill, in processes of their own, with an honest word on how each ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dakehu.plan import Scalar
from dakehu.publication import SOCKETS
from dakehu.reading import READS_VARIABLE

READS = ".reads"


@dataclass(frozen=True)
class Job:
    """One notebook to execute: where it is, where it goes, with which parameters."""

    report: str
    notebook: Path
    output: Path
    parameters: dict[str, Scalar]

    @property
    def log(self) -> Path:
        """What libraries and the kernel say on standard error while it runs."""
        return self.output.with_suffix(".log")


@dataclass(frozen=True)
class Outcome:
    """How a job ended. `reason` is "" on success, else one sentence.

    `steps` are the seconds of each step of a success, that of papermill itself among them.
    """

    report: str
    output: Path
    seconds: float
    reason: str = ""
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """`ok` or `failed`."""
        return "failed" if self.reason else "ok"

    @property
    def reads(self) -> Path:
        """The file with the name of every table that the notebook has read."""
        return self.output.with_suffix(READS)


def execute_all(jobs: list[Job], processes: int) -> Iterator[Outcome]:
    """Execute the jobs side by side, yielding each outcome as it comes.

    On KeyboardInterrupt the processes are ended, and their kernels with them, before it is raised
    again.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(processes, len(jobs)), context, initializer=_prepare_worker)
    futures = {pool.submit(_execute, job): job for job in jobs}
    try:
        for future in as_completed(futures):
            yield _outcome(future, futures[future])
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def _outcome(future: Future[Outcome], job: Job) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        reason = "the process that ran it was killed (out of memory?); try --jobs 1"
        return Outcome(job.report, job.output, 0.0, reason)


def _prepare_worker() -> None:
    # Ctrl-C reaches the whole process group: the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A kernel watches its own parent and ends by itself; so does this process.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _execute(job: Job) -> Outcome:
    started = time.perf_counter()
    # A stray dependency of jupyter_events that costs 70 % of papermill's import and is not needed.
    sys.modules.setdefault("rfc3987_syntax", None)  # ty: ignore[no-matching-overload]
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    reason, steps = "", {}
    # A failed run says one sentence; what libraries and a dying kernel say besides is for a file.
    with job.log.open("ab") as log:
        os.dup2(log.fileno(), 2)
    # Sockets in a private folder instead of ports that anybody on the machine could listen to; the
    # folder is short because the path of a socket may have a hundred characters and no more.
    with tempfile.TemporaryDirectory(prefix="dakehu-") as private:
        # Where this process is killed, whoever clears away the rest of the run finds it.
        (job.output.parent / SOCKETS).symlink_to(private)
        os.environ |= {
            "JUPYTER_PREFER_ENV_PATH": "1",  # not a kernel of the same name in the home folder
            "JUPYTER_RUNTIME_DIR": private,
            "IPYTHONDIR": private,
            READS_VARIABLE: str(job.output.with_suffix(READS).resolve()),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        settings = {
            "parameters": job.parameters,
            "kernel_name": "python3",
            "progress_bar": False,
            "cwd": job.output.parent,
            # Else the whole notebook is written twice a cell: most of a long report's time.
            "request_save_on_cell_execute": False,
        }
        config = Config(
            {
                "KernelManager": {"transport": "ipc"},
                # What a notebook writes is closed when its cells end; taking a kernel apart in
                # order costs half a second.
                "NotebookClient": {"shutdown_kernel": "immediate"},
            }
        )
        try:
            # First without a cell run: it stands, to be looked at, even where the kernel dies.
            papermill.execute_notebook(job.notebook, job.output, prepare_only=True, **settings)
            executed = papermill.execute_notebook(
                job.notebook, job.output, config=config, **settings
            )
            steps = _steps(executed, time.perf_counter() - started)
        except PapermillExecutionError as error:
            reason = f"cell {error.exec_count}: {error.ename}: {_first_line(error.evalue)}"
        except Exception as error:  # a dead kernel, a full disk: whatever it is, the report failed
            reason = f"{type(error).__name__}: {_first_line(str(error))}"
    return Outcome(job.report, job.output, time.perf_counter() - started, reason, steps)


def _steps(notebook: Any, seconds: float) -> dict[str, float]:
    """Where the seconds of an executed notebook went, by what papermill noted of each cell."""
    began = datetime.fromisoformat(notebook.metadata.papermill["start_time"])
    first, *_ = cells = [cell for cell in notebook.cells if cell.metadata.get("papermill")]
    start_up = datetime.fromisoformat(first.metadata.papermill["start_time"]) - began
    taken = [(cell.source, cell.metadata.papermill["duration"] or 0.0) for cell in cells]
    imports = next((spent for source, spent in taken if source.startswith(("from ", "import "))), 0)
    rest = sum(spent for _, spent in taken) - imports
    steps = {"kernel start-up": start_up.total_seconds(), "imports": imports, "cells": rest}
    return {"papermill": seconds - sum(steps.values())} | steps


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no message")
