"""Alerts at a plain InvenTree: worked out from what its lists allow, and nothing asked that it does not know."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.plain_inventree import PlainInvenTree
from tests.serving import Running, running
from tests.tui.driving import driven
from tests.tui.live.watched import Room
from tui.config import Launch
from tui.live.alerts import legal


@pytest.fixture
def server(tmp_path: Path, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path / "server", empty_template) as started:
        yield started


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


async def test_the_board_works_out_what_is_wrong(server: Running, api: httpx.Client) -> None:
    room, today = Room(api), date.today()
    room.short("Washer")
    room.out("Crane")
    glue = room.part(name="Glue")
    room.item(glue, 3, expiry_date=(today - timedelta(days=2)).isoformat(), batch="old")
    acme = api.post("company/", json={"name": "Acme", "is_supplier": True}).raise_for_status().json()["pk"]
    body = {"supplier": acme, "target_date": "2020-01-01"}
    order = api.post("order/po/", json=body).raise_for_status().json()
    with PlainInvenTree(server.url) as plain:
        launch = Launch(plain.url, user="admin", token=server.token())
        async with driven(launch, (132, 43), live=True) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            await client.idle()
            await client.press("exclamation_mark")
            await client.see("Washer", "Crane: none left", "every 120 s", "Glue old: 3 expired on")
            await client.until(lambda: "!!1 of" in client.lines[-1], "the count")
            assert [one for one in client.app.live.book.alerts.values() if legal(one, "acknowledge")] == []
            assert "Acknowledge" not in client.text
            api.patch(f"order/po/{order['pk']}/", json={"target_date": "2090-01-01"}).raise_for_status()
            room.item(api.get("part/", params={"search": "Crane"}).json()[0]["pk"], 100)
            await client.press("r")
            await client.lose("Crane")
            assert plain.strayed == []
