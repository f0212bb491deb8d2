"""A small warehouse to count, made over the API, and a clerk at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.screens.picking_shop import Shop
from tui.config import Launch
from tui.counting.book import Scope
from tui.counting.journal import Entry, Journal

__all__ = ["Shelf", "counting", "entries_in", "launch_at"]


class Shelf(Shop):
    """A hall of shelves; knows what was posted to its items by counting."""

    items: list[int]

    def fill(self, *shelves: str, quantity: float = 50) -> list[int]:
        """An item of a part of its own on each shelf."""
        return [
            self.stock(self.part(f"Bolt {number:02d}"), shelf, quantity, f"B{number:02d}")
            for number, shelf in enumerate(shelves)
        ]

    def counts(self, item: int) -> list[float]:
        """The quantities that were posted by counting, the first first."""
        rows = self.get("stock/track/", item=item, limit=100)["results"]
        posted = sorted((row for row in rows if row["tracking_type"] == 10), key=lambda row: row["pk"])
        return [row["deltas"]["quantity"] for row in posted]

    @property
    def name(self) -> str:
        return f"Hall {self.number}"

    @property
    def scope(self) -> Scope:
        """All of the hall."""
        return Scope(self.name, location=self.hall)


def launch_at(server: Running, url: str = "") -> Launch:
    """Signs in as somebody who may do everything with stock."""
    token = server.token("allaccess", "nolimits", "counting")
    return Launch(url or server.url, user="allaccess", token=token)


@asynccontextmanager
async def counting(launch: Launch, shelf: Shelf, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    """The client at a fresh sheet of the whole hall."""
    async with driven(replace(launch), size) as client:
        await client.until(lambda: client.app.session.user is not None, "the session")
        client.app.begin_count(shelf.scope, True)
        await client.until(lambda: "Count" in client.text and "left" in client.text, "the sheet")
        await client.idle()
        yield client


def entries_in(state: Path) -> list[Entry]:
    """Everything that is in the journal of a state directory."""
    journal = Journal(state / "counts")
    found = [entry for sheet in journal.sheets() for entry in journal.entries(sheet.key)]
    journal.close()
    return found
