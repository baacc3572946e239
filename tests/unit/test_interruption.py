"""A signal ends a run as interrupted, whatever the engine makes of it; who is at work is said."""

import signal
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from dakehu.build import GateRefused
from dakehu.cli import looking, main
from dakehu.interruption import signals_as_interrupts
from dakehu.publication import Publication
from dakehu.run import _end


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_interrupts_and_is_remembered(sign: signal.Signals) -> None:
    stop, before = Event(), signal.getsignal(sign)
    with pytest.raises(KeyboardInterrupt), signals_as_interrupts(stop):
        signal.raise_signal(sign)
    assert stop.is_set()
    assert signal.getsignal(sign) is before


@pytest.mark.parametrize(
    ("error", "is_stopped", "status"),
    [
        (KeyboardInterrupt(), False, "interrupted"),
        (RuntimeError("Query interrupted"), True, "interrupted"),
        (GateRefused("refused"), False, "refused"),
        (OSError("full"), False, "failed"),
    ],
)
def test_what_ended_a_run(error: BaseException, is_stopped: bool, status: str) -> None:
    assert _end(error, is_stopped=is_stopped)["status"] == status


def test_the_history_knows_a_run_at_work_from_one_that_was_killed(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(looking, "REPORTS", tmp_path)
    publication = Publication(tmp_path / "shop")
    record = {"started_at": "2025-07-01T06:00:00+00:00", "status": "killed", "reason": "no word"}
    with publication.locked("2"):
        for run_id in ("1", "2"):
            publication.note(record | {"run_id": run_id})
        first, second = CliRunner().invoke(main, ["history"]).output.splitlines()
        assert ("killed" in first, "at work" in second, "killed" in second) == (True, True, False)
    assert "at work" not in CliRunner().invoke(main, ["history"]).output
