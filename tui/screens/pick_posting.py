"""Posting a pick from the screen: what was taken, refused, or is not known; then counting what was short."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message

from tui.api_errors import ApiError, Invalid
from tui.orders.pick_desk import Attempt, PickDesk, PickError, PickUncertain
from tui.orders.picking import Allocation, Pick
from tui.orders.shipping import open_shipment
from tui.screens.pick_commands import PickCommands
from tui.screens.pick_short import ShortPick
from tui.views.formats import quantity
from workflow.orders import OrderKind

if TYPE_CHECKING:
    from tui.stock_actions import Posting

__all__ = ["PickPosting"]


class PickPosting(PickCommands):
    """Posts one pick at a time. What may have been posted without an answer is kept in `attempt`."""

    class Taken(Message):
        """A pick was posted."""

        def __init__(
            self, pick: Pick, amount: Decimal, shipment: int | None, allocations: Sequence[Allocation],
            short: ShortPick | None,
        ) -> None:  # fmt: skip
            super().__init__()
            self.pick = pick
            self.amount = amount
            self.shipment = shipment
            self.allocations = allocations
            self.short = short

    class NotTaken(Message):
        """A pick was not posted, or it is not known."""

        def __init__(self, error: PickError | ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, kind: OrderKind, order_pk: int) -> None:
        super().__init__()
        self.kind = kind
        self.order_pk = order_pk
        self.attempt: Attempt | None = None

    @property
    def desk(self) -> PickDesk:
        return PickDesk(self.bincard.session.client, self.kind, self.order_pk)

    # Given by the prompt

    def refuse(self, sentence: str) -> None:
        """Say why it cannot be, and ask again."""
        raise NotImplementedError

    def drop_ahead(self) -> str:
        """Forget what was typed ahead; a sentence that names it."""
        raise NotImplementedError

    # Posting

    def post_pick(self, pick: Pick, amount: Decimal, short: ShortPick | None = None) -> None:
        self.begin("Posting ...")
        self._take(pick, amount, self.round.shipment if self.round is not None else None, short)

    @work(group="pick")
    async def _take(self, pick: Pick, amount: Decimal, shipment: int | None, short: ShortPick | None) -> None:
        client = self.bincard.session.client
        try:
            if self.kind.name == "sales" and shipment is None:
                shipment = (await open_shipment(client, self.order_pk)).pk
            if short is not None and not amount:
                if pick.promised is not None:
                    await self.desk.give_back(pick.promised)
                allocations: Sequence[Allocation] = await self.desk.read()
            else:
                allocations = await self.desk.take(pick, amount, shipment, self.attempt)
        except (PickError, ApiError) as error:
            self.post_message(self.NotTaken(error))
        else:
            self.post_message(self.Taken(pick, amount, shipment, allocations, short))

    def on_pick_posting_taken(self, message: Taken) -> None:
        if self.round is None:
            return
        self.finish()
        self.attempt = None
        pick, short = message.pick, message.short
        taken = f"{pick.line.amount(message.amount)} x {pick.lot.label} from {pick.lot.where}"
        if short is not None:
            self.round.found_short(pick)
            self.say(f"Short: {taken} instead of {quantity(pick.quantity)}. The rest is looked for elsewhere.", "good")
        else:
            self.say(f"Picked {taken}.", "good")
        self.round.absorb(message.allocations)
        if self.round.shipment != message.shipment:
            # The first pick made a shipment that is not known here yet.
            self.round.shipment = message.shipment
            self.load()
        self.ask_next()
        if short is not None and short.count:
            self._count(pick)

    def on_pick_posting_not_taken(self, message: NotTaken) -> None:
        self.finish()
        error = message.error
        if isinstance(error, PickUncertain):
            self.attempt = error.attempt
            self.refuse(f"{error} Enter finds out.")
            return
        self.attempt = None
        if isinstance(error, PickError | Invalid):
            hint = " F6 takes fewer, F7 another item." if isinstance(error, Invalid) else ""
            self.say(f"{'Refused: ' if hint else ''}{error}{hint}{self.drop_ahead()}", "error")
            self.load()
        else:
            self.refuse(f"Not picked: {error}")

    def take_short(self, pick: Pick, short: ShortPick) -> None:
        self.post_pick(pick, short.found, short)

    @work(group="count")
    async def _count(self, pick: Pick) -> None:
        """Offer to count the item that was short; what it is to hold is what was found."""
        from tui.screens.pick_count import count_dialog

        try:
            dialog = await count_dialog(self.bincard.session.client, pick.lot.pk)
        except ApiError as error:
            self.post_message(self.Changed("", f"The item cannot be counted now: {error}"))
            return
        if dialog is not None:
            await self.bincard.push_screen(dialog, self._counted)

    def _counted(self, posting: "Posting | None") -> None:
        from tui.screens.item_commands import outcome_of

        if posting is not None:
            self.bincard.announce(*outcome_of(posting))
            self.load()
