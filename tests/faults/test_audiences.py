"""One run, several audiences: each stands for itself, and only what changed is made again."""

import json

import pytest

from byte_search import found_in
from shop import AS_OF, Shop

pytestmark = pytest.mark.slow

SOURCES = """
[[source]]
table = "customers"
files = ["customers.csv"]
[source.columns]
customer_id = "code"
customer_name = "name"
territory_id = "place"
[[source]]
table = "territories"
files = ["places.csv"]
[source.columns]
territory_id = "place"
territory_name = "name"
level = "level"
"""
AUDIENCES = """
[audience.north]
regions = ["North"]
[audience.south]
regions = ["South"]
"""
WHERE = {"north": range(1, 7), "south": range(7, 13)}


@pytest.fixture
def readers(shop: Shop) -> Shop:
    """The company with customers in two regions and an audience for each."""
    customers = [
        f"C{number:02d},{place.title()} Works {number:02d},{place[0].upper()}9\n"
        for place, numbers in WHERE.items()
        for number in numbers
    ]
    (shop.folder / "customers.csv").write_text("code,name,place\n" + "".join(customers))
    (shop.folder / "places.csv").write_text("place,name,level\nN9,North,region\nS9,South,region\n")
    pipeline = shop.folder / "shop.toml"
    pipeline.write_text(pipeline.read_text("utf-8") + SOURCES + AUDIENCES, "utf-8")
    return shop


def last(shop: Shop, name: str) -> dict:
    """What the last run says of one audience."""
    path = shop.out / "shop" / "audiences" / name / "history.jsonl"
    return json.loads([line for line in path.read_text("utf-8").split("\n") if line][-1])


def test_each_audience_stands_for_itself(readers: Shop) -> None:
    assert readers.run() == (0, "")
    folders = {name: readers.out / "shop" / "audiences" / name for name in WHERE}
    for name, folder in folders.items():
        other = next(key for key in WHERE if key != name)
        strangers = [f"{other.title()} Works {number:02d}" for number in WHERE[other]]
        strangers += [f"C{number:02d}" for number in WHERE[other]] + [other.title()]
        assert found_in(folder, strangers) == {}
        page = folder / AS_OF / "customer_value.en.html"
        assert "not within the whole company" in page.read_text("utf-8")
        assert not (folder / AS_OF / "data_quality.en.html").exists()
        # The same search finds those whose folder it is, and finds what is planted.
        own = found_in(folder, [f"C{WHERE[name][0]:02d}"])
        assert f"{AS_OF}/customer_value.zh.html" in own
        (folder / "planted.csv").write_text(f"a\n{strangers[0]}\n")
        assert found_in(folder, strangers[:1]) == {"planted.csv": {strangers[0]}}
        (folder / "planted.csv").unlink()

    # Nothing changed: nothing is made again. Another definition: only its audience.
    assert readers.run() == (0, "")
    assert [last(readers, name)["status"] for name in WHERE] == ["unchanged", "unchanged"]
    pipeline = readers.folder / "shop.toml"
    written = pipeline.read_text("utf-8")
    pipeline.write_text(written.replace('["South"]', '["South"]\npersonal_data = true'), "utf-8")
    assert readers.run() == (0, "")
    assert readers.last["status"] == last(readers, "north")["status"] == "unchanged"
    assert last(readers, "south")["status"] == "ok"

    # One that is wrong is named, with what was probably meant, and costs nobody else anything.
    pages = [
        (folder / AS_OF / "customer_value.en.html").read_bytes() for folder in folders.values()
    ]
    pipeline.write_text(written.replace('["South"]', '["Suoth"]'), "utf-8")
    code, errors = readers.run("--force")
    assert code == 2
    assert 'audience south: run failed: shop.toml: audience.south.regions: "Suoth"' in errors
    assert 'the nearest are "South"' in errors
    assert readers.last["status"] == last(readers, "north")["status"] == "ok"
    assert last(readers, "south")["status"] == "failed"
    now = [(folder / AS_OF / "customer_value.en.html").read_bytes() for folder in folders.values()]
    assert (now[0] != pages[0], now[1] == pages[1]) == (True, True)


def test_one_that_fails_is_named_and_loses_nobody_else(readers: Shop) -> None:
    readers.insert(
        "customer_value",
        "assert 'North Works 01' not in [*result.tables['customers']['customer_name']]",
    )
    code, errors = readers.run()
    assert code == 1
    assert "audience north: run failed: customer_value: cell" in errors
    assert "South" not in errors
    assert readers.last["status"] == "failed"  # the whole company has that customer too
    assert readers.last["audiences"]["south"] == {"status": "ok", "reason": ""}
    assert "dakehu: run failed" in errors
