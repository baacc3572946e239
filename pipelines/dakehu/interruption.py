"""Signals that ask a run to end."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event


@contextmanager
def signals_as_interrupts(stop: Event) -> Generator[None]:
    """A scheduler's SIGTERM ends a run as tidily as Ctrl-C does; either sets `stop`."""

    def interrupt(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    before = {name: signal.signal(name, interrupt) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
