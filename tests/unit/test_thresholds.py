"""Thresholds of the data gates: what a pipeline file may say, judged before anything is loaded."""

import re
from pathlib import Path

import pytest

from dakehu import models
from dakehu.build import build, judge
from dakehu.pipeline import PipelineError
from small_company import HEAD, orders, pipeline_of


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"orphan_warn_shar": 0.1}, 'no such threshold (did you mean "orphan_warn_share"?)'),
        ({"zzz": 0.1}, "no such threshold (known: orphan_warn_share, "),
        ({"orphan_warn_share": 5}, "write a share from 0 to 1, such as 0.05 (it is 5)"),
        ({"similar_name_score": 0.5}, "write a likeness from 0.6 to 1, such as 0.88 (it is 0.5)"),
        ({"orphan_warn_share": "5%"}, "write a number from 0 up (it is '5%')"),
        ({"document_tolerance_amount": True}, "write a number from 0 up (it is True)"),
        ({"document_tolerance_amount": float("nan")}, "write a number from 0 up (it is nan)"),
    ],
)
def test_a_threshold_that_cannot_be_is_named_before_anything_is_loaded(
    tmp_path: Path, settings: dict, words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        models.thresholds(settings)
    (name, value), = settings.items()  # fmt: skip
    written = {True: "true"}.get(value, repr(value)) if not isinstance(value, float) else value
    document = f"{HEAD}{orders()}[policy.data_quality]\n{name} = {written}\n"
    (tmp_path / "orders.csv").write_text("not even a heading", "utf-8")
    pipeline = pipeline_of(tmp_path, document)
    for act in (build, judge):
        with pytest.raises(
            PipelineError, match=re.escape(f"small.toml: [policy.data_quality] {name}")
        ):
            act(pipeline, run_id="t", say=print)


def test_a_tolerance_in_money_may_exceed_one() -> None:
    assert models.thresholds({"document_tolerance_amount": 5})["document_tolerance_amount"] == 5.0
