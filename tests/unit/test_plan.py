"""What a run will do is judged by name and type before any kernel starts."""

import json
from pathlib import Path

import pytest

from dakehu import plan as planning
from dakehu.plan import PlanError, declared_parameters, plan

CELL = """as_of: str = ""
window_months: int = 12
share: float = 0.5
label: str = "a"
bold: bool = False
"""


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": [CELL]}
    for name in ("first", "second"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"cells": [cell]}))
    monkeypatch.setattr(planning, "NOTEBOOKS", tmp_path)
    return tmp_path


def test_declared_parameters_carry_name_type_and_default(notebooks: Path) -> None:
    found = declared_parameters(notebooks / "first.ipynb")
    assert found["window_months"] == ("window_months", int, 12)
    assert found["share"] == ("share", float, 0.5)


def test_plan_keeps_order_narrows_and_overrides(notebooks: Path) -> None:
    configured = {"first": {"window_months": 6}, "second": {"share": 1}}
    both = plan(configured, {}, overrides=("label=00123",))
    assert [report.name for report in both] == ["first", "second"]
    assert both[0].parameters == {"window_months": 6, "label": "00123"}  # a code keeps its zeros
    assert both[1].parameters == {"share": 1.0, "label": "00123"}
    assert [report.name for report in plan(configured, {}, only=("second",))] == ["second"]


@pytest.mark.parametrize(
    ("configured", "policy", "only", "overrides", "sentence"),
    [
        ({"third": {}}, {}, (), (), 'no notebook "notebooks/third.ipynb"'),
        ({"first": {}}, {}, ("frist",), (), 'no report "frist" in the pipeline file'),
        ({"first": {"window_month": 6}}, {}, (), (), 'did you mean "window_months"?'),
        ({"first": {"window_months": "6"}}, {}, (), (), "window_months is '6'; it must be int"),
        ({"first": {"window_months": True}}, {}, (), (), "it must be int"),
        ({"first": {"as_of": "2025-01-01"}}, {}, (), (), "as_of is set by the run itself"),
        ({"first": {}}, {}, (), ("window_months=six",), '"six" is not of type int'),
        ({"first": {}}, {}, (), ("bold=perhaps",), '"perhaps" is not of type bool'),
        ({"first": {}}, {}, (), ("tpo_n=3",), 'no report has a parameter "tpo_n"'),
        ({"first": {}}, {}, (), ("x;import os=3",), "write NAME=VALUE"),
        ({"first": {}}, {}, (), ("warehouse=/tmp/x",), "warehouse is set by the run itself"),
        ({"first": {}}, {"second": {"a": 1}}, (), (), "[policy.second]: no such report"),
    ],
)
def test_what_does_not_exist_is_refused(
    notebooks: Path, configured: dict, policy: dict, only: tuple, overrides: tuple, sentence: str
) -> None:
    reserved = '\nwarehouse: str = ""\n'
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": [CELL + reserved]}
    (notebooks / "first.ipynb").write_text(json.dumps({"cells": [cell]}))
    with pytest.raises(PlanError) as caught:
        plan(configured, policy, only=only, overrides=overrides)
    assert sentence in str(caught.value)


def test_thresholds_of_the_gates_are_judged_with_and_without_their_page() -> None:
    for configured in ({"data_quality": {}}, {}):
        plan(configured, {"data_quality": {"orphan_warn_share": 0.01}})
        with pytest.raises(PlanError, match='did you mean "orphan_warn_share"'):
            plan(configured, {"data_quality": {"orphan_warn_shar": 0.01}})


def test_policy_keys_are_those_of_the_report() -> None:
    with pytest.raises(PlanError, match="class_a_share"):
        plan({"customer_value": {}}, {"customer_value": {"class_a_shares": 0.5}})


def test_a_line_that_is_no_parameter_is_named(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ["top_n = 20"]}
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [cell]}))
    with pytest.raises(PlanError, match="`top_n = 20` is no parameter"):
        declared_parameters(tmp_path / "n.ipynb")
