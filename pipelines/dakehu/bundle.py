"""What a page carries with it: plotly.js from the installed package, and the policy for it."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import NamedTuple

from markupsafe import Markup

# What can stand in a script element as it is: 91 letters of ASCII, and 91 * 91 is above 2 ** 13.
LETTERS = bytes(code for code in range(ord("!"), ord("~") + 1) if chr(code) not in "&<\\")
PAIR_BITS = 13


class Bundle(NamedTuple):
    """A script to be unpacked in the browser, see `packed`, and its name in a policy."""

    packed: Markup
    source: str


@cache
def plotly() -> Bundle:
    """plotly.js of the installed plotly package, compressed once per process."""
    script = (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    return Bundle(packed(script), source(script))


def packed(content: bytes) -> Markup:
    """The content as a page carries it: how many bytes it is in gzip, and these as letters.

    Each 13 bits are two of `LETTERS`, which is 8 % less than base64: every page is that lighter.
    """
    import numpy as np

    compressed = gzip.compress(content, 9, mtime=0)
    bits = np.unpackbits(np.frombuffer(compressed, np.uint8))
    whole = np.pad(bits, (0, -bits.size % PAIR_BITS)).reshape(-1, PAIR_BITS)
    numbers = whole @ (1 << np.arange(PAIR_BITS)[::-1])
    letters = np.frombuffer(LETTERS, np.uint8)
    pairs = np.stack(np.divmod(numbers, len(LETTERS)), axis=1)
    return Markup(f"{len(compressed)} {letters[pairs].tobytes().decode('ascii')}")


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
