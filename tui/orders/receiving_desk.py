"""Receiving one order: its lines as the server has them, posting a receipt once, and finding out what became of one.

    desk = ReceivingDesk(session, kind, pk)
    await desk.load()
    done = await desk.post(receipt)         # ApiError, Refused or ReceiptUnresolved when it was not to be

A Bincard server knows a repeated receipt by its idempotency key. At a plain InvenTree a receipt whose answer was lost
is looked up first - the line's figure, and the stock items that the order has brought since, by their history - and is
sent again only when it has left no trace.
"""

import asyncio
import logging
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from tui.api_client import ApiClient, ApiError, BadAnswer, Forbidden, Invalid, Json, TimedOut, Unreachable
from tui.api_models import Location
from tui.orders.codes import Known, known_of, own_code
from tui.orders.receipts import Extras, Receipt, ReceiptAttempt, ReceiptLog, attempt_of, request_of
from tui.orders.receiving import ReceivingLine, lines_of
from tui.session import Session
from tui.stock_actions.posting import ActionError, Outcome, Refused
from tui.views.formats import decimal_of
from tui.views.orders import Order
from workflow.orders import OrderKind, kind_of

__all__ = ["ReceiptUnresolved", "Received", "ReceivingDesk", "known_at", "look_back"]

ORDER_DETAILS: Final = {"supplier_detail": True, "customer_detail": True}
LINE_DETAILS: Final = {"part_detail": True, "supplier_part_detail": True, "item_detail": True}
#: Before each look at whether a receipt without an answer has arrived after all; the server may still be at it.
_LOOKS: Final = (0.5, 2.0, 4.0)
#: The history entry that a receipt leaves on its stock item.
_RECEIVED_ENTRY: Final = 70
_AT_ONCE: Final = 6

log = logging.getLogger(__name__)


