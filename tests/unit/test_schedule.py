"""What `dakehu schedule` prints is what systemd and cron understand."""

import shutil
import subprocess
from pathlib import Path

import pytest

from dakehu.pipeline import PipelineError
from dakehu.schedule import cron_line, units
from small_company import HEAD, orders, pipeline_of

PLAN = """
[schedule]
cron = "0 6 3 * *"
timeout_minutes = 30
memory_gib = 2.5
retries = 1
retry_minutes = 5
"""


def planned(folder: Path, plan: str = PLAN):
    folder.mkdir(exist_ok=True)
    return pipeline_of(folder, HEAD + orders() + plan)


def files_of(text: str) -> dict[str, str]:
    """The unit files that the printed text holds, by name."""
    found = {}
    for part in text.split("# ~/.config/systemd/user/")[1:]:
        name, _, body = part.partition("\n")
        found[name] = body
    return found


@pytest.mark.parametrize("folder", ["plain", "with a space", 'a "quote" and 100 % of $HOME'])
def test_systemd_finds_no_fault(tmp_path, folder):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here to judge")
    found = files_of(units(planned(tmp_path / folder)))
    assert sorted(Path(name).suffix for name in found) == [".service", ".service", ".timer"]
    for name, body in found.items():
        (tmp_path / name).write_text(body, "utf-8")
    judged = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / name for name in found)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in judged.stderr.splitlines() if "dakehu" in line]
    assert ours == []


def test_limits_and_retries_are_those_of_the_file(tmp_path):
    service = units(planned(tmp_path))
    for line in ("OnCalendar=*-*-03 06:00:00", "TimeoutStartSec=30min", "MemoryMax=2.5G",
                 "Restart=on-failure", "RestartSec=5min", "RestartPreventExitStatus=2 3 4",
                 "StartLimitBurst=2", "Persistent=true"):  # fmt: skip
        assert line in service.splitlines()
    never = units(planned(tmp_path, PLAN.replace("retries = 1", "retries = 0")))
    assert "Restart=no" in never.splitlines()


def test_cron_keeps_the_file_name_one_word(tmp_path):
    line = cron_line(planned(tmp_path / "50 % off"))
    assert line.startswith("0 6 3 * * timeout 30m ")
    assert r"'" in line
    assert r"50 \% off" in line
    assert line.count("\n") == 1


def test_without_a_schedule_it_says_what_to_write(tmp_path):
    with pytest.raises(PipelineError, match=r"has no \[schedule\]; add one"):
        units(planned(tmp_path, ""))


def test_a_cron_that_cannot_be_is_refused_with_its_key(tmp_path):
    with pytest.raises(PipelineError, match=r'schedule\.cron: "99" is no hour'):
        planned(tmp_path, PLAN.replace("0 6 3", "0 99 3"))
