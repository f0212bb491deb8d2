"""Two people at their screens: what one does to the stock is an alert on the other's board, until it is mended."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.live.watched import Room, watched
from tui.config import Launch
from tui.screens.adjust import AddDialog, RemoveDialog
from tui.screens.alert_board import AlertBoard
from tui.screens.card import CardScreen


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"BINCARD_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("BINCARD_KEYRING", "off")


@asynccontextmanager
async def clients(server: Running, *names: str) -> AsyncIterator[list[Driver]]:
    """A client for each name, signed in, side by side."""
    async with AsyncExitStack() as stack:
        found = []
        for name in names:
            launch = Launch(server.url, user="admin", token=server.token(name=name))
            client = await stack.enter_async_context(driven(launch, live=True))
            await client.until(lambda client=client: client.app.session.user is not None, "the session")  # type: ignore[misc]
            await client.idle()
            found.append(client)
        yield found


async def change(clerk: Driver, key: str, quantity: str, dialog: type) -> None:
    """Post a change of the item whose bin card is open."""
    await clerk.press(key)
    await clerk.until(lambda: isinstance(clerk.app.screen, dialog), "the dialog")
    await clerk.type(quantity)
    await clerk.press("enter")
    await clerk.until(lambda: isinstance(clerk.app.screen, CardScreen), "the bin card")
    await clerk.idle()


async def test_from_the_shelf_to_the_board_of_another_and_back(tmp_path: Path, empty_template: Path) -> None:
    with watched(tmp_path / "server", empty_template) as server, server.client() as api:
        room = Room(api)
        _, item = room.short("Washer", stock=30)
        async with clients(server, "clerk", "watch") as (clerk, watch):
            await watch.press("exclamation_mark")
            await watch.until(lambda: isinstance(watch.app.screen, AlertBoard), "the board")
            await watch.see("Nothing is wrong")
            await watch.until(lambda: watch.app.live.is_live, "the stream")
            # The clerk takes from the shelf: 12 of at least 20 are left.
            await clerk.press("f")
            await clerk.type(f"INV-SI{item}")
            await clerk.press("enter")
            await clerk.until(lambda: isinstance(clerk.app.screen, CardScreen), "the bin card")
            await clerk.idle()
            await change(clerk, "x", "18", RemoveDialog)
            assert room.read(item)["quantity"] == 12
            await watch.see("Low stock", "Washer: 12 of at least 20")
            await watch.until(lambda: "!1 alert" in watch.lines[-1], "the count on the board")
            await clerk.until(lambda: "!1 alert" in clerk.lines[-1], "the count on the clerk's screen")
            # Stock comes: the alert is over, without a key on either screen but the clerk's.
            await change(clerk, "a", "50", AddDialog)
            await watch.see("resolved")
            for client in (clerk, watch):
                await client.until(lambda client=client: "alert" not in client.lines[-1], "the end of the count")  # type: ignore[misc]
