"""The terminal: text of data made harmless, colour and width as the terminal has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

# Control, format and private characters and what is none; line and paragraph separators.
ACTING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def harmless(text: object) -> str:
    r"""Text on one line, each character that a terminal would obey written out: \x1b, \u202e."""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in ACTING
        else character
        for character in str(text)
    )


def console(*, is_error: bool = False) -> Console:
    """Standard output, or standard error; plain where that is no terminal.

    Nothing in a text is taken for markup: it may come out of a file.
    """
    return Console(stderr=is_error, markup=False, emoji=False, highlight=False)


@contextmanager
def progress(is_quiet: bool) -> Generator[Callable[[str], None]]:
    """A line that says what is at work, gone when the work is done; only on a terminal."""
    errors = console(is_error=True)
    if is_quiet or not errors.is_terminal:
        yield lambda _: None
        return
    with errors.status("") as status:
        yield lambda text: status.update(Text(harmless(text)))


def sentence(error: BaseException) -> str:
    """An error as one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename or 'no file named'}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
