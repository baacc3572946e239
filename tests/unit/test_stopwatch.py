"""The seconds of a run by step: kept whatever happens, and read by a person."""

import pytest
from rich.console import Console

from dakehu.stopwatch import Stopwatch


def test_a_step_that_fails_has_taken_its_time_too() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="x"), watch.step("load"):
        raise ValueError("x")
    watch.add("customer_value", "cells", 1.23456)
    (load, cells) = watch.rows()
    assert (load["where"], load["step"]) == ("run", "load")
    assert cells == {"where": "customer_value", "step": "cells", "seconds": 1.235}


def test_the_table_has_the_run_before_its_reports() -> None:
    watch = Stopwatch()
    for where, step in (("a", "cells"), ("run", "publish pages"), ("a", "render")):
        watch.add(where, step, 2.0)
    console = Console(width=80)
    with console.capture() as printed:
        console.print(watch.table())
    words = printed.get().split()
    assert words.index("publish") < words.index("cells") < words.index("render")
    assert words.count("2.00") == 3
