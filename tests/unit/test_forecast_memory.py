"""Forecasts are kept, read back from dated folders, judged, and compared with the next ones."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dakehu.analysis.sales_forecast.bridge import bridge_of
from dakehu.analysis.sales_forecast.memory import SCHEMA, forecasts_of, memory_of
from dakehu.analysis.sales_forecast.periods import later
from dakehu.reading import Marts
from forecast_frames import LAST, ahead, sales

YEAR = date(2025, 1, 1), date(2025, 12, 1)


def effect(first: date, amounts: list[float]) -> pl.DataFrame:
    return sales(first, amounts).with_columns(pl.col("amount").cast(pl.Float64))


def run(last: date, actual: list[float], base: list[float], naive: float = 90, **effects):
    """What a run kept whose last complete month is `last`; the year began with `actual`."""
    forecast = ahead(base, last=last)
    return forecasts_of(
        forecast,
        forecast.with_columns(mean_amount=pl.lit(naive)),
        sales(YEAR[0], actual),
        {name: effect(later(last, 1), amounts) for name, amounts in effects.items()},
        last,
        f"run-{last}",
    )


OCTOBER = run(
    date(2025, 10, 1), [100] * 10, [110.10, 120.25], pipeline=[5, 7], calendar=[1, 2], events=[3, 3]
)
NOVEMBER = run(
    date(2025, 11, 1), [100] * 9 + [98, 131], [125.75], pipeline=[4], calendar=[2.5], events=[0]
)


def test_the_bridge_by_hand():
    bridge = bridge_of(OCTOBER, NOVEMBER, *YEAR)
    assert bridge is not None
    assert bridge.previous_amount == Decimal("1242.35")  # 1000 + 115.10 + 127.25
    assert bridge.current_amount == Decimal("1258.75")  # 900 + 98 + 131 + 129.75
    assert dict(bridge.components.iter_rows()) == {
        "new_actuals": Decimal("15.90"),  # 131 - 115.10
        "restated": Decimal("-2.00"),
        "model": Decimal("8.00"),  # 125.75 - 120.25, less calendar and events
        "pipeline": Decimal("-3.00"),
        "calendar": Decimal("0.50"),
        "events": Decimal("-3.00"),
    }
    assert bridge.components["amount"].sum() == bridge.change_amount == Decimal("16.40")


def test_an_effect_that_only_one_run_knows_stays_in_the_model():
    plain = run(date(2025, 10, 1), [100] * 10, [110.10, 120.25])
    bridge = bridge_of(plain, NOVEMBER, *YEAR)
    assert bridge is not None
    assert bridge.components["component"].to_list() == [
        "new_actuals", "restated", "model", "pipeline",
    ]  # fmt: skip
    assert bridge.components["amount"].sum() == bridge.change_amount


def test_no_bridge_without_an_earlier_forecast_of_the_whole_period():
    nothing = pl.DataFrame(schema=SCHEMA)
    assert bridge_of(nothing, NOVEMBER, *YEAR) is None
    assert bridge_of(OCTOBER, NOVEMBER, date(2026, 1, 1), date(2026, 3, 1)) is None


def test_earlier_forecasts_are_judged_by_what_came_beside_the_naive():
    came = sales(YEAR[0], [100] * 9 + [98, 131, 111])
    memory = memory_of(pl.concat([OCTOBER, NOVEMBER]), came, min_cycles=2)
    assert not memory.is_first
    assert set(memory.previous["made_on"]) == {date(2025, 11, 1)}
    by_horizon = {row["horizon"]: row for row in memory.accuracy.iter_rows(named=True)}
    # One month ahead: 110.10 for 131 and 125.75 for 111; two months ahead: 120.25 for 111.
    assert by_horizon[1]["wape"] == pytest.approx((20.90 + 14.75) / 242)
    assert by_horizon[1]["bias"] == pytest.approx((-20.90 + 14.75) / 242)
    assert by_horizon[1]["naive_wape"] == pytest.approx((41 + 21) / 242)
    assert by_horizon[2]["wape"] == pytest.approx(9.25 / 111)
    assert by_horizon[None]["skill"] == pytest.approx(1 - (44.90 / 353) / (83 / 353))
    # Bounds are 10 below and 20 above: 131 and November's 111 lie outside, October's 111 inside.
    assert by_horizon[None]["coverage_80"] == pytest.approx(1 / 3)
    assert memory.judged.filter(part="base")["actual"].to_list() == [131, 111, 111]


def test_whether_intervals_held_is_not_said_of_too_few_runs():
    came = sales(YEAR[0], [100] * 9 + [98, 131, 111])
    accuracy = memory_of(pl.concat([OCTOBER, NOVEMBER]), came).accuracy
    assert accuracy["coverage_80"].is_null().all()
    assert accuracy["wape"].is_not_null().all()


def test_accuracy_is_over_the_last_cycles_that_have_come():
    came = sales(YEAR[0], [100] * 9 + [98, 131])
    memory = memory_of(pl.concat([OCTOBER, NOVEMBER]), came, cycles=1)
    assert memory.accuracy["forecast_count"].to_list() == [1, 1]
    assert memory.accuracy["cycle_count"].to_list() == [1, 1]


def test_a_first_run_has_no_memory():
    memory = memory_of(pl.DataFrame(), sales(YEAR[0], [100] * 12))
    assert memory.is_first
    assert memory.accuracy.is_empty()
    assert memory.previous.schema == pl.Schema(SCHEMA)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """reports/out/<pipeline> with runs of October and November."""
    for made in (OCTOBER, NOVEMBER):
        folder = tmp_path / str(made["made_on"][0]) / "sales_forecast"
        folder.mkdir(parents=True)
        made.write_parquet(folder / "forecasts.parquet")
    return tmp_path


def history(out: Path, as_of: date = LAST):
    marts = Marts("sales_forecast", as_of, "CNY", {}, {}, "books", out / "none.duckdb")
    return marts.history_of("forecasts", str(out / "2025-11-01" / "sales_forecast"))


def test_kept_tables_come_back_from_every_dated_folder(out):
    kept, notes = history(out)
    assert kept.equals(pl.concat([OCTOBER, NOVEMBER]))
    assert notes == []


def test_nothing_dated_at_or_after_the_day_is_read(out):
    kept, _ = history(out, date(2025, 11, 1))
    assert kept.equals(OCTOBER)


def test_broken_and_foreign_files_are_left_out_with_a_note(out):
    for name, content in (("2025-09-01", b"PAR1 cut short"), ("2025-08-01", b"")):
        (out / name / "sales_forecast").mkdir(parents=True)
        (out / name / "sales_forecast" / "forecasts.parquet").write_bytes(content)
    for name in ("2025-07-01", "failed", "2025-9-9"):
        (out / name / "sales_forecast").mkdir(parents=True)
        pl.DataFrame({"a": [1]}).write_parquet(out / name / "sales_forecast" / "forecasts.parquet")
    kept, notes = history(out)
    assert kept.equals(pl.concat([OCTOBER, NOVEMBER]))
    assert [note.split(":")[0] for note in notes] == [
        f"2025-0{month}-01/sales_forecast/forecasts.parquet" for month in (9, 8, 7)
    ]
    assert "cannot be read" in notes[0]
    assert "columns" in notes[2]


def test_no_earlier_run_gives_no_rows():
    marts = Marts("sales_forecast", LAST, "CNY", {}, {}, "books", Path("none.duckdb"))
    kept, notes = marts.history_of("forecasts", "")
    assert kept.is_empty()
    assert notes == []