class ReceiptUnresolved(ActionError):
    """It is not known whether a receipt was posted. Give the attempt to `ReceivingDesk.settle` later."""

    def __init__(self, receipt: Receipt, attempt: ReceiptAttempt, error: ApiError) -> None:
        self.receipt = receipt
        self.attempt = attempt
        super().__init__(f"{error} It is not known whether it was posted.")


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt that was posted, and its line as it is now. `note` says what was not as expected, "" for nothing."""

    receipt: Receipt
    line: ReceivingLine
    note: str = ""


class ReceivingDesk:
    """One order being received. `order` and `lines` are what the server said last; both are empty before `load`."""

    def __init__(
        self,
        session: Session,
        kind: OrderKind,
        pk: int,
        *,
        looks: tuple[float, ...] = _LOOKS,
        directory: Path | None = None,
    ) -> None:
        """`directory` is where receipts under way are noted, instead of the state directory."""
        self.kind = kind
        self.pk = pk
        self.order: Order | None = None
        self.lines: list[ReceivingLine] = []
        self._session = session
        self._looks = looks
        self._log = ReceiptLog(session.client.url, session.user_name, directory)
        self._seen: set[int] = set()

    @property
    def _client(self) -> ApiClient:
        return self._session.client

    @property
    def is_open(self) -> bool:
        """Whether the order takes receipts now."""
        return self.order is not None and self.kind.transition("receive").works_from(self.order.state)

    @property
    def reference(self) -> str:
        """The reference of the order, "" before it is known."""
        return self.order.reference if self.order is not None else ""

    @property
    def state_label(self) -> str:
        """What people call the state of the order, "" before it is known."""
        return self.order.state_label if self.order is not None else ""

    @property
    def open_lines(self) -> int:
        """How many lines are not done."""
        return sum(not line.is_done for line in self.lines)

    async def load(self) -> None:
        """Read the order, its lines, and which stock it has brought so far. Raises ApiError."""
        order, lines, items = await asyncio.gather(
            self._client.get(f"{self.kind.path}{self.pk}/", ORDER_DETAILS),
            self._client.list(self.kind.line_path, {"order": self.pk, **LINE_DETAILS}),
            self._items({}),
        )
        self._take_order(order)
        self.lines = self._read(lines)
        self._seen = set(items)

    def line(self, pk: int) -> ReceivingLine:
        """The line with this key, as it is now. Raises KeyError."""
        return {line.pk: line for line in self.lines}[pk]

    def receipt(self, line: ReceivingLine, amount: Decimal, place: Location, extras: Extras) -> Receipt:
        """A receipt of `amount` packs of a line, from the figures that are known now. Raises Refused before `load`."""
        if self.order is None:
            raise Refused("The order has not been read yet.")
        return Receipt(self.order, self.line(line.pk), amount, place, extras)

    async def post(self, receipt: Receipt) -> Received:
        """Post it and read the line back. Raises Refused, ReceiptUnresolved, or the ApiError it was refused with."""
        if self._session.launch.read_only:
            raise Refused("This session is read-only.")
        attempt = attempt_of(receipt, frozenset(self._seen))
        self._note(attempt)
        try:
            received = await self._send(receipt, attempt)
        except ReceiptUnresolved:
            raise
        except (ActionError, ApiError):
            self._forget(attempt)
            raise
        self._forget(attempt)
        return received

    async def settle(self, unresolved: ReceiptUnresolved) -> Received | None:
        """Find out what became of a receipt: what was received, or None when it was not posted.

        Raises ReceiptUnresolved when that still cannot be known.
        """
        receipt, attempt = unresolved.receipt, unresolved.attempt
        try:
            outcome = await _outcome(self._session, attempt, (0.0,))
        except ApiError as error:
            raise ReceiptUnresolved(receipt, attempt, error) from error
        if outcome is Outcome.UNKNOWN:
            raise ReceiptUnresolved(receipt, attempt, ApiError("The stock of the order does not tell."))
        self._forget(attempt)
        return await self._read_back(receipt) if outcome is Outcome.POSTED else None

    async def refresh_order(self) -> None:
        """Read the order's own state again. Raises ApiError."""
        self._take_order(await self._client.get(f"{self.kind.path}{self.pk}/", ORDER_DETAILS))

    # One receipt

    async def _send(self, receipt: Receipt, attempt: ReceiptAttempt, *, again: bool = False) -> Received:
        path, body = request_of(receipt)
        try:
            answer = await self._client.post(path, body, key=attempt.key)
        except ApiError as error:
            if not error.uncertain:
                raise
            return await self._after_silence(receipt, attempt, error, again=again)
        if isinstance(answer, list):
            self._seen.update(row["pk"] for row in answer if isinstance(row, dict) and isinstance(row.get("pk"), int))
        return await self._read_back(receipt)

    async def _after_silence(
        self, receipt: Receipt, attempt: ReceiptAttempt, error: ApiError, *, again: bool
    ) -> Received:
        """Go on after an answer was lost: look it up, send it once more, or say that nobody knows."""
        # A server that answered with its own failure is done; one that fell silent may still be at work.
        looks = (0.0,) if error.status in (200, 201, 500) else self._looks
        try:
            outcome = await _outcome(self._session, attempt, looks)
        except ApiError as lost:
            raise ReceiptUnresolved(receipt, attempt, lost) from error
        if outcome is Outcome.POSTED:
            return await self._read_back(receipt)
        if outcome is Outcome.UNKNOWN or isinstance(error, TimedOut):
            raise ReceiptUnresolved(receipt, attempt, error)
        if again or not isinstance(error, Unreachable):
            error.uncertain = False
            raise error
        return await self._send(receipt, attempt, again=True)

    async def _read_back(self, receipt: Receipt) -> Received:
        """The line as the server has it now; what it should be where that cannot be read."""
        line = receipt.line
        expected = line.received + receipt.quantity
        try:
            row = await self._client.get(f"{self.kind.line_path}{line.pk}/", LINE_DETAILS)
            (now,) = self._read([row])
        except ApiError as error:
            now, note = line.after(expected), f"Posted, but it could not be read back: {error}"
        else:
            now, note = line.after(now.received), ""
            if now.received != expected:
                note = f"Somebody else received some of it too: {now.received - line.received:f} in all."
        self.lines = [now if each.pk == line.pk else each for each in self.lines]
        return Received(receipt, now, note)

    async def _items(self, params: Json) -> dict[int, Json]:
        """The stock that a purchase order has brought, by primary key; a return brings none of its own."""
        if self.kind.name != "purchase":
            return {}
        return {row["pk"]: row for row in await self._client.list("stock/", {"purchase_order": self.pk, **params})}

    def _read(self, rows: list[Json]) -> list[ReceivingLine]:
        destination = self.order.row.get("destination") if self.order else None
        try:
            return lines_of(rows, returned=self.kind.name == "return", destination=destination)
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"A line of an order was expected: {error}.", call=f"GET {self.kind.line_path}") from error

    def _take_order(self, row: Json) -> None:
        try:
            self.order = Order.of(self.kind, row)
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"An order was expected: {error}.", call=f"GET {self.kind.path}") from error

    def _note(self, attempt: ReceiptAttempt) -> None:
        try:
            self._log.write(attempt)
        except OSError as error:
            # A full disk must not keep a clerk from receiving.
            log.warning("the receipt under way cannot be noted: %s", error)

    def _forget(self, attempt: ReceiptAttempt) -> None:
        try:
            self._log.remove(attempt)
        except OSError as error:
            log.warning("the note of a receipt cannot be removed: %s", error)


