"""A server with the demo data, and a state directory of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Running, running
from tests.tui.counting.shop import Shelf


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("counting"), demo_template) as started:
        yield started


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BINCARD_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("BINCARD_KEYRING", "off")
    return tmp_path / "state"


@pytest.fixture
def shelf(server: Running) -> Iterator[Shelf]:
    with server.client("allaccess", "nolimits") as api:
        yield Shelf(api)
