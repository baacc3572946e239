"""What a page carries with it: plotly.js from the installed package, and the policy for it."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import NamedTuple


class Bundle(NamedTuple):
    """A script to be unpacked in the browser: gzip in base64, and its name in a policy."""

    packed: str
    source: str


@cache
def plotly() -> Bundle:
    """plotly.js of the installed plotly package, compressed once per process."""
    script = (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    return Bundle(packed(script), source(script))


def packed(content: bytes) -> str:
    """The content as a page carries it: gzip in base64."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")


def source(script: bytes | str) -> str:
    """The script as a content security policy names it: `'sha256-...'`."""
    content = script.encode("utf-8") if isinstance(script, str) else script
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def policy(sources: Iterable[str]) -> str:
    """A content security policy that runs these scripts and nothing else, and asks no address."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + (" ".join(sources) or "'none'"),
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
