"""What counting asks the server while somebody waits for it: codes that are not on the sheet, and moves.

A Bincard server is asked by the session, and so tells no quantity to who counts blind. A plain InvenTree has nothing of
the kind: its answers tell them, and here they are dropped.

A counter is never kept waiting for long: a server that does not say within `PATIENCE` what a code is counts as one that
does not know it.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from tui.api_client import ApiClient
from tui.api_errors import ApiError, BadAnswer
from tui.api_models import Location
from tui.connection import Link
from tui.counting.journal import Sheet
from tui.counting.lines import CountLine
from tui.scanning.label import read_label
from tui.stock_actions import ActionError, StockActions, find, preview_move, read_item

__all__ = ["PATIENCE", "CodeFound", "find_code", "move_here"]

#: Seconds that somebody waits for the server to say what a code is.
PATIENCE: Final = 3.0
_DETAILS: Final = {"part_detail": True, "location_detail": True}
_SESSION: Final = "/plugin/bincard/count/session/{}/"


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


async def find_code(client: ApiClient, sheet: Sheet, text: str, here: int | None) -> CodeFound:
    """Ask what a code is; `here` is the location where the counter stands."""
    if client.connection.state.link is Link.OFFLINE:
        return CodeFound(problem="no connection")
    try:
        async with asyncio.timeout(PATIENCE):
            if sheet.session is not None:
                return await _ask_session(client, sheet, text, here)
            return await _ask(client, text, here, blind=sheet.blind)
    except TimeoutError:
        return CodeFound(problem="the server does not answer")
    except ApiError as error:
        return CodeFound(problem=str(error))


async def _ask_session(client: ApiClient, sheet: Sheet, text: str, here: int | None) -> CodeFound:
    """Ask Bincard; of a label that has fields the codes on it are asked for, the most telling first."""
    label = read_label(text)
    found = CodeFound()
    for code in dict.fromkeys((text, *(label.codes if label is not None else ()))):
        asked = {"code": code} if here is None else {"code": code, "here": here}
        call = f"{_SESSION.format(sheet.session)}find/"
        found = _found(await client.get(call, asked), call, blind=sheet.blind)
        if found != CodeFound():
            break
    return found


def _found(answer: Any, call: str, *, blind: bool) -> CodeFound:
    try:
        item, place, part = answer["item"], answer["location"], answer["part"]
        if item is not None:
            # It may have come onto the server's sheet meanwhile: its entries find the line by the item.
            line = CountLine.of_answer({**item, "pk": None, "found": True}, blind=blind)
            return CodeFound(line, title=line.label)
        if place is not None:
            return CodeFound(location=Location.of(place))
        return CodeFound(part=int(part["pk"]), title=str(part["name"])) if part is not None else CodeFound()
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"What a code is was expected: {error}.", call=f"GET {call}") from error


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


async def move_here(
    client: ApiClient, actions: StockActions, sheet: Sheet, line: CountLine, destination: Location
) -> str:
    """Move all of an item to where it was found; what was in the way, "" for nothing."""
    try:
        if sheet.session is not None:
            body = {"stock_item": line.item, "location": destination.pk}
            await client.post(f"{_SESSION.format(sheet.session)}bring/", body)
            return ""
        item = await read_item(client, line.item or 0)
        if item is None:
            return "the item is gone"
        await actions.post(preview_move([(item, item.quantity)], destination, notes="Found while counting."))
    except (ActionError, ApiError) as error:
        # Of a count that is blind the sentence must not tell how many there were.
        told = line.expected or sheet.session is not None
        return str(error) if told else "the server refused it or did not answer; look at its bin card"
    return ""
