"""Counting on a Bincard server: it makes the sheet, and takes each entry once by its key."""

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tui.api_errors import BadAnswer, Conflict, Forbidden, Invalid, NotFound
from tui.counting.book import Outcome, Outgoing, Scope
from tui.counting.journal import Parked, Sheet
from tui.counting.lines import CountLine
from tui.session import Session

__all__ = ["ServerBook"]

_BASE: Final = "/plugin/bincard/count/"


class ServerBook:
    """Count sessions of the server that this session is with."""

    batch = 50
    keeps_parked = True

    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, scope: Scope, *, blind: bool) -> tuple[Sheet, list[CountLine]]:
        """Make a session, or join one that is there, and read its lines."""
        client = self._session.client
        if scope.session is None:
            body = {"description": scope.title, "scope": scope.asked, "blind": blind}
            made = await client.post(f"{_BASE}session/", body)
        else:
            made = await client.get(f"{_BASE}session/{scope.session}/")
        blind = bool(made.get("blind", True))
        rows = await client.list(f"{_BASE}line/", {"session": made["pk"]})
        try:
            lines = [CountLine.of_answer(row, blind=blind, number=number) for number, row in enumerate(rows)]
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"A line of a count was expected: {error}.", call=f"GET {_BASE}line/") from error
        title = " ".join(filter(None, (made.get("reference"), made.get("description") or scope.title)))
        sheet = Sheet(
            key=uuid.uuid4().hex,
            server=client.url,
            user=self._session.user_name,
            title=title,
            made=time.time(),
            session=made["pk"],
            blind=blind,
            options={"mode": str(made.get("mode") or "single")},
        )
        return sheet, lines

    async def post(self, sheet: Sheet, outgoing: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post all at once; what the server refuses as a whole is posted one by one, to know which of it is wrong."""
        try:
            return await self._post(sheet, outgoing)
        except (Invalid, Conflict, Forbidden, NotFound) as refusal:
            if len(outgoing) == 1:
                return [Outcome(outgoing[0].entry.key, False, str(refusal))]
        return [outcome for each in outgoing for outcome in await self.post(sheet, [each])]

    async def _post(self, sheet: Sheet, outgoing: Sequence[Outgoing]) -> Sequence[Outcome]:
        call = f"{_BASE}session/{sheet.session}/entries/"
        answer = await self._session.client.post(call, {"entries": [_entry(each) for each in outgoing]})
        results = answer.get("results") if isinstance(answer, Mapping) else None
        said = {row.get("key"): row for row in results or () if isinstance(row, Mapping)}
        if any(each.entry.key not in said for each in outgoing):
            raise BadAnswer("The server does not say what became of every entry.", call=f"POST {call}")
        return [_outcome(each.entry.key, said[each.entry.key]) for each in outgoing]

    async def park(self, sheet: Sheet, parked: Parked) -> None:
        """Hand the barcode over; its key makes a repeat harmless."""
        body = {"key": parked.key, "barcode": parked.barcode, "note": parked.note}
        await self._session.client.post(f"{_BASE}session/{sheet.session}/park/", body)


def _entry(each: Outgoing) -> dict[str, Any]:
    entry, line = each.entry, each.line
    about: dict[str, Any]
    if line.line is not None:
        about = {"line": line.line}
    elif line.item is not None:
        about = {"stock_item": line.item}
    else:
        about = {"part": line.part, "location": line.location, "batch": line.batch, "serial": line.serial}
    return about | {
        "key": entry.key,
        "quantity": entry.quantity,
        "mode": entry.mode,
        "counted_at": datetime.fromtimestamp(entry.counted_at, UTC).isoformat(),
        "note": entry.note,
    }


def _outcome(key: str, row: Mapping[str, Any]) -> Outcome:
    refused = row.get("status") == "refused"
    return Outcome(key, not refused, str(row.get("reason") or "The server refused it.") if refused else "")
