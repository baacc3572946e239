"""Cron's five fields as systemd's calendar expressions."""

import shutil
import subprocess

import pytest

from dakehu.cron import calendars

KNOWN = [
    ("0 6 3 * *", ["*-*-03 06:00:00"]),
    ("*/20 * * * *", ["*-*-* *:00,20,40:00"]),
    ("30 5 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 05:30:00"]),
    ("0 0 1 jan,jul *", ["*-01,07-01 00:00:00"]),
    ("0 7 * * 7", ["Sun *-*-* 07:00:00"]),
    ("0 7 * * sun,0", ["Sun *-*-* 07:00:00"]),
    ("5 8-10/2 * 2 *", ["*-02-* 08,10:05:00"]),
    ("10 9 5/10 * *", ["*-*-05,15,25 09:10:00"]),
    # Cron fires on either, one line of systemd would only on both.
    ("0 6 1 * mon", ["*-*-01 06:00:00", "Mon *-*-* 06:00:00"]),
]


@pytest.mark.parametrize(("cron", "expected"), KNOWN)
def test_known_lines(cron, expected):
    assert calendars(cron) == expected


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here to judge")
def test_systemd_reads_every_line():
    lines = [line for _, expected in KNOWN for line in expected]
    judged = subprocess.run(
        ["systemd-analyze", "calendar", *lines], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stderr


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 6 3 *", "has 4 fields"),
        ("60 6 3 * *", '"60" is no minute: write 0 to 59'),
        ("0 6 0 * *", '"0" is no day of the month'),
        ("0 6 3 foo *", '"foo" is no month'),
        ("0 6 5-3 * *", '"5-3" is no span of the day of the month'),
        ("*/0 6 * * *", "a step of the minute is at least 1"),
        ("@monthly", "has 1 fields"),
        ("0 6 L * *", '"L" is no day of the month'),
        ("0 6 3 * ;", '";" is no day of the week of cron'),
    ],
)
def test_what_no_clock_has_is_said(cron, said):
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        calendars(cron)
    assert said in str(raised.value)
