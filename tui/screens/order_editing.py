"""The commands that change an order: its lines, its notes, its head, a copy of it. Mixed into the order's screen."""

from collections.abc import Mapping
from typing import Any

from textual import work
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.history import Place
from tui.orders.editing import copy_of_order, summary_of
from tui.orders.lines import LINE_KINDS, OrderLine, moved
from tui.orders.order_data import OrderData
from tui.orders.part_search import PartSource
from tui.screens.base import BincardScreen
from tui.views.formats import quantity
from tui.views.orders import Order

__all__ = ["OrderEditing"]

#: What each command needs: the verb of the order's role. Lines are changed by whoever may change the order.
_VERBS = {
    "order.add": "add",
    "order.extra": "add",
    "order.copy": "add",
    "order.duplicate": "add",
    "order.edit": "change",
    "order.header": "change",
    "order.notes": "change",
    "order.line_up": "change",
    "order.line_down": "change",
    "order.delete": "delete",
}
_ON_A_LINE = ("order.edit", "order.copy", "order.delete", "order.line_up", "order.line_down")


class OrderEditing(BincardScreen):
    """A screen with an order that can be edited: give `data`, `current_line` and `source`, and `reload` it."""

    class Written(Message):
        """Something was sent: what was done, or why not. `pk` is that of an order that was made."""

        def __init__(self, done: str, error: ApiError | None = None, pk: int | None = None) -> None:
            super().__init__()
            self.done = done
            self.error = error
            self.pk = pk

    _writing = False

    @property
    def data(self) -> OrderData | None:
        """All that is known of the order."""
        raise NotImplementedError

    @property
    def current_line(self) -> OrderLine | None:
        """The line that commands are for."""
        raise NotImplementedError

    def source(self) -> PartSource:
        """Where the lines find what they are for."""
        raise NotImplementedError

    def reload(self) -> None:
        """Ask for the order again."""
        raise NotImplementedError

    def line_saved(self, line: OrderLine) -> None:
        """A line was added or changed: show it, the cursor on it."""
        raise NotImplementedError

    # What is offered

    @property
    def holds_keys(self) -> bool:
        """What is typed while something is sent is for what comes after it."""
        return self._writing

    @property
    def can_edit(self) -> bool:
        """Whether the order can be changed by this user, in this state."""
        data = self.data
        if data is None or data.locked or self.bincard.launch.read_only:
            return False
        return self.bincard.session.can(data.order.kind.role, "change")

    def offers(self, action: Action) -> bool:
        verb = _VERBS.get(action.id)
        if verb is None:
            return super().offers(action)
        data, line = self.data, self.current_line
        if data is None or not self.bincard.session.can(data.order.kind.role, verb):
            return False
        words = LINE_KINDS[data.order.kind.name]
        match action.id:
            case "order.duplicate":
                return True
            case "order.extra":
                return not data.locked and bool(words.extra_path)
            case "order.copy" if line is not None and words.subject == "stockitem" and not line.extra:
                return False  # an item can be sent back once
            case "order.line_up" | "order.line_down":
                step = -1 if action.id == "order.line_up" else 1
                return not data.locked and line is not None and bool(moved(data.lines, line.key, step))
            case each if each in _ON_A_LINE:
                return not data.locked and line is not None
            case _:
                return not data.locked

    # Lines

    async def do_order_add(self) -> None:
        """Add lines, one after another."""
        await self._open_form()

    async def do_order_extra(self) -> None:
        """Add lines for what is no part."""
        await self._open_form(extra=True)

    async def do_order_edit(self) -> None:
        """Change the line."""
        await self._open_form(edit=self.current_line)

    async def do_order_copy(self) -> None:
        """Add a line like this one."""
        await self._open_form(copy=self.current_line)

    async def _open_form(self, **how: Any) -> None:
        if self.data is None:
            return
        from tui.screens.order_line_form import LineForm

        await self.bincard.push_screen(
            LineForm(self.data.order, self.data.lines, self.source(), self.line_saved, **how)
        )

    async def do_order_delete(self) -> None:
        """Delete the line, once that is agreed to."""
        data, line = self.data, self.current_line
        if data is None or line is None:
            return
        from tui.screens.order_question import Question

        warnings = []
        words = LINE_KINDS[data.order.kind.name]
        if line.done:
            warnings.append(f"{quantity(line.done)} of it are {words.done_word} already.")
        if line.promised:
            warnings.append(f"{quantity(line.promised)} are allocated to it; they become free.")

        def agreed(yes: bool | None) -> None:
            if yes:
                self._writing = True
                self._delete(data.order, line)

        number = f"line {line.number} " if line.number else "the line "
        question = f"Delete {number}of {data.order.reference}: {summary_of(line)}?"
        await self.bincard.push_screen(Question(question, "Delete", warnings), agreed)

    @work(group="write")
    async def _delete(self, order: Order, line: OrderLine) -> None:
        try:
            await self.bincard.session.client.delete(f"{_path(order, line)}{line.pk}/")
        except ApiError as error:
            self.post_message(self.Written("", error))
        else:
            self.post_message(self.Written(f"Deleted {summary_of(line)}"))

    async def do_order_line_up(self) -> None:
        """Move the line up."""
        self._move(-1)

    async def do_order_line_down(self) -> None:
        """Move the line down."""
        self._move(1)

    def _move(self, step: int) -> None:
        data, line = self.data, self.current_line
        changes = moved(data.lines, line.key, step) if data is not None and line is not None else {}
        if data is not None and changes:
            self._writing = True
            self._renumber(data.order, [(each, changes[each.key]) for each in data.lines if each.key in changes])

    @work(group="write")
    async def _renumber(self, order: Order, changes: list[tuple[OrderLine, str]]) -> None:
        client = self.bincard.session.client
        try:
            for line, number in changes:
                body: dict[str, Any] = {"line": number}
                if order.kind.name == "purchase" and not line.extra:
                    body["part"] = line.subject  # InvenTree insists on it
                await client.patch(f"{_path(order, line)}{line.pk}/", body)
        except ApiError as error:
            self.post_message(self.Written("", error))
        else:
            self.post_message(self.Written(""))

    # The order

    async def do_order_header(self) -> None:
        """Change the head of the order."""
        if self.data is None:
            return
        from tui.screens.order_form import OrderForm

        await self.bincard.push_screen(OrderForm(self.data.order.kind, self.data.order), self._order_edited)

    def _order_edited(self, edited: Any) -> None:
        if edited is not None:
            self.reload()

    async def do_order_notes(self) -> None:
        """Write the notes."""
        if self.data is None:
            return
        from tui.screens.order_notes import NotesDialog

        def written(saved: bool | None) -> None:
            if saved:
                self.bincard.announce("Notes saved.", "good")
                self.reload()

        await self.bincard.push_screen(NotesDialog(self.data.order), written)

    async def do_order_duplicate(self) -> None:
        """Make a new order like this one, once that is agreed to."""
        data = self.data
        if data is None:
            return
        from tui.screens.order_question import Question

        order = data.order
        lines = "without its lines" if order.kind.name == "return" else f"with its {len(data.lines)} lines"
        partner = f" {order.partner}" if order.partner else ""

        def agreed(yes: bool | None) -> None:
            if yes:
                self._writing = True
                self._duplicate(order)

        question = f"Make a new order like {order.reference}{partner}, {lines}?"
        await self.bincard.push_screen(Question(question, "Make it", ["Dates and notes are not taken over."]), agreed)

    @work(group="write")
    async def _duplicate(self, order: Order) -> None:
        try:
            made: Mapping[str, Any] = await self.bincard.session.client.post(
                order.kind.path, copy_of_order(order.kind, order.row)
            )
        except ApiError as error:
            self.post_message(self.Written("", error))
        else:
            self.post_message(
                self.Written(f"Made {made.get('reference')}, a copy of {order.reference}.", pk=made["pk"])
            )

    def on_order_editing_written(self, message: Written) -> None:
        self._writing = False
        if message.error is not None:
            # What was typed ahead was meant for another state of things.
            self.bincard.drop_keys()
            known = "It is not known whether that was done" if message.error.uncertain else "Not done"
            self.bincard.announce(f"{known}: {message.error}", "error")
        elif message.done:
            self.bincard.announce(message.done, "good")
        if message.pk is not None and self.data is not None:
            # In the app's own time: going away ends this screen, which cannot wait for that itself.
            self.bincard.call_later(self.bincard.go, Place("order", self.data.order.model, message.pk))
        else:
            self.reload()
        self.bincard.replay_keys()


def _path(order: Order, line: OrderLine) -> str:
    words = LINE_KINDS[order.kind.name]
    return words.extra_path if line.extra else words.path