# What became of a receipt


async def look_back(session: Session, directory: Path | None = None) -> list[str]:
    """Say what became of receipts that an earlier client was cut off from, one sentence each.

    What cannot be found out now stays noted for the next time.
    """
    notes = ReceiptLog(session.client.url, session.user_name, directory)
    said = []
    try:
        for attempt in list(notes.left_behind()):
            try:
                outcome = await _outcome(session, attempt, (0.0,))
            except ApiError as error:
                said.append(f"Cut off last time: {attempt}. {error}")
                continue
            if outcome is not Outcome.UNKNOWN:
                notes.remove(attempt)
            said.append(f"Cut off last time: {attempt}. {_IN_WORDS[outcome]}")
    except OSError as error:
        log.warning("receipts left behind cannot be read: %s", error)
    return said


_IN_WORDS: Final = {
    Outcome.POSTED: "It was posted.",
    Outcome.NOT_POSTED: "It was not posted.",
    Outcome.UNKNOWN: "Whether it was posted cannot be told; look at the stock of the order.",
}


async def _outcome(session: Session, attempt: ReceiptAttempt, looks: tuple[float, ...]) -> Outcome:
    """What became of a receipt; several looks, as a server that fell silent may still be at it. Raises ApiError."""
    outcome = Outcome.UNKNOWN
    for pause in looks:
        await asyncio.sleep(pause)
        outcome = await _trace(session, attempt)
        if outcome is Outcome.POSTED:
            break
    return outcome


async def _trace(session: Session, attempt: ReceiptAttempt) -> Outcome:
    client, kind = session.client, kind_of(attempt.kind)
    row = await client.get(f"{kind.line_path}{attempt.line}/")
    if kind.name == "return":
        return Outcome.POSTED if row.get("received_date") else Outcome.NOT_POSTED
    received = decimal_of(row.get("received"))
    if received is None or session.user is None:
        return Outcome.UNKNOWN
    if received <= attempt.before:
        return Outcome.NOT_POSTED
    params = {"purchase_order": attempt.order, "part": attempt.part}
    items = await client.list("stock/", params)
    fresh = [
        row
        for row in items
        if row["pk"] not in attempt.seen and row.get("supplier_part") in (attempt.supplier_part, None)
    ]
    ours = await _by_user(client, fresh, session.user.pk)
    whole = [row for row in ours if decimal_of(row.get("quantity")) == attempt.pieces]
    numbered = [row for row in ours if row.get("serial")]
    if whole or (numbered and len(numbered) >= attempt.pieces):
        return Outcome.POSTED
    # The line has grown by what others received; with stock of ours in it that is not what we sent, nobody can tell.
    return Outcome.UNKNOWN if ours or not items else Outcome.NOT_POSTED


async def _by_user(client: ApiClient, rows: list[Json], user: int) -> list[Json]:
    """Those of the stock items that this user received."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def is_ours(row: Json) -> bool:
        async with turns:
            page = await client.page("stock/track/", 0, 10, {"item": row["pk"], "ordering": "date"})
        return any(
            entry.get("tracking_type") == _RECEIVED_ENTRY and entry.get("user") == user for entry in page.results
        )

    found = await asyncio.gather(*map(is_ours, rows))
    return [row for row, ours in zip(rows, found, strict=True) if ours]


# What a scan means


async def known_at(client: ApiClient, text: str) -> Known | None:
    """What the server knows a code as, with the row of what it stands for; None for what it does not know.

    Raises ApiError; a user who may not ask is told nothing.
    """
    try:
        answer = await client.post("barcode/", {"barcode": text}, safe=True)
    except (Invalid, Forbidden):
        return own_code(text)
    return known_of(answer)


async def location_at(client: ApiClient, known: Known) -> Location:
    """The location that a code stands for. Raises ApiError."""
    row = known.row or await client.get(f"stock/location/{known.pk}/")
    try:
        return Location.of(row)
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnswer(f"A location was expected: {error}.", call="GET stock/location/") from error
