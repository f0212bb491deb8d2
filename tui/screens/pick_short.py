"""A short pick: how many were really there, and whether to count the item now."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.actions import Action
from tui.orders.picking import Pick
from tui.screens.base import Dialog
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import quantity
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["ShortDialog", "ShortPick"]


@dataclass(frozen=True, slots=True)
class ShortPick:
    """So many were there and are taken; `count` says that the item is to be counted."""

    found: Decimal
    count: bool


class ShortDialog(Dialog[ShortPick]):
    """Ends with a ShortPick, or None."""

    TITLE_TEXT: ClassVar[str] = "Short pick"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Take them", "dialog.allow": "Count or not"}

    def __init__(self, pick: Pick, *, may_count: bool) -> None:
        super().__init__()
        self._pick = pick
        self._may_count = self._count = may_count

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield from self.compose_row("Found", Field(id="found"))
            yield Line(id="count")
            yield Sentence()
            yield KeyFooter()

    def on_mount(self) -> None:
        wanted = self._pick.line.amount(self._pick.quantity)
        self.query_one("#title", Line).show([("Short  ", "bold"), (f"{wanted} of {self._pick.lot.label} wanted", "")])
        self.set_focus(self.query_one(Field))
        self._show_count()

    def offers(self, action: Action) -> bool:
        if action.id == "dialog.allow":
            return self._may_count
        return action.id not in ("dialog.toggle", "dialog.tab", "dialog.tab_back") and super().offers(action)

    def _show_count(self) -> None:
        text = "Then the item is counted." if self._count else "The item is not counted."
        self.query_one("#count", Line).show([(text if self._may_count else "", "$muted")])

    async def do_dialog_allow(self) -> None:
        """Count the item afterwards, or not."""
        self._count = not self._count
        self._show_count()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Sentence).say("")

    async def do_dialog_accept(self) -> None:
        """Take what was found."""
        try:
            found = parse_quantity(self.query_one(Field).value)
        except QuantityError as error:
            self._complain(f"How many are there? 0 for none. {str(error).capitalize()}.")
            return
        if found >= self._pick.quantity:
            self._complain(
                f"{quantity(found)} are enough for this pick: Esc, and take {quantity(self._pick.quantity)}."
            )
            return
        self.dismiss(ShortPick(found, self._count))

    def _complain(self, text: str) -> None:
        self.query_one(Sentence).say(text, "bold $bad", "!! ")
        self.bincard.bell()
