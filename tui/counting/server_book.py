"""Counting on a Bincard server: it makes the sheet, and takes each entry once by its key."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tui.api_errors import BadAnswer, Conflict, Forbidden, Invalid, NotFound
from tui.counting.book import NothingToCount, Outcome, Outgoing, Scope
from tui.counting.journal import Parked, Sheet
from tui.counting.lines import CountLine
from tui.counting.others import COUNTING, REVIEW, Company, Others
from tui.session import Session

__all__ = ["ServerBook"]

_BASE: Final = "/plugin/bincard/count/"
#: The state of lines that are to be counted again.
_RECOUNT: Final = 30
_IN_TITLE: Final = {"sum": "(summed)", "double": "(counted twice)"}


class ServerBook:
    """Count sessions of the server that this session is with."""

    batch = 50
    keeps_parked = True

    def __init__(self, session: Session) -> None:
        self.company = Company()
        self._session = session

    async def begin(self, scope: Scope, *, blind: bool, mode: str = "single") -> tuple[Sheet, list[CountLine]]:
        """Make a session, or join one that is there, and read its lines. Raises NothingToCount too."""
        client = self._session.client
        if scope.session is None:
            body = {"description": scope.title, "scope": scope.asked, "blind": blind, "mode": mode}
            made = await client.post(f"{_BASE}session/", body)
            lines = await self._lines(made)
        else:
            made = await client.get(f"{_BASE}session/{scope.session}/")
            lines = await self._joined(made)
        again = made.get("status") == REVIEW
        mode = "single" if again else str(made.get("mode") or "single")
        named = made.get("description") or scope.title
        sheet = Sheet(
            key=uuid.uuid4().hex,
            server=client.url,
            user=self._session.user_name,
            title=" ".join(filter(None, (made.get("reference"), named, "(recount)" if again else _IN_TITLE.get(mode)))),
            made=time.time(),
            session=made["pk"],
            blind=bool(made.get("blind", True)),
            options={"mode": mode, "status": made.get("status") or COUNTING},
        )
        return sheet, lines

    async def _lines(self, made: Mapping[str, Any], **narrowed: Any) -> list[CountLine]:
        blind = bool(made.get("blind", True))
        rows = await self._session.client.list(f"{_BASE}line/", {"session": made["pk"], **narrowed})
        try:
            return [CountLine.of_answer(row, blind=blind, number=number) for number, row in enumerate(rows)]
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"A line of a count was expected: {error}.", call=f"GET {_BASE}line/") from error

    async def _joined(self, made: Mapping[str, Any]) -> list[CountLine]:
        """The lines of a session that others began, as far as the counter may count them."""
        status, name = made.get("status"), made.get("reference")
        if status not in (COUNTING, REVIEW):
            raise NothingToCount(f"{name} is closed: nothing can be counted in it any more.")
        call = f"{_BASE}session/{made['pk']}/others/"
        answer = await self._session.client.get(call)
        try:
            others, yours = Others.of_answer(answer, Others()), {int(line) for line in answer["yours"]}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadAnswer(f"What others count was expected: {error}.", call=f"GET {call}") from error
        again = status == REVIEW
        lines = await self._lines(made, **({"status": _RECOUNT} if again else {}))
        if again:
            lines = [line for line in lines if line.line not in yours]
        if again and not lines:
            raise NothingToCount(
                f"You counted the lines of {name} that are to be counted again; somebody else must count them."
                if yours
                else f"{name} is in review, and nothing in it is to be counted again."
            )
        return [
            replace(line, taken_by=others.taken.get(line.line or 0, ""), closed=line.line in others.counted).at(number)
            for number, line in enumerate(lines)
        ]

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
        entries, said = [_entry(each) for each in outgoing], self.company.says()
        # The clock of this machine now, so that the server can put one that is wrong right.
        sent_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        answer = await self._session.client.post(call, {"entries": entries, "sent_at": sent_at, **said})
        self.company.told(said)
        results = answer.get("results") if isinstance(answer, Mapping) else None
        became = {row.get("key"): row for row in results or () if isinstance(row, Mapping)}
        if any(each.entry.key not in became for each in outgoing):
            raise BadAnswer("The server does not say what became of every entry.", call=f"POST {call}")
        self._hear(answer, call)
        return [_outcome(each.entry.key, became[each.entry.key]) for each in outgoing]

    def _hear(self, answer: Any, call: str) -> None:
        try:
            self.company.heard(answer.get("others"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadAnswer(f"What others count was expected: {error}.", call=f"POST {call}") from error

    async def meet(self, sheet: Sheet) -> None:
        """Tell where the counter is, if that is new, and hear of the others."""
        base, client = f"{_BASE}session/{sheet.session}/", self._session.client
        said = self.company.says()
        try:
            if self.company.untold:
                answer = await client.post(f"{base}at/", said)
                self.company.told(said)
            else:
                answer = {"others": await client.get(f"{base}others/", {"seen": self.company.others.seen})}
        except NotFound:
            self.company.lost()
        else:
            self._hear(answer, f"{base}others/")

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
    if line.line is not None:
        about["round"] = line.round
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
