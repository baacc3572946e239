"""Telling people how a run ended, by any service that apprise knows."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import date
from typing import Any

from dakehu.pipeline import Occasion, Pipeline
from dakehu.terminal import harmless

OCCASIONS: dict[str, Occasion] = {
    "ok": "success",
    "unchanged": "unchanged",
    "refused": "refused",
    "failed": "failure",
    "interrupted": "failure",
    "killed": "failure",
}
KINDS = {"success": "success", "unchanged": "info", "failure": "failure"}


def occasion_of(pipeline: Pipeline, record: Mapping[str, Any], today: date) -> Occasion:
    """What a run's record is an occasion of; good pages of old data are `stale`."""
    occasion = OCCASIONS[record["status"]]
    if occasion in ("success", "unchanged") and trouble(record):
        return "failure"
    if occasion in ("success", "unchanged") and pipeline.notify:
        age = today - date.fromisoformat(record["as_of"])
        if age.days > pipeline.notify.stale_after_days:
            return "stale"
    return occasion


def notify(pipeline: Pipeline, record: Mapping[str, Any], portal: str, today: date) -> str:
    """Tell whoever [notify] names, if it wants to know; returns why that failed, else "".

    Never raises: a service that is down must not change how a run ended.
    """
    wanted = pipeline.notify
    occasion = occasion_of(pipeline, record, today)
    if wanted is None or occasion not in wanted.on:
        return ""
    variable = wanted.urls.removeprefix("$")
    urls = os.environ.get(variable, "").split()
    if not urls:
        return f"[notify] urls: the environment variable {variable} is not set"
    title, body = words(pipeline, record, occasion, portal)
    try:
        return "" if _sent(urls, title, body, KINDS.get(occasion, "warning")) else _failed(variable)
    except Exception as error:  # whatever a service's client throws
        return f"{_failed(variable)} ({type(error).__name__})"


def trouble(record: Mapping[str, Any]) -> dict[str, str]:
    """Why audiences of a run got no new pages, by name, from the run's record."""
    return {
        name: entry["reason"]
        for name, entry in record.get("audiences", {}).items()
        if OCCASIONS[entry["status"]] not in ("success", "unchanged")
    }


def words(
    pipeline: Pipeline, record: Mapping[str, Any], occasion: Occasion, portal: str
) -> tuple[str, str]:
    """Title and body of a message: what happened, why, and where to look, zh before en."""
    says = {
        "success": ("报表已更新", "reports are up to date"),
        "unchanged": ("没有变化，报表保持原样", "nothing had changed, the reports stand"),
        "failure": ("运行失败，旧报表保留", "the run failed, earlier reports stand"),
        "refused": ("数据检查未通过，旧报表保留", "data refused, earlier reports stand"),
        "stale": ("数据过期", "the data is old"),
    }
    zh, en = says[occasion]
    as_of = record.get("as_of") or "-"
    lines = [f"{zh} / {en}", f"截至 / as of {as_of}"]
    if occasion == "stale" and pipeline.notify:
        days = pipeline.notify.stale_after_days
        lines.append(f"超过 {days} 天没有新的数据 / no newer data for more than {days} days")
    if record.get("reason"):
        lines.append(harmless(str(record["reason"]))[:1000])
    lines += [
        f"audience {name}: {harmless(reason)[:1000]}" for name, reason in trouble(record).items()
    ]
    name = f"{pipeline.title.zh} / {pipeline.title.en}"
    return f"{name}: {zh} / {en}", "\n".join([*lines, portal])


def _sent(urls: list[str], title: str, body: str, kind: str) -> bool:
    from apprise import Apprise, NotifyFormat, NotifyType

    logging.getLogger("apprise").disabled = True  # its words carry the URLs, and those secrets
    told = Apprise()
    known = [told.add(url) for url in urls]
    sent = told.notify(body, title, NotifyType(kind), body_format=NotifyFormat.TEXT)
    return all(known) and bool(sent)


def _failed(variable: str) -> str:
    return f"nobody could be told at every address in {variable}; try them with `apprise -vv`"
