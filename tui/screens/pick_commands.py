"""What a picker can do besides confirming: short, swap, skip, put back; then check and ship, or complete."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from textual import work
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.orders.pick_data import Shipment
from tui.orders.pick_desk import PickDesk
from tui.orders.pick_round import PickRound, PickRow
from tui.orders.pick_scan import known_code
from tui.orders.picking import Lot, Pick
from tui.orders.shipping import check_shipment
from tui.screens.order_commands import OrderCommands
from tui.screens.pick_short import ShortDialog, ShortPick
from tui.screens.picker import Picker, match_choices
from tui.views.orders import Order
from tui.widgets.choice_list import Choice

__all__ = ["PickCommands"]


class PickCommands(OrderCommands):
    """The commands of the pick screen; it gives `round`, `row`, and does the posting."""

    TRANSITION_SCOPE: ClassVar[str] = "pick"

    class Changed(Message):
        """Something was done at the server, or refused: load anew and say so."""

        def __init__(self, said: str, problem: str = "") -> None:
            super().__init__()
            self.said = said
            self.problem = problem

    def __init__(self) -> None:
        super().__init__()
        self.round: PickRound | None = None

    # Given by the screen

    @property
    def desk(self) -> PickDesk:
        """What posts for this order."""
        raise NotImplementedError

    @property
    def is_busy(self) -> bool:
        """Whether a posting is under way."""
        raise NotImplementedError

    @property
    def in_list(self) -> bool:
        """Whether the list has the keys, and not the prompt."""
        raise NotImplementedError

    @property
    def row(self) -> PickRow | None:
        """The line of the list under the cursor."""
        raise NotImplementedError

    def ask_next(self) -> None:
        """Show the list as it is now and ask for the next pick."""
        raise NotImplementedError

    def take_short(self, pick: Pick, short: ShortPick) -> None:
        """Post what was there of a pick."""
        raise NotImplementedError

    def say(self, text: str, severity: str = "information") -> None:
        """Say what came of something; a warning or an error also rings the bell."""
        raise NotImplementedError

    def load(self) -> None:
        """Ask the server for everything anew."""
        raise NotImplementedError

    def begin(self, label: str) -> None:
        """Something is being posted: nothing else is until `finish`, and entries wait."""
        raise NotImplementedError

    def finish(self) -> None:
        """What was being posted has come to its end."""
        raise NotImplementedError

    # What is offered

    @property
    def order(self) -> Order | None:
        return self.round.data.order if self.round is not None else None

    def order_changed(self, order: Order) -> None:
        self.load()

    def may(self, verb: str) -> bool:
        """Whether the role allows it on this kind of order."""
        return self.order is not None and self.bincard.session.can(self.order.kind.role, verb)

    @property
    def may_pick(self) -> bool:
        """Whether picks are legal now, for this user."""
        return self.legal_transition("allocate") is not None and not self.bincard.launch.read_only

    @property
    def target(self) -> Pick | None:
        """The pick that a command is for: the one under the cursor while the list has the keys, else the next."""
        if self.round is None or not self.may_pick or self.is_busy:
            return None
        return self.row.pick if self.in_list and self.row is not None else self.round.current

    @property
    def shipment(self) -> Shipment | None:
        """The shipment that is picked into."""
        if self.round is None:
            return None
        return next((each for each in self.round.data.shipments if each.pk == self.round.shipment), None)

    def offers(self, action: Action) -> bool:
        if action.id in _OFFERS:
            return not self.is_busy and _OFFERS[action.id](self)
        if action.id in ("pick.issue", "pick.complete", "pick.auto_allocate"):
            return not self.is_busy and super().offers(action)
        return super().offers(action)

    # Short, swap, skip, put back

    async def do_pick_short(self) -> None:
        """There is less than there should be."""
        pick = self.target
        if pick is None:
            return

        def take(short: ShortPick | None) -> None:
            if short is not None:
                self.take_short(pick, short)

        dialog = ShortDialog(pick, may_count=self.bincard.session.can("stock", "add"))
        await self.bincard.push_screen(dialog, take)

    async def do_pick_swap(self) -> None:
        """Choose another item of the part."""
        pick = self.target
        if pick is None or self.round is None:
            return
        others = self.round.swaps(pick)
        if not others:
            self.say(f"There is no other {pick.line.part_name} to take.", "warning")
            return

        def take(lot: Lot | None) -> None:
            if lot is not None:
                self._swap(pick, lot)

        choices = [Choice(lot, lot.where, _facts(lot, pick)) for lot in others]
        title = f"Instead of {pick.lot.label}, take"
        await self.bincard.push_screen(Picker(title, choices, placeholder="scan or type", match=_match_lots), take)

    def _swap(self, pick: Pick, lot: Lot) -> None:
        """Take the other item; what was promised of the first one is free again."""
        if self.round is None:
            return
        self.round.swap(pick, lot)
        if pick.promised is None:
            self.say(f"Swapped to {lot.label} in {lot.where}.")
            self.ask_next()
        else:
            promised = pick.promised
            self.carry(lambda: self.desk.give_back(promised), f"Swapped to {lot.label} in {lot.where}.")

    async def do_pick_skip(self) -> None:
        """Leave it for the end."""
        pick = self.target
        if pick is not None and self.round is not None:
            self.round.skip(pick)
            self.say(f"Skipped: {pick.lot.label} in {pick.lot.where}. It comes again at the end.")
            self.ask_next()

    async def do_pick_put_back(self) -> None:
        """Take back what was picked."""
        row = self.row
        if row is not None and row.allocation is not None and row.state == "picked":
            allocation = row.allocation
            what = f"{row.line.amount(row.amount)} x {row.lot.label if row.lot else row.line.part_name}"
            where = f" to {row.lot.where}" if row.lot else ""
            self.carry(lambda: self.desk.give_back(allocation), f"Put back{where}: {what}.")

    # Shipments

    async def do_pick_shipment(self) -> None:
        """Choose the shipment to pick into."""
        if self.round is None:
            return

        def take(pk: int | None) -> None:
            if pk is not None and self.round is not None:
                self.round.shipment = pk
                self.ask_next()

        counts = [each.shipment for each in self.round.picked]
        choices = [
            Choice(each.pk, each.reference, f"{counts.count(each.pk)} picks{', checked' if each.checked_by else ''}")
            for each in self.round.data.open_shipments
        ]
        picker = Picker("Pick into shipment", choices, current=self.round.shipment)
        await self.bincard.push_screen(picker, take)

    async def do_pick_check(self) -> None:
        """Note that the shipment was checked, or take that back."""
        shipment, user = self.shipment, self.bincard.session.user
        if shipment is None or user is None:
            return
        client, checker = self.bincard.session.client, None if shipment.checked_by else user.pk
        done = "is not checked any more" if shipment.checked_by else f"is checked by {user.username}"
        self.carry(lambda: check_shipment(client, shipment.pk, checker), f"Shipment {shipment.reference} {done}.")

    async def do_pick_ship(self) -> None:
        """Send the shipment."""
        from tui.screens.pick_ship import ShipDialog

        shipment, round_ = self.shipment, self.round
        if shipment is None or round_ is None:
            return

        def tell(shipped: bool | None) -> None:
            if shipped:
                self.post_message(self.Changed(f"Shipment {shipment.reference} is shipped."))

        count = len(round_.in_shipment)
        content = f"{count} pick{'s' if count != 1 else ''}"
        content += f", checked by {shipment.checked_by}" if shipment.checked_by else ""
        await self.bincard.push_screen(ShipDialog(shipment, content, _incomplete(round_)), tell)

    # Doing

    def carry(self, do: Callable[[], Coroutine[Any, Any, None]], said: str) -> None:
        """Do something at the server, then say so and load anew."""
        self.begin("Posting ...")
        self._carry(do, said)

    @work(group="pick")
    async def _carry(self, do: Callable[[], Coroutine[Any, Any, None]], said: str) -> None:
        try:
            await do()
        except ApiError as error:
            self.post_message(self.Changed("", f"Not done: {error}"))
        else:
            self.post_message(self.Changed(said))


def _incomplete(round_: PickRound) -> str:
    """What is not in hand yet, "" when all is."""
    total, done = len(round_.data.lines), round_.lines_done
    if done == total:
        return ""
    missing = f" No stock: {round_.shortage}." if round_.list.missing else ""
    return f"{total - done} of {total} lines incomplete.{missing}"


def _facts(lot: Lot, pick: Pick) -> str:
    """What tells items apart: how many are free, batch or serial number, expiry, state."""
    facts = (
        f"{pick.line.amount(lot.available)} free",
        lot.mark,
        f"expires {lot.expiry}" if lot.expiry else "",
        lot.status_text if lot.status != 10 else "",
    )
    return " · ".join(fact for fact in facts if fact)


def _match_lots(choices: Sequence[Choice], text: str) -> Sequence[Choice]:
    """The items that a scanned code or typed words mean."""
    scanned = known_code(text.strip())
    if scanned is None:
        return match_choices(choices, text)
    return [choice for choice in choices if (scanned.model, scanned.pk) in _codes(choice.value)]


def _codes(lot: Lot) -> tuple[tuple[str, int | None], ...]:
    return ("stockitem", lot.pk), ("stocklocation", lot.location)


def _offers_shipment(screen: PickCommands) -> bool:
    return screen.round is not None and len(screen.round.data.open_shipments) > 1


def _offers_check(screen: PickCommands) -> bool:
    return screen.in_list and screen.shipment is not None and screen.may("change") and _has_picks(screen)


def _offers_ship(screen: PickCommands) -> bool:
    # A shipment can leave while the order is open; InvenTree asks the same role for it as for allocating.
    is_open = screen.order is not None and screen.order.is_open
    return is_open and screen.in_list and screen.shipment is not None and screen.may("add") and _has_picks(screen)


def _has_picks(screen: PickCommands) -> bool:
    return screen.round is not None and bool(screen.round.in_shipment)


def _offers_put_back(screen: PickCommands) -> bool:
    row = screen.row
    return screen.in_list and row is not None and row.state == "picked" and screen.may("delete")


_OFFERS: dict[str, Callable[[PickCommands], bool]] = {
    "pick.short": lambda screen: screen.target is not None,
    "pick.swap": lambda screen: screen.target is not None,
    "pick.skip": lambda screen: screen.target is not None,
    "pick.put_back": _offers_put_back,
    "pick.shipment": _offers_shipment,
    "pick.check": _offers_check,
    "pick.ship": _offers_ship,
}
