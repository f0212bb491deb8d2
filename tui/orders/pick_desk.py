"""Posting picks one by one: each is an allocation on the server as soon as it is confirmed.

    PickError
    ├── PickRefused     nothing was posted, or it was taken back; the message says why and what to do
    └── PickUncertain   no answer; give its `attempt` to the next `take`, which first looks whether it arrived

Before each posting the allocations are read: whatever others have picked meanwhile is not picked again. They are read
once more afterwards; when two pickers posted in the same moment and a line has more than it wants, the later of the two
allocations is taken back by the one who made it. A Bincard server answers a repeated posting with its first answer (the
client sends a key along); on a plain InvenTree nothing is repeated before the allocations have been looked at.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tui.api_client import ApiClient, ApiError, Json, NotFound, Unreachable
from tui.orders.pick_data import allocation_path, load_allocations
from tui.orders.picking import Allocation, Pick, PickLine, remaining
from tui.views.formats import quantity
from workflow.orders import OrderKind

__all__ = ["Attempt", "PickDesk", "PickError", "PickRefused", "PickUncertain"]

#: Seconds before looking once more for a posting without an answer; the server may still be at it.
_PAUSE: Final = 0.5


class PickError(Exception):
    """A pick was not posted, or it is not known whether it was."""


class PickRefused(PickError):
    """Nothing is posted; the message is for people."""


class PickUncertain(PickError):
    """It is not known whether it was posted."""

    def __init__(self, attempt: "Attempt", error: ApiError) -> None:
        self.attempt = attempt
        super().__init__(f"{error} It is not known whether the pick was posted.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A posting under way. `before` are the allocations that there were, `key` makes it one posting however often."""

    pick: Pick
    amount: Decimal
    shipment: int | None
    before: frozenset[int]
    key: str

    def trace(self, allocations: Iterable[Allocation]) -> Allocation | None:
        """The allocation that it made, None when there is none."""
        for each in allocations:
            if each.line != self.pick.line.pk or each.item != self.pick.lot.pk or each.quantity != self.amount:
                continue
            promised = self.pick.promised
            ours = each.pk == promised.pk if promised is not None else each.pk not in self.before
            if ours and each.picked and each.shipment == self.shipment:
                return each
        return None


class PickDesk:
    """Picks for one order."""

    def __init__(self, client: ApiClient, kind: OrderKind, pk: int) -> None:
        self._client = client
        self._kind = kind
        self._pk = pk

    async def take(
        self, pick: Pick, amount: Decimal, shipment: int | None, attempt: Attempt | None = None
    ) -> list[Allocation]:
        """Post a pick, into `shipment` on a sales order; the allocations of the order as they are then.

        Raises PickError, or the ApiError with which the server refused it.
        """
        allocations = await self.read()
        if attempt is None or (attempt.pick.key, attempt.amount) != (pick.key, amount):
            attempt = Attempt(pick, amount, shipment, _keys(allocations), os.urandom(16).hex())
        elif attempt.trace(allocations) is not None:
            return allocations
        _check(pick, amount, allocations)
        return await self._no_more_than_wanted(attempt, await self._send(attempt))

    async def give_back(self, allocation: Allocation) -> None:
        """Take an allocation away: what was picked goes back, what was promised is free. Raises ApiError."""
        try:
            await self._client.delete(f"{allocation_path(self._kind)}{allocation.pk}/")
        except NotFound:
            # Somebody else did it, or an attempt before this one.
            return

    async def read(self) -> list[Allocation]:
        """What is allocated to the order now. Raises ApiError."""
        return await load_allocations(self._client, self._kind, self._pk)

    async def _send(self, attempt: Attempt) -> list[Allocation]:
        """Post and read the allocations; after a cut line only what did not arrive is posted again, once."""
        try:
            await self._post(attempt)
        except ApiError as error:
            if not error.uncertain:
                raise
            allocations = await self._look(attempt, error)
            if attempt.trace(allocations) is not None:
                return allocations
            if not isinstance(error, Unreachable):
                # A server that took too long may still be at work.
                raise PickUncertain(attempt, error) from error
            await self._post_again(attempt)
        try:
            return await self.read()
        except ApiError as error:
            raise PickUncertain(attempt, error) from error

    async def _look(self, attempt: Attempt, error: ApiError) -> list[Allocation]:
        try:
            allocations = await self.read()
            if attempt.trace(allocations) is None:
                await asyncio.sleep(_PAUSE)
                allocations = await self.read()
        except ApiError as lost:
            raise PickUncertain(attempt, lost) from error
        return allocations

    async def _post_again(self, attempt: Attempt) -> None:
        try:
            await self._post(attempt)
        except ApiError as error:
            if error.uncertain:
                raise PickUncertain(attempt, error) from error
            raise

    async def _post(self, attempt: Attempt) -> None:
        pick, promised = attempt.pick, attempt.pick.promised
        if promised is not None:
            change: Json = {"quantity": str(attempt.amount), "shipment": attempt.shipment}
            if attempt.amount == promised.quantity:
                del change["quantity"]
            await self._client.patch(f"{allocation_path(self._kind)}{promised.pk}/", change, key=attempt.key)
            return
        item = {"line_item": pick.line.pk, "stock_item": pick.lot.pk, "quantity": str(attempt.amount)}
        body: dict[str, Any] = {"items": [item]}
        if self._kind.name == "sales":
            body["shipment"] = attempt.shipment
        path = f"{self._kind.path}{self._pk}/{self._kind.transition('allocate').path}"
        await self._client.post(path, body, key=attempt.key)

    async def _no_more_than_wanted(self, attempt: Attempt, allocations: list[Allocation]) -> list[Allocation]:
        """Take ours back when somebody posted in the same moment and the line has too much now."""
        line, ours = attempt.pick.line, attempt.trace(allocations)
        others = [each for each in allocations if each.line == line.pk and (ours is None or each.pk < ours.pk)]
        if ours is None or attempt.pick.promised is not None or remaining(line, others) >= ours.quantity:
            return allocations
        amount = line.amount(ours.quantity)
        try:
            await self.give_back(ours)
        except ApiError as error:
            raise PickRefused(
                f"Somebody else picked for this line in the same moment: {amount} are too much, "
                f"and could not be taken out again: {error}"
            ) from error
        raise PickRefused(
            f"Somebody else picked for this line in the same moment: put {amount} back. Yours is taken out again."
        )


def _keys(allocations: Iterable[Allocation]) -> frozenset[int]:
    return frozenset(each.pk for each in allocations)


def _check(pick: Pick, amount: Decimal, allocations: Sequence[Allocation]) -> None:
    """Raise PickRefused when others have picked meanwhile what this pick is for."""
    line, wanted = pick.line, remaining(pick.line, allocations)
    if pick.promised is not None:
        now = next((each for each in allocations if each.pk == pick.promised.pk), None)
        if now is None:
            raise PickRefused("What was promised to this line is promised no more. The list is loaded anew.")
        if now.picked:
            raise PickRefused("Somebody else has picked this meanwhile: put it back. The list is loaded anew.")
    if amount > wanted:
        raise PickRefused(_no_longer_wanted(line, wanted))


def _no_longer_wanted(line: PickLine, wanted: Decimal) -> str:
    figures = f"only {quantity(wanted)} of {line.amount(line.required)} are" if wanted else "none is"
    return f"Somebody else has picked for this line meanwhile: {figures} still wanted. The list is loaded anew."
