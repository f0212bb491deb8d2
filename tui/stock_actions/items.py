"""Reading stock items back from the server, many at a time with few requests."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Final

from tui.api_client import ApiClient, BadAnswer, Json, NotFound
from tui.api_models import StockItem

__all__ = ["item_of", "read_item", "read_items"]

_DETAILS: Final = {"part_detail": True, "location_detail": True}
#: More than this many items in one place are read as a list of that place rather than one by one.
_MANY: Final = 6
_LONGEST_LIST: Final = 500
_AT_ONCE: Final = 6


def item_of(row: Json, call: str = "") -> StockItem:
    """The item in a row of an answer. Raises BadAnswer for what is none."""
    try:
        return StockItem.of(row)
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"A stock item was expected: {error}.", call=call) from error


async def read_item(client: ApiClient, pk: int) -> StockItem | None:
    """The item as it is now, None when it is gone."""
    call = f"stock/{pk}/"
    try:
        return item_of(await client.get(call, _DETAILS), f"GET {call}")
    except NotFound:
        return None


async def read_items(client: ApiClient, wanted: Iterable[tuple[int, int | None]]) -> dict[int, StockItem]:
    """Items by primary key, as they are now; those that are gone are missing.

    `wanted` pairs a primary key with the location where it probably is.
    """
    places = dict(wanted)
    found: dict[int, StockItem] = {}
    for location, number in Counter(places.values()).items():
        if location is not None and number > _MANY:
            params = {**_DETAILS, "location": location, "cascade": False}
            page = await client.page("stock/", 0, _LONGEST_LIST, params)
            items = [item_of(row, "GET stock/") for row in page.results]
            found |= {item.pk: item for item in items if item.pk in places}
    turns = asyncio.Semaphore(_AT_ONCE)

    async def read(pk: int) -> StockItem | None:
        async with turns:
            return await read_item(client, pk)

    missing = [pk for pk in places if pk not in found]
    found |= {item.pk: item for item in await asyncio.gather(*map(read, missing)) if item is not None}
    return found
