"""Set-up: one lock, no addresses, environment.yml in step, a reason for every dependency."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINNED = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = [name for extra in PROJECT["project"]["optional-dependencies"].values() for name in extra]
PRESCRIBED = {"jupyterlab", "papermill", "polars", "plotly", "duckdb", "nbval"}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!\[; ]", entry)[0].lower() for entry in requirements}


DECLARED = names(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"] + EXTRAS)


def test_tests_have_every_extra() -> None:
    assert set(EXTRAS) - set(PROJECT["dependency-groups"]["dev"]) == set()


def test_lock_records_no_address() -> None:
    assert re.findall(r"https?://|--index-url|--extra-index|--find-links|file:", LOCK) == []


def test_lock_has_a_hash_for_every_package() -> None:
    entries = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(re.findall(r"^[a-z0-9-]+==", LOCK, re.MULTILINE))
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_lock_pins_every_declared_package() -> None:
    assert DECLARED - PINNED.keys() == set()
    assert PRESCRIBED <= DECLARED


def test_environment_is_in_step_with_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, pips = environment["dependencies"]
    assert python == f"python{PROJECT['project']['requires-python']}"
    assert pip == "pip"
    assert pips == {"pip": ["-r requirements.lock"]}


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "decisions" / "dependencies.md").read_text("utf-8")
    assert [name for name in sorted(DECLARED) if f"`{name}`" not in reasons] == []
