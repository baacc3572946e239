"""The README counts the cases; what it says is counted again here."""

from importlib import import_module
from pathlib import Path

from catalogue import Case

KINDS = ("encodings", "numbers", "dates", "structure", "keys", "units", "rows")
README = Path(__file__).parent / "README.md"


def fate(case: Case) -> str:
    return "refused" if case.refused else "rejected" if case.rejected else "loaded"


def counted() -> list[str]:
    """The lines of the table, with the sum below."""
    total, lines = [0, 0, 0, 0], []
    for kind in KINDS:
        fates = [fate(case) for case in import_module(f"test_inputs_{kind}").CASES.values()]
        counts = [len(fates), *(fates.count(name) for name in ("loaded", "rejected", "refused"))]
        lines.append(f"| {kind} | {' | '.join(map(str, counts))} |")
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
    return [*lines, f"| all | {' | '.join(map(str, total))} |"]


def test_the_table_is_what_there_is() -> None:
    text = README.read_text("utf-8")
    table = text.split("|---|---|---|---|---|\n")[1].split("\n\n")[0]
    assert table == "\n".join(counted())


def cases() -> list[Case]:
    return [c for kind in KINDS for c in import_module(f"test_inputs_{kind}").CASES.values()]


def test_every_kind_is_counted_and_there_are_enough() -> None:
    files = {path.stem for path in README.parent.glob("test_inputs_*.py")}
    assert files == {f"test_inputs_{kind}" for kind in KINDS} | {"test_inputs_readme"}
    assert len(cases()) >= 120
    assert all(case.refused or case.loaded or case.rejected for case in cases())
