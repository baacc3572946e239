"""A load that continues the one before ends where a load from nothing ends."""

from pathlib import Path

import numpy as np
import pytest

from desk import Desk
from small_company import HEADER, orders, source

pytestmark = pytest.mark.slow

DIMENSION = source(
    "customers", "?.csv", {"customer_id": '"customer"', "customer_name": '"product"'},
    "distinct = true",
)  # fmt: skip


def export(*lines: tuple[str, int], day: str = "2024-01-05") -> str:
    written = (
        f"{order},{day},C{order[-1]},P{number},1,{number}.00,{number}\n" for order, number in lines
    )
    return HEADER.replace("\n", ",line\n") + "".join(written)


@pytest.mark.parametrize("numbered", [{"line_no": '"line"'}, {}], ids=["numbered", "unnumbered"])
def test_a_folder_that_changes(tmp_path: Path, numbered: dict[str, str]) -> None:
    desk = Desk(tmp_path, orders("?.csv", **numbered), DIMENSION)
    desk.write(a=export(("O1", 1), ("O1", 2)), b=export(("O2", 1), ("O3", 1)))
    assert set(desk.check().values()) == {"new"}
    desk.write(c=export(("O4", 1)))
    assert desk.check()["c.csv order_lines"] == "new"
    assert desk.said == ["customers: c.csv", "order_lines: c.csv"]
    # A corrected order in a later file takes the place of the one before.
    desk.write(d=export(("O1", 1), ("O1", 3)))
    changes = desk.check()
    assert changes["a.csv order_lines"] == "read_again"
    assert changes["b.csv order_lines"] == "unchanged"
    # The correction is withdrawn: what it replaced counts again.
    (tmp_path / "d.csv").unlink()
    changes = desk.check()
    assert changes["d.csv order_lines"] == "withdrawn"
    assert changes["a.csv order_lines"] == "read_again"
    # A file changes, another shows up that sorts before all others.
    desk.write(b=export(("O2", 2)), A=export(("O2", 1), ("O4", 1)))
    assert desk.check()["b.csv order_lines"] == "changed"
    assert desk.check()["b.csv order_lines"] == "unchanged"
    assert desk.said == []


def test_the_same_number_on_another_day_is_numbered_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, orders("?.csv"))
    desk.write(a=export(("O1", 1), ("O1", 2)), c=export(("O1", 1), day="2024-01-07"))
    desk.check()
    desk.write(b=export(("O1", 5), day="2024-01-06"))
    desk.check()
    (tmp_path / "a.csv").unlink()
    desk.check()


def test_two_sources_of_one_table(tmp_path: Path) -> None:
    desk = Desk(tmp_path, orders("a.csv", line_no='"line"'), orders("[b-z].csv", line_no='"line"'))
    desk.write(a=export(("O1", 1)), b=export(("O1", 1), ("O2", 1)))
    desk.check()
    desk.write(c=export(("O1", 1), ("O2", 1), ("O2", 2)))
    desk.check()
    desk.write(a=export(("O9", 1)))
    changes = desk.check()
    assert changes["c.csv order_lines"] == "read_again"


def test_a_joined_file_that_changes_has_everything_read_again(tmp_path: Path) -> None:
    join = 'join = [{ files = ["items.txt"], on = "product = item" }]'
    desk = Desk(tmp_path, orders("?.csv", join, channel='"maker"'))
    desk.write(a=export(("O1", 1)), b=export(("O2", 1)))
    (tmp_path / "items.txt").write_text("item,maker\nP1,X\n")
    desk.check()
    (tmp_path / "items.txt").write_text("item,maker\nP1,Y\n")
    desk.check()
    assert desk.said == ["order_lines: 2 files, a.csv to b.csv"]


def test_another_mapping_starts_from_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, orders("?.csv"))
    desk.write(a=export(("O1", 1)))
    desk.check()
    assert desk.check()["a.csv order_lines"] == "unchanged"
    desk.head = desk.head.replace('"amount"', '{ from = "amount", unit = "万元" }')
    desk.check()
    assert desk.said == ["order_lines: a.csv"]


@pytest.mark.parametrize("seed", range(20))
def test_any_history_of_a_folder(tmp_path: Path, seed: int) -> None:
    luck = np.random.default_rng(seed)
    numbered = {"line_no": '"line"'} if luck.random() < 0.5 else {}
    desk = Desk(tmp_path, orders("?.csv", **numbered), DIMENSION)
    for _ in range(6):
        for name in "abcdef":
            fate = luck.random()
            if fate < 0.3:
                lines = [(f"O{luck.integers(12)}", int(luck.integers(1, 4))) for _ in range(4)]
                desk.write(**{name: export(*lines, day=f"2024-01-0{luck.integers(1, 3)}")})
            elif fate < 0.4:
                (tmp_path / f"{name}.csv").unlink(missing_ok=True)
        if any(tmp_path.glob("?.csv")):
            desk.check()


def test_a_published_warehouse_that_cannot_be_read_is_no_base(tmp_path: Path) -> None:
    from dakehu.warehouse import building

    path = tmp_path / "w.duckdb"
    path.write_bytes(b"no database at all")
    with building(path, "one", is_continued=True) as (_, connection):
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
    assert path.read_bytes() == b"no database at all"
