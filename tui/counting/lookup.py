"""What counting asks the server while somebody waits for it: codes that are not on the sheet, and moves.

A counter is never kept waiting for long: a server that does not say within `PATIENCE` what a code is counts as one that
does not know it.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from tui.api_client import ApiClient
from tui.api_errors import ApiError
from tui.api_models import Location
from tui.connection import Link
from tui.counting.lines import CountLine
from tui.stock_actions import ActionError, StockActions, find, preview_move, read_item

__all__ = ["PATIENCE", "CodeFound", "find_code", "move_here"]

#: Seconds that somebody waits for the server to say what a code is.
PATIENCE: Final = 3.0
_DETAILS: Final = {"part_detail": True, "location_detail": True}


@dataclass(frozen=True, slots=True)
class CodeFound:
    """What a code was found to be: an item (as a line), a location, or a part with no item here; or none of these, with
    the `problem` where the server did not say."""

    line: CountLine | None = None
    location: Location | None = None
    part: int | None = None
    title: str = ""
    problem: str = ""

    @property
    def why_not(self) -> str:
        """Why there is nothing to count by this code."""
        return self.problem or (f"{self.title} has no single item here" if self.part else "nobody knows it")


async def find_code(client: ApiClient, text: str, here: int | None, *, blind: bool) -> CodeFound:
    """Ask what a code is; `here` is the location where the counter stands."""
    if client.connection.state.link is Link.OFFLINE:
        return CodeFound(problem="no connection")
    try:
        async with asyncio.timeout(PATIENCE):
            return await _ask(client, text, here, blind=blind)
    except TimeoutError:
        return CodeFound(problem="the server does not answer")
    except ApiError as error:
        return CodeFound(problem=str(error))


async def _ask(client: ApiClient, text: str, here: int | None, *, blind: bool) -> CodeFound:
    hits = [hit for hit in (await find(client, text, scanned=True)).hits if hit.is_exact]
    if not hits:
        return CodeFound()
    (model, pk), title = hits[0].target, hits[0].title
    if model == "stocklocation":
        return CodeFound(location=Location.of(await client.get(f"stock/location/{pk}/")))
    if model == "part":
        in_place = {"location": here, "cascade": False} if here is not None else {}
        page = await client.page("stock/", 0, 2, {**_DETAILS, "in_stock": True, "part": pk, **in_place})
        if page.count != 1:
            return CodeFound(part=pk, title=title)
        return CodeFound(CountLine.of_item(page.results[0], blind=blind, found=True), title=title)
    if model != "stockitem":
        return CodeFound()
    row = await client.get(f"stock/{pk}/", _DETAILS)
    return CodeFound(CountLine.of_item(row, blind=blind, found=True), title=title)


async def move_here(client: ApiClient, actions: StockActions, line: CountLine, destination: Location) -> str:
    """Move all of an item to where it was found; what was in the way, "" for nothing."""
    try:
        item = await read_item(client, line.item or 0)
        if item is None:
            return "the item is gone"
        await actions.post(preview_move([(item, item.quantity)], destination, notes="Found while counting."))
    except (ActionError, ApiError) as error:
        # Of a count that is blind the sentence must not tell how many there were.
        return str(error) if line.expected else "the server refused it or did not answer; look at its bin card"
    return ""
