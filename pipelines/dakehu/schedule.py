"""What a scheduler is told: a systemd service and timer, or a line for cron."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from dakehu.cron import calendars
from dakehu.pipeline import Pipeline, PipelineError, Schedule

# Wrong command, data refused, already at work: once more would only be so again.
FINAL = "2 3 4"


def units(pipeline: Pipeline) -> str:
    """The service, its timer, and the commands that put them to work.

    Raises:
        PipelineError: the pipeline file has no [schedule].
    """
    plan, name = _planned(pipeline), f"dakehu-{pipeline.name}"
    fires = "\n".join(f"OnCalendar={calendar}" for calendar in calendars(plan.cron))
    # Room for every start of one occasion, so that the limit counts retries and nothing else.
    span = (plan.retries + 1) * (plan.timeout_minutes + plan.retry_minutes)
    return f"""\
# ~/.config/systemd/user/{name}.service
[Unit]
Description=Dakehu reports of {pipeline.name}
StartLimitIntervalSec={span}min
StartLimitBurst={plan.retries + 1}
# A run tells by itself how it ended; this one tells of a run that was killed.
OnFailure={name}-killed.service

[Service]
Type=oneshot
# Where [notify] names a variable, its value stands in this file, one NAME=VALUE a line.
EnvironmentFile=-%h/.config/dakehu/{pipeline.name}.env
ExecStart={_quoted(_command())} run {_quoted(str(pipeline.path))}
TimeoutStartSec={plan.timeout_minutes}min
MemoryMax={plan.memory_gib:g}G
Restart={"on-failure" if plan.retries else "no"}
RestartSec={plan.retry_minutes}min
RestartPreventExitStatus={FINAL}

# ~/.config/systemd/user/{name}-killed.service
[Unit]
Description=Tell that the reports of {pipeline.name} failed

[Service]
Type=oneshot
EnvironmentFile=-%h/.config/dakehu/{pipeline.name}.env
ExecStart={_quoted(_command())} notify {_quoted(str(pipeline.path))}

# ~/.config/systemd/user/{name}.timer
[Unit]
Description=When Dakehu makes the reports of {pipeline.name}

[Timer]
{fires}
# A machine that was off at the hour catches up.
Persistent=true

[Install]
WantedBy=timers.target

# Write the three files, then:
#   systemctl --user daemon-reload
#   systemctl --user enable --now {name}.timer
#   loginctl enable-linger        # so that it runs while nobody is logged in
#   journalctl --user -u {name}   # what the runs said
"""


def cron_line(pipeline: Pipeline) -> str:
    """One line for `crontab -e`; cron starts no failed run again and knows no limit of memory.

    Raises:
        PipelineError: the pipeline file has no [schedule].
    """
    plan = _planned(pipeline)
    command = f"{shlex.quote(_command())} run --quiet {shlex.quote(str(pipeline.path))}"
    # A bare % would end the command and begin its input.
    limited = f"timeout {plan.timeout_minutes}m {command}".replace("%", r"\%")
    return f"{plan.cron} {limited}\n"


def _planned(pipeline: Pipeline) -> Schedule:
    if pipeline.schedule is None:
        raise PipelineError(
            f"{pipeline.path.name} has no [schedule]; add one, such as "
            'cron = "0 6 3 * *" for six o\'clock on every third of a month'
        )
    return pipeline.schedule


def _command() -> str:
    return str(Path(sys.executable).with_name("dakehu"))


def _quoted(text: str) -> str:
    """A word of ExecStart: there % and $ mean something unless doubled."""
    doubled = text.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    return '"' + doubled.replace('"', '\\"') + '"' if set(doubled) & set(" \"'\\;") else doubled
