"""What lies around a scheduled run: a disk, people to be told, and the processes of the machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

DISK_BYTES = 128 * 2**20


class Sink:
    """A service that people are told by: it counts the messages."""

    def __init__(self) -> None:
        self.messages = 0
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                sink.messages += 1
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@contextmanager
def small_disk(path: Path) -> Iterator[bool]:
    """A disk of its own that can really be full; False where only root could have mounted it."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(path)]
    is_own = os.geteuid() == 0
    if is_own:
        is_own = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_own
    finally:
        if is_own:
            subprocess.run(["umount", "--lazy", str(path)], check=True)


def descendants(process: int) -> Iterator[int]:
    """The processes below a process at this moment, those that work: no keeper of Python's own."""
    for listed in Path(f"/proc/{process}").glob("task/*/children"):
        try:
            children = listed.read_text().split()
        except OSError:  # ended while we looked
            continue
        for child in map(int, children):
            with suppress(OSError):
                if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield child
            yield from descendants(child)


def processes_of(folder: Path) -> list[str]:
    """The processes that were started with this folder as SERIES around them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"SERIES={folder}".encode() in entry.read_bytes():
                found.append(entry.parent.name)
    return found
