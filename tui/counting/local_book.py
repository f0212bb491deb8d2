"""Counting on a plain InvenTree: the client makes the sheet, and posts each line through `stock/count/`.

InvenTree knows no idempotency keys. So every posting carries a reference made of the entry's key in its notes; before
an entry is sent a second time, the history of its item is looked through for that reference.
"""

import asyncio
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final

from tui.api_errors import ApiError, BadAnswer, Conflict, Forbidden, Invalid, NotFound, TimedOut
from tui.counting.book import Outcome, Outgoing, Scope
from tui.counting.journal import Parked, Sheet
from tui.counting.lines import CountLine, walking_order
from tui.session import Session

__all__ = ["LocalBook"]

_DETAILS: Final = {"part_detail": True, "location_detail": True}
_AT_ONCE: Final = 6
#: How many entries of a history are looked through for a posting.
_LOOKED_THROUGH: Final = 50


class LocalBook:
    """Sheets of one session at a server that knows nothing of count sessions."""

    batch = 1
    keeps_parked = False
    company = None

    def __init__(self, session: Session, *, patience: float = 5.0, slow_patience: float = 60.0) -> None:
        """A posting whose answer was lost is not repeated before `patience` seconds have passed since it was sent
        (`slow_patience` where the server took too long to answer): the server may still be at it."""
        self._session = session
        self._patience = patience
        self._slow_patience = slow_patience
        self._slow: set[str] = set()

    async def begin(self, scope: Scope, *, blind: bool, mode: str = "single") -> tuple[Sheet, list[CountLine]]:
        """The items in stock that the scope names."""
        rows = await self._rows(scope)
        try:
            lines = sorted((CountLine.of_item(row, blind=blind) for row in rows), key=walking_order)
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"A stock item was expected: {error}.", call="GET stock/") from error
        sheet = Sheet(
            key=uuid.uuid4().hex,
            server=self._session.client.url,
            user=self._session.user_name,
            title=scope.title,
            made=time.time(),
            blind=blind,
        )
        return sheet, [line.at(number) for number, line in enumerate(lines)]

    async def _rows(self, scope: Scope) -> list[dict[str, Any]]:
        client, here = self._session.client, {**_DETAILS, "in_stock": True}
        if scope.location is not None:
            return await client.list("stock/", {**here, "location": scope.location, "cascade": True})
        if scope.category is not None:
            return await client.list("stock/", {**here, "category": scope.category})
        turns = asyncio.Semaphore(_AT_ONCE)

        async def of_part(pk: int) -> list[dict[str, Any]]:
            async with turns:
                return await client.list("stock/", {**here, "part": pk})

        async def of_item(pk: int) -> list[dict[str, Any]]:
            async with turns:
                try:
                    return [await client.get(f"stock/{pk}/", _DETAILS)]
                except NotFound:
                    return []

        asked = [of_part(pk) for pk in scope.parts] + [of_item(pk) for pk in scope.items]
        found = await asyncio.gather(*asked)
        return list({row["pk"]: row for rows in found for row in rows}.values())

    async def post(self, sheet: Sheet, outgoing: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post one after the other."""
        return [await self._post(sheet, each) for each in outgoing]

    async def _post(self, sheet: Sheet, each: Outgoing) -> Outcome:
        entry, line = each.entry, each.line
        if line.item is None:
            return Outcome(entry.key, False, "There is no stock item here; make one first.")
        if each.doubtful and await self._arrived(each):
            return Outcome(entry.key, True)
        body = {"items": [{"pk": line.item, "quantity": each.total}], "notes": _notes(sheet, each)}
        try:
            await self._session.client.post("stock/count/", body)
        except (Forbidden, NotFound, Invalid, Conflict) as refusal:
            return Outcome(entry.key, False, await self._reason(line.item, refusal))
        except TimedOut as error:
            if error.uncertain:
                self._slow.add(entry.key)
            raise
        self._slow.discard(entry.key)
        return Outcome(entry.key, True)

    async def _reason(self, item: int, refusal: ApiError) -> str:
        """Say it plainly where the item is gone: InvenTree speaks of an invalid key."""
        if isinstance(refusal, Invalid):
            try:
                await self._session.client.get(f"stock/{item}/")
            except NotFound:
                return "The stock item is gone."
        return str(refusal)

    async def _arrived(self, each: Outgoing) -> bool:
        """Whether an entry that was sent has arrived; False only when it will not arrive any more."""
        if await self._in_history(each):
            return True
        patience = self._slow_patience if each.entry.key in self._slow else self._patience
        rest = float(each.entry.about.get("sent_at", 0.0)) + patience - time.time()
        if rest <= 0:
            return False
        await asyncio.sleep(min(rest, patience))
        return await self._in_history(each)

    async def _in_history(self, each: Outgoing) -> bool:
        wanted = _reference(each.entry.key)
        # The history of an item that counting to nothing removed is still there: as the part's.
        for about in ({"item": each.line.item}, {"part": each.line.part}):
            try:
                page = await self._session.client.page("stock/track/", 0, _LOOKED_THROUGH, {**about, "search": wanted})
            except (Invalid, NotFound):
                continue  # no such item any more
            if any(wanted in str(row.get("notes") or "") for row in page.results):
                return True
        return False

    async def park(self, sheet: Sheet, parked: Parked) -> None:
        """Not kept by the server; the journal does."""
        raise NotImplementedError("a plain InvenTree keeps no barcodes for later")

    async def meet(self, sheet: Sheet) -> None:
        """A plain InvenTree knows nobody else."""


def _notes(sheet: Sheet, each: Outgoing) -> str:
    note = f" {each.entry.note}" if each.entry.note else ""
    return f"Count: {sheet.title}.{note} [{_reference(each.entry.key)}]"


def _reference(key: str) -> str:
    return f"count-{key[:16]}"
