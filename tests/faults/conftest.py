import shutil
from pathlib import Path

import pytest

from shop import Shop, first_run_in


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return first_run_in(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(first_run: Shop, tmp_path: Path) -> Shop:
    """The company after its first good run, in a folder of its own."""
    folder = tmp_path / "shop"
    shutil.copytree(first_run.folder, folder)
    return Shop(folder, folder / "out", folder / "shop.duckdb")
