"""What counting asks the server while somebody waits for it: codes that are not on the sheet, and moves.

Mixed into the screen; nothing here touches a widget. A counter is never kept waiting for long: a server that does not
say within `PATIENCE` what a code is counts as one that does not know it.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.api_models import Location
from tui.connection import Link
from tui.counting.lines import CountLine
from tui.screens.base import BincardScreen

__all__ = ["PATIENCE", "CodeFound", "CountLookup"]

#: Seconds that somebody waits for the server to say what a code is.
PATIENCE: Final = 3.0
_DETAILS: Final = {"part_detail": True, "location_detail": True}


@dataclass(frozen=True, slots=True)
class CodeFound:
    """What a code was found to be: an item (as a line), a location, or a part with no item here."""

    line: CountLine | None = None
    location: Location | None = None
    part: int | None = None
    title: str = ""


class CountLookup(BincardScreen):
    """The requests of the count screen."""

    class LookedUp(Message):
        """What the server says of a code; `found` is None where it does not know it, or did not say."""

        def __init__(self, text: str, quantity: Decimal | None, found: CodeFound | None, problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.quantity = quantity
            self.found = found
            self.problem = problem

    class Moved(Message):
        """An item was moved to where it was found, or not."""

        def __init__(self, line: CountLine, destination: Location, problem: str = "") -> None:
            super().__init__()
            self.line = line
            self.destination = destination
            self.problem = problem

    @work(exclusive=True, group="look up")
    async def look_up(self, text: str, quantity: Decimal | None, here: int | None, *, blind: bool) -> None:
        """Ask what a code is; `here` is the location where the counter stands."""
        if self.bincard.session.client.connection.state.link is Link.OFFLINE:
            self.post_message(self.LookedUp(text, quantity, None, "no connection"))
            return
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._ask(text, here, blind=blind)
        except TimeoutError:
            self.post_message(self.LookedUp(text, quantity, None, "the server does not answer"))
        except ApiError as error:
            self.post_message(self.LookedUp(text, quantity, None, str(error)))
        else:
            self.post_message(self.LookedUp(text, quantity, found))

    async def _ask(self, text: str, here: int | None, *, blind: bool) -> CodeFound | None:
        from tui.stock_actions.find import find

        client = self.bincard.session.client
        hits = [hit for hit in (await find(client, text, scanned=True)).hits if hit.is_exact]
        if not hits:
            return None
        model, pk = hits[0].target
        if model == "stocklocation":
            return CodeFound(location=Location.of(await client.get(f"stock/location/{pk}/")))
        if model == "part":
            in_place = {"location": here, "cascade": False} if here is not None else {}
            page = await client.page("stock/", 0, 2, {**_DETAILS, "in_stock": True, "part": pk, **in_place})
            if page.count != 1:
                return CodeFound(part=pk, title=hits[0].title)
            return CodeFound(CountLine.of_item(page.results[0], blind=blind, found=True), title=hits[0].title)
        if model != "stockitem":
            return None
        row = await client.get(f"stock/{pk}/", _DETAILS)
        return CodeFound(CountLine.of_item(row, blind=blind, found=True), title=hits[0].title)

    @work(group="move")
    async def move_here(self, line: CountLine, destination: Location) -> None:
        """Move all of an item to where it was found."""
        from tui.stock_actions import ActionError, preview_move, read_item

        session, actions = self.bincard.session, self.bincard.stock_actions
        try:
            item = await read_item(session.client, line.item or 0)
            if item is None:
                self.post_message(self.Moved(line, destination, "the item is gone"))
                return
            await actions.post(preview_move([(item, item.quantity)], destination, notes="Found while counting."))
        except (ActionError, ApiError) as error:
            # Of a count that is blind the sentence must not tell how many there were.
            problem = (
                "the server refused it or did not answer; look at its bin card" if line.expected == "" else str(error)
            )
            self.post_message(self.Moved(line, destination, problem))
        else:
            self.post_message(self.Moved(line, destination))
