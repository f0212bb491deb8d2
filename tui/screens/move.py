"""Move all or some of the items to another location."""

from collections.abc import Sequence
from decimal import Decimal

from textual import work
from textual.app import ComposeResult
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.api_models import Location, StockItem
from tui.screens.adjust import AdjustDialog
from tui.stock_actions import Preview, preview_move
from tui.views.formats import quantity
from tui.views.locations import search_locations
from tui.widgets.choice_list import Choice
from tui.widgets.field import Field
from tui.widgets.pick_field import PickField

__all__ = ["MoveDialog"]

#: Stands for a destination while none is chosen, so that amounts are checked already.
SOMEWHERE = Location(-1, "", "?")


class MoveDialog(AdjustDialog):
    """Amounts (all of it unless something else is typed), then the location, then a note; each by Enter.

    The location is searched while typing; a scanned location code is taken by Enter.
    """

    TITLE_TEXT = HEADING = "Move"
    AMOUNT = "Quantity"

    class Found(Message):
        """Locations for what was typed; `take` when Enter is waiting for them."""

        def __init__(self, text: str, locations: Sequence[Location], *, take: bool, problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.locations = locations
            self.take = take
            self.problem = problem

    def __init__(self, items: Sequence[StockItem], text: str = "") -> None:
        super().__init__(items)
        self.texts = [quantity(item.quantity) for item in items]
        self._wanted = text
        self.destination: Location | None = None

    def compose_rows(self) -> ComposeResult:
        yield PickField("To", placeholder="name or scan", id="to")

    def on_mount(self) -> None:
        self._pick.set_choices(self._choices(self.bincard.recent_locations), empty="Type part of the location's name.")
        if self._wanted:
            self._pick.take(self._wanted)
            self._search(self._wanted, take=True)

    @property
    def _pick(self) -> PickField:
        return self.query_one(PickField)

    def _choices(self, locations: Sequence[Location]) -> list[Choice]:
        return [
            Choice(place, place.path, "structural, holds no stock" if place.structural else "") for place in locations
        ]

    @property
    def accept_label(self) -> str:
        return "Post" if self.destination is not None else "Go on"

    def label_of(self, action: Action) -> str:
        return "Take it" if action.id == "dialog.accept" and self._pick.picking else super().label_of(action)

    def preview_of(self, entries: Sequence[tuple[StockItem, Decimal]]) -> Preview:
        return preview_move(entries, self.destination or self._pointed_at() or SOMEWHERE, notes=self.note)

    def _pointed_at(self) -> Location | None:
        """The location under the cursor of the list, while it is being picked."""
        choice = self._pick.current if self._pick.picking else None
        return choice.value if choice is not None else None

    async def amounts_done(self) -> None:
        """With a destination post; else ask for it."""
        if self.focused is self._pick.field:
            self._take_destination()
        elif self.destination is None:
            self._pick.open()
            self.show_changes()
        else:
            await self.submit(self.whole_preview())

    def _take_destination(self) -> None:
        """Take the location under the cursor; what was typed since is searched for first."""
        self._pick.hush()
        choice = self._pick.current
        if choice is not None and (not self._pick.text or self._pick.text == self._searched):
            self._destination_is(choice.value)
        elif self._pick.text:
            self.say("Searching ...")
            self._search(self._pick.text, take=True)

    _searched = ""

    def on_pick_field_typed(self, message: PickField.Typed) -> None:
        self.destination = None
        if message.text:
            self._search(message.text, take=False)
        else:
            self._searched = ""
            self._pick.set_choices(self._choices(self.bincard.recent_locations))

    def on_pick_field_moved(self) -> None:
        self.show_changes()

    @work(exclusive=True, group="locations")
    async def _search(self, text: str, *, take: bool) -> None:
        try:
            found = await search_locations(self.bincard.session.client, text)
        except ApiError as error:
            self.post_message(self.Found(text, (), take=False, problem=str(error)))
        else:
            self.post_message(self.Found(text, found, take=take))

    def on_move_dialog_found(self, message: Found) -> None:
        if message.problem:
            self.complain(message.problem)
            return
        self._searched = message.text
        self._pick.set_choices(self._choices(message.locations), empty=f"No location matches {message.text}.")
        self.say("")
        if message.take and message.locations:
            self._destination_is(message.locations[0])
        elif message.take:
            self.complain(f"No location matches {message.text}.")

    def _destination_is(self, destination: Location) -> None:
        self.destination = destination
        self._pick.take(destination.path)
        self.show_changes()
        preview = self.whole_preview()
        if preview.is_refused:
            self.destination = None
            self._pick.open()
            self.complain(f"{preview.all_refusals[0]}.")
        else:
            self.bincard.remember_location(destination)
            self.set_focus(self.query_one("#note", Field))

    def offers(self, action: Action) -> bool:
        if action.id in ("dialog.down", "dialog.up") and self._pick.picking:
            return True
        return super().offers(action)

    async def do_dialog_down(self) -> None:
        if self._pick.picking:
            self._pick.move(1)
        else:
            await super().do_dialog_down()

    async def do_dialog_up(self) -> None:
        if self._pick.picking:
            self._pick.move(-1)
        else:
            await super().do_dialog_up()
