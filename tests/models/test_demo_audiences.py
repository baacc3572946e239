"""Two audiences of the demo company: no byte of either folder names anybody of another region."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from byte_search import found_in
from dakehu.demo import write
from dakehu.paths import ROOT
from dakehu.warehouse import open_readonly

pytestmark = pytest.mark.slow

REGIONS = {"east": "HD", "south": "HN"}
AUDIENCES = """
[audience.east]
regions = ["华东大区"]
[audience.south]
regions = ["HN"]
"""
REPORTS = ("customer_value", "distributor_ranking", "sales_forecast")
# Whatever has a code or a name and belongs to a customer, and who of ours looks after one.
CODES = {
    "order_lines": ("order_id",),
    "invoices": ("invoice_no",),
    "payments": ("payment_no",),
    "contacts": ("contact_id",),
    "bids": ("tender_id", "project_name"),
    "stages": ("case_id",),
    "activities": ("activity_id",),
}
SERVED = ("order_lines", "account_team", "activities")


@pytest.fixture(scope="module")
def company(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A tenth of the demo company and its run for two audiences."""

    def run(folder: Path) -> None:
        write(folder / "sources", scale=0.1)
        text = (ROOT / "pipelines" / "demo.toml").read_text("utf-8") + AUDIENCES
        moved = text.replace("../warehouse/demo-sources", (folder / "sources").as_posix())
        (folder / "demo.toml").write_text(moved, "utf-8")
        only = [part for report in REPORTS for part in ("--report", report)]
        subprocess.run(
            [Path(sys.executable).with_name("dakehu"), "run", folder / "demo.toml", "--quiet",
             "--out", folder / "out", "--warehouse", folder / "demo.duckdb", *only],
            check=True,
        )  # fmt: skip

    return once("demo-audiences", run)


def asking(warehouse: Path) -> Callable[[str], list[tuple]]:
    """What gives the rows of a query on a warehouse."""

    def query(sql: str) -> list[tuple]:
        with open_readonly(warehouse) as connection:
            return connection.execute(sql).fetchall()

    return query


def needles(query: Callable[[str], list[tuple]], region: str) -> tuple[set[str], set[str]]:
    """Names and codes of those whose territory lies in the region, and of all others."""
    places = (
        f"select territory_id from loaded.territories where '{region}' in (territory_id, parent_id)"
    )
    placed = f"select customer_id from loaded.customers where territory_id in ({places})"
    inside = f"customer_id in ({placed})"
    parties = "select unnest([customer_id, customer_name, group_id]) from loaded.customers where "
    land = "select unnest([territory_id, territory_name]) from loaded.territories where "
    served = " union ".join(
        f"select person_id from loaded.{table} where {inside} and person_id is not null"
        for table in SERVED
    )
    staff = "select unnest([person_id, name]) from loaded.people where "
    sides = []
    for is_not in ("", "not "):
        queries = [
            parties + is_not + inside,
            land + f"level <> 'nation' and territory_id {is_not}in ({places})",
            staff + f"person_id {is_not}in ({served})",
            *(
                f"select {column} from loaded.{table} where {is_not}{inside}"
                for table, columns in CODES.items()
                for column in columns
            ),
        ]
        sides.append({value for sql in queries for (value,) in query(sql) if value})
    return sides[0], sides[1]


@pytest.mark.parametrize("name", REGIONS)
def test_no_byte_of_another_region(company: Path, name: str, record_property: Callable) -> None:
    ours, theirs = needles(asking(company / "demo.duckdb"), REGIONS[name])
    # A branch may carry the name of a head office elsewhere: that is the branch's own name.
    everything = "\n".join(ours)
    foreign = {needle for needle in theirs - ours if needle not in everything}
    assert len(foreign) > 3000
    folder = company / "out" / "demo" / "audiences" / name
    files = [path for path in folder.rglob("*") if path.is_file()]
    html = [path for path in files if path.suffix == ".html"]
    pages = [path for path in html if not path.name.startswith("summary.")]
    expected = {f"{report}.{lang}.html" for report in REPORTS for lang in ("zh", "en")}
    assert {path.name for path in pages} == expected | {"index.html"}
    assert len(html) - len(pages) == len(expected)  # a summary for mail of each
    assert found_in(folder, foreign) == {}
    # The search does find names in these very pages: those of the audience.
    found = found_in(folder, ours)
    assert {str(path.relative_to(folder)) for path in pages} <= {*found, "index.html"}
    assert sum(len(names) for names in found.values()) > 500
    record_property(f"{name}: names and codes looked for in {len(files)} files", len(foreign))


def test_the_parts_are_parts_of_the_whole(company: Path) -> None:
    sums = {}
    for part in ("", ".audience-east", ".audience-south"):
        query = asking(company / f"demo{part}.duckdb")
        sums[part] = dict(
            query(
                "select region, sum(net_amount) from loaded.order_lines inner join "
                "(select customer_id, region_id as region from dim_customers) using (customer_id) "
                "group by region"
            )
        )
    whole = sums.pop("")
    for (part, found), region in zip(sums.items(), REGIONS.values(), strict=True):
        assert found == {region: whole[region]}, part
