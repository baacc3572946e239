"""What a run will do: which notebooks, with which parameters. Judged before anything is started."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from dakehu.models import thresholds
from dakehu.paths import NOTEBOOKS

Scalar = str | int | float | bool

# The report whose policy is the thresholds of the data gates; every load uses them.
GATED = "data_quality"
# The run fills these itself; a pipeline file or a command line may not.
RESERVED = {"as_of", "warehouse", "output_dir", "previous_dir", "language"}
TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class PlanError(ValueError):
    """The command or the pipeline file asks for something that does not exist."""


class Parameter(NamedTuple):
    """A parameter of a notebook as its tagged cell declares it."""

    name: str
    type: type
    default: Scalar


@dataclass(frozen=True)
class Report:
    """One report to be run: its notebook and the parameters that differ from the defaults."""

    name: str
    notebook: Path
    parameters: dict[str, Scalar]


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """The annotated assignments in the cell tagged `parameters`, by name.

    Raises:
        PlanError: the notebook has no such cell, or a line of it is no `name: type = literal`.
    """
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if not tagged:
        raise PlanError(f'{notebook.name} has no cell tagged "parameters"')
    found = {}
    for node in ast.parse("".join(tagged[0]["source"])).body:
        match node:
            case ast.AnnAssign(ast.Name(name), ast.Name(kind), ast.Constant(default)):
                found[name] = Parameter(name, TYPES[kind], default)
            case _:
                raise PlanError(
                    f"{notebook.name}: `{ast.unparse(node)}` is no parameter; "
                    "write `name: type = value` with str, int, float or bool"
                )
    return found


def plan(
    configured: Mapping[str, Mapping[str, Any]],
    policy: Mapping[str, Mapping[str, Any]],
    *,
    only: tuple[str, ...] = (),
    overrides: tuple[str, ...] = (),
) -> list[Report]:
    """The reports to run, `configured` being the pipeline file's [reports.*] tables.

    `only` narrows them, `overrides` are `NAME=VALUE` texts that go to every report that has the
    parameter. Every name and type is checked against the notebook, every policy key against the
    report's `Policy`.

    Raises:
        PlanError: a report, parameter or policy key does not exist, or a value is of a wrong type.
    """
    for name in only:
        if name not in configured:
            raise PlanError(f'no report "{name}" in the pipeline file{_nearest(name, configured)}')
    texts = dict(_split(override) for override in overrides)
    used: set[str] = set()
    reports = []
    _check_policy(GATED, policy.get(GATED, {}))
    for name, settings in configured.items():
        _check_policy(name, policy.get(name, {}))
        notebook = NOTEBOOKS / f"{name}.ipynb"
        if not notebook.is_file():
            raise PlanError(f'[reports.{name}]: there is no notebook "notebooks/{name}.ipynb"')
        declared = declared_parameters(notebook)
        parameters = {
            key: _typed(f"[reports.{name}]", value, _lookup(key, declared, f"[reports.{name}]"))
            for key, value in settings.items()
        }
        here = texts.keys() & declared.keys()
        used |= here
        parameters |= {
            key: _parsed(texts[key], _lookup(key, declared, "-p")) for key in sorted(here)
        }
        if not only or name in only:
            reports.append(Report(name, notebook, parameters))
    if unused := sorted(texts.keys() - used):
        raise PlanError(f'-p {unused[0]}: no report has a parameter "{unused[0]}"')
    unknown = sorted(policy.keys() - configured.keys() - {GATED})
    if unknown:
        raise PlanError(f"[policy.{unknown[0]}]: no such report in the pipeline file")
    return reports


def _split(override: str) -> tuple[str, str]:
    name, equals, value = override.partition("=")
    if not equals or not name.isidentifier():
        raise PlanError(f'-p "{override}": write NAME=VALUE')
    return name, value


def _lookup(name: str, declared: Mapping[str, Parameter], where: str) -> Parameter:
    if name in RESERVED:
        raise PlanError(f"{where}: {name} is set by the run itself")
    if name not in declared:
        raise PlanError(
            f'{where}: the notebook has no parameter "{name}"{_nearest(name, declared)}'
        )
    return declared[name]


def _typed(where: str, value: Any, parameter: Parameter) -> Scalar:
    if parameter.type is float and type(value) is int:
        return float(value)
    if type(value) is not parameter.type:
        raise PlanError(
            f"{where}: {parameter.name} is {value!r}; it must be {parameter.type.__name__}"
        )
    return value


def _parsed(text: str, parameter: Parameter) -> Scalar:
    try:
        return FLAGS[text.lower()] if parameter.type is bool else parameter.type(text)
    except (KeyError, ValueError):
        kind = parameter.type.__name__
        raise PlanError(f'-p {parameter.name}: "{text}" is not of type {kind}') from None


def _check_policy(report: str, settings: Mapping[str, Any]) -> None:
    module = f"dakehu.analysis.{report}"
    if not settings:
        return
    if report == GATED:
        try:
            thresholds(settings)
        except ValueError as error:
            raise PlanError(str(error)) from None
        return
    policy = getattr(import_module(module), "Policy", None) if find_spec(module) else None
    known = {field.name for field in fields(policy)} if policy else set()
    for key in settings:
        if key not in known:
            raise PlanError(f'[policy.{report}]: no rule "{key}"{_nearest(key, known)}')
    if policy:
        try:
            policy(**settings)
        except ValueError as error:
            raise PlanError(str(error)) from None


def _nearest(name: str, known: Mapping[str, Any] | set[str]) -> str:
    match = get_close_matches(name, known, 1)
    return f' (did you mean "{match[0]}"?)' if match else ""
