"""Count, add, remove, move and split: a quantity for each item, its effect shown while it is typed, then posted."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.actions import Action
from tui.api_models import StockItem
from tui.screens.posting import PostingDialog
from tui.stock_actions.preview import (
    Line as PreviewLine,
)
from tui.stock_actions.preview import (
    Preview,
    preview_add,
    preview_count,
    preview_remove,
    preview_split,
)
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import quantity, signed
from tui.widgets.cutting import cut_middle
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line, width_of
from tui.widgets.preview_list import Change, PreviewList
from tui.widgets.sentence import Sentence

__all__ = ["AddDialog", "AdjustDialog", "CountDialog", "RemoveDialog", "SplitDialog", "change_of"]


class AdjustDialog(PostingDialog):
    """One amount for each item. Enter goes to the next item, after the last it posts; Up and Down go between items."""

    HEADING: ClassVar[str]
    AMOUNT: ClassVar[str]
    LABELS: ClassVar[dict[str, str]] = {**PostingDialog.LABELS, "dialog.down": "Next item"}

    def __init__(self, items: Sequence[StockItem], text: str = "") -> None:
        super().__init__()
        self.items = tuple(items)
        self.texts = [text if len(items) == 1 else ""] * len(items)
        self.current = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield PreviewList()
            yield from self.compose_row(self.AMOUNT, Field(self.texts[0], id="amount"))
            yield from self.compose_rows()
            yield from self.compose_row("Note", Field(placeholder="why (optional)", max_length=250, id="note"))
            yield Sentence()
            yield KeyFooter()

    def compose_rows(self) -> ComposeResult:
        """More fields, between the amount and the note."""
        yield from ()

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#amount", Field))
        self._show_title()
        self.show_changes()

    def on_resize(self) -> None:
        self._show_title()
        self.show_changes()

    def _show_title(self) -> None:
        """What is done to what, and where; on few lines the item is named with its figures."""
        several = len(self.items) > 1
        what = f"{len(self.items)} items" if several else "" if self.is_low else self.items[0].label
        where = "" if several else self.items[0].location_path
        parts = [(self.HEADING, "bold"), (f"  {what}" if what else "", "")]
        room = self.size.width - width_of(parts) - 4
        if where and self.size.width:
            parts.append((f"  {cut_middle(where, max(room, 8))}", "$muted"))
        self.query_one("#title", Line).show(parts)

    # What is typed

    @property
    def note(self) -> str:
        return self.query_one("#note", Field).value.strip()

    def amount_of(self, index: int) -> Decimal | None:
        """What is typed for an item, None while that is no quantity."""
        try:
            return parse_quantity(self.texts[index])
        except QuantityError:
            return None

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "amount":
            self.texts[self.current] = event.value
            self.say("")
            self.show_changes()

    def select(self, index: int) -> None:
        """Go to another item."""
        self.current = index
        field = self.query_one("#amount", Field)
        with field.prevent(Input.Changed):
            field.value = self.texts[index]
        self.set_focus(field)
        field.action_select_all()
        self.show_changes()

    # What it would do

    def preview_of(self, entries: Sequence[tuple[StockItem, Decimal]]) -> Preview:
        """The preview of these amounts."""
        raise NotImplementedError

    def show_changes(self) -> None:
        """Show what the amounts typed so far would do."""
        self.query_one(PreviewList).show([self._change(index) for index in range(len(self.items))], self.current)

    def _change(self, index: int) -> Change:
        item, amount = self.items[index], self.amount_of(index)
        if amount is None:
            change = Change(item.label, item.amount(item.quantity))
        else:
            change = change_of(self.preview_of([(item, amount)]).lines[0])
        return change if len(self.items) > 1 or self.is_low else replace(change, label="On hand")

    # Keys

    def label_of(self, action: Action) -> str:
        if action.id == "dialog.accept" and self.focused is self.query_one("#amount", Field):
            others = [text for index, text in enumerate(self.texts) if index != self.current]
            return "Next item" if not all(text.strip() for text in others) else self.accept_label
        return super().label_of(action)

    @property
    def accept_label(self) -> str:
        """What Enter does once all amounts are there."""
        return "Post"

    def offers(self, action: Action) -> bool:
        if action.id in ("dialog.down", "dialog.up") and len(self.items) == 1:
            return False
        return super().offers(action)

    async def do_dialog_accept(self) -> None:
        """Take the amount and go on: to the next item without one, else post."""
        if self.focused is self.query_one("#amount", Field):
            self.texts[self.current] = self.query_one("#amount", Field).value
            if not self._amount_is_good():
                return
            empty = [index for index, text in enumerate(self.texts) if not text.strip()]
            if empty:
                self.select(next((index for index in empty if index > self.current), empty[0]))
                return
        await self.amounts_done()

    def _amount_is_good(self) -> bool:
        """Whether the current amount can go on; says why not."""
        try:
            amount = parse_quantity(self.texts[self.current])
        except QuantityError as error:
            self.complain(f"{str(error)[0].upper()}{str(error)[1:]}.")
            return False
        refusals = self.preview_of([(self.items[self.current], amount)]).lines[0].refusals
        if refusals:
            # On few lines there is room for the reason alone, which is shown already.
            self.complain("" if self.is_low else "Refused: see above.")
        return not refusals

    async def amounts_done(self) -> None:
        """All amounts are there: post, or go on to the next field."""
        await self.submit(self.whole_preview())

    def whole_preview(self) -> Preview:
        """The preview of everything that was typed."""
        entries = [
            (item, amount) for index, item in enumerate(self.items) if (amount := self.amount_of(index)) is not None
        ]
        return self.preview_of(entries)

    async def do_dialog_down(self) -> None:
        """Go to the next item."""
        self.select((self.current + 1) % len(self.items))

    async def do_dialog_up(self) -> None:
        """Go to the item before."""
        self.select((self.current - 1) % len(self.items))

    def renew(self, preview: Preview) -> None:
        """The items changed meanwhile: show them as they are now, with what was typed."""
        typed = dict(zip((item.pk for item in self.items), self.texts, strict=True))
        self.items = tuple(line.item for line in preview.lines)
        self.texts = [typed[item.pk] for item in self.items]
        if not self.items:
            self.dismiss(None)
            return
        self.select(min(self.current, len(self.items) - 1))


class CountDialog(AdjustDialog):
    """Record what was counted."""

    TITLE_TEXT = HEADING = "Count"
    AMOUNT = "Counted"

    def preview_of(self, entries: Sequence[tuple[StockItem, Decimal]]) -> Preview:
        return preview_count(entries, notes=self.note)


class AddDialog(AdjustDialog):
    """Add to the quantity on hand."""

    TITLE_TEXT = HEADING = "Add"
    AMOUNT = "Add"

    def preview_of(self, entries: Sequence[tuple[StockItem, Decimal]]) -> Preview:
        return preview_add(entries, notes=self.note)


class RemoveDialog(AdjustDialog):
    """Remove from the quantity on hand; what is allocated only when that is allowed by a key."""

    TITLE_TEXT = HEADING = "Remove"
    AMOUNT = "Remove"
    _allow_allocated = False

    def preview_of(self, entries: Sequence[tuple[StockItem, Decimal]]) -> Preview:
        return preview_remove(entries, notes=self.note, allow_allocated=self._allow_allocated)

    def offers(self, action: Action) -> bool:
        if action.id == "dialog.allow":
            return any(item.allocated for item in self.items)
        return super().offers(action)

    async def do_dialog_allow(self) -> None:
        """Let allocated stock be removed, or not."""
        self._allow_allocated = not self._allow_allocated
        allowed = "may be removed now" if self._allow_allocated else "stays"
        self.say(f"What is allocated to orders {allowed}.", "bold $warn", "! ")
        self.show_changes()


class SplitDialog(AdjustDialog):
    """Make a second item of some of the quantity."""

    TITLE_TEXT = HEADING = "Split"
    AMOUNT = "Split off"

    def preview_of(self, entries: Sequence[tuple[StockItem, Decimal]]) -> Preview:
        item, amount = entries[0]
        return preview_split(item, amount, notes=self.note)


def change_of(line: PreviewLine) -> Change:
    """A line of a preview as the list shows it."""
    item = line.item
    becomes = f"new item of {item.amount(line.amount)}" if line.splits else ""
    place = f"{'in' if becomes else 'to'} {line.location_after}" if line.location_after else ""
    note = place if becomes else line.status_after or place
    return Change(
        label=item.label,
        before=item.amount(line.before),
        after=quantity(line.after),
        change=signed(line.change) if line.change else "same" if not becomes + note else "",
        becomes=becomes,
        note=note,
        warnings=line.warnings,
        refusals=line.refusals,
    )
