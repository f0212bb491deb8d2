"""A server with the demo data, and the client signed in to it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.serving import Running, running
from tests.tui.driving import Driver, driven
from tui.config import Launch


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    """One server for a file of tests; each test works on items of its own."""
    with running(tmp_path_factory.mktemp("screens"), demo_template) as started:
        yield started


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"BINCARD_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def launch(server: Running) -> Launch:
    """Signs in as somebody who may do everything with stock."""
    return Launch(server.url, user="allaccess", token=server.token("allaccess", "nolimits", "screens"))


@pytest.fixture
async def client(launch: Launch) -> AsyncIterator[Driver]:
    """The client on the stock screen at 80x24, loaded."""
    async with driven(launch) as driver:
        await driver.see(" items", "Electronics Lab", "on hand")
        await driver.idle()
        yield driver
