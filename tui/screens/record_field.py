"""A field of a form that refers to something: searched on the server while typing."""

from collections.abc import Awaitable, Callable, Sequence

from textual import events, work
from textual.message import Message

from tui.api_errors import ApiError
from tui.orders.header import Record
from tui.widgets.choice_list import Choice
from tui.widgets.pick_field import PickField

__all__ = ["RecordField"]


class RecordField(PickField):
    """`record` is what was taken. `accept` is for Enter: `Taken` says that something was, `Missed` why nothing was.

    Enter before the answer has come takes the best match when it comes, if there is only one or it is the very name.
    """

    class Found(Message):
        """What matches the text, or why nobody knows."""

        def __init__(self, text: str, records: Sequence[Record], problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.records = records
            self.problem = problem

    class Taken(Message):
        """Something was taken, or nothing where that will do."""

    class Missed(Message):
        """Enter found nothing to take; `why` is a sentence."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        label: str,
        search: Callable[[str], Awaitable[list[Record]]],
        *,
        record: Record | None = None,
        required: bool = False,
        nothing: str = "",
        id: str | None = None,
    ) -> None:
        """`nothing` is what stands there while nothing is taken, where that will do."""
        super().__init__(label, placeholder="type part of the name" if required else nothing, rows=5, id=id)
        self._search_for = search
        self.record = record
        self._required = required
        self._answered: str | None = None
        self.waiting = False
        """From Enter until it is known what was taken, if anything. Who hears `Taken` or `Missed` ends it."""

    def on_mount(self) -> None:
        if self.record is not None:
            self.take(self.record.label)

    def put(self, record: Record) -> None:
        """Take something that nobody typed, unless something was typed meanwhile."""
        if self.record is None and not self.text:
            self.record = record
            self.take(record.label)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self.remove_class("-picking")

    def on_descendant_focus(self) -> None:
        super().on_descendant_focus()
        if self.record is not None:
            self.remove_class("-picking")
        elif self._answered is None and not self.text:
            self._search("")

    def on_pick_field_typed(self, message: PickField.Typed) -> None:
        message.stop()
        if self.record is not None and message.text == self.record.label:
            return
        self.record = None
        self.add_class("-picking")
        self._search(message.text)

    @work(exclusive=True, group="records")
    async def _search(self, text: str) -> None:
        try:
            self.post_message(self.Found(text, await self._search_for(text)))
        except ApiError as error:
            self.post_message(self.Found(text, (), str(error)))

    def on_record_field_found(self, message: Found) -> None:
        message.stop()
        if message.text != self.text:
            return  # an answer to what was typed before
        self._answered = message.text
        choices = [Choice(record, record.label, record.detail) for record in message.records]
        self.set_choices(choices, empty=message.problem or "Nothing matches.")
        if self.waiting:
            self._take_meant(message)

    def _take_meant(self, message: Found) -> None:
        first = message.records[0] if message.records else None
        wanted = message.text.casefold()
        exact = [each for each in message.records if wanted in _names(each)]
        if first is not None and (len(message.records) == 1 or len(exact) == 1):
            self._take(exact[0] if exact else first)
        elif first is not None:
            self.post_message(self.Missed(f"{len(message.records)} match; choose with the arrow keys."))
        else:
            self.post_message(self.Missed(message.problem or f"Nothing matches {message.text}."))

    def accept(self) -> None:
        """Take what is meant: what was taken before, under the cursor, or the match once the answer has come."""
        self.hush()
        self.waiting = True
        text, current = self.text, self.current
        if self.record is not None and text == self.record.label:
            self._take(self.record)
        elif not text and not self._required:
            self.record = None
            self.take("")
            self.post_message(self.Taken())
        elif text != (self._answered or ""):
            self._search(text)
        elif current is not None:
            self._take(current.value)
        else:
            self.post_message(self.Missed("Type part of the name."))

    def _take(self, record: Record) -> None:
        self.record = record
        self.take(record.label)
        self.post_message(self.Taken())


def _names(record: Record) -> tuple[str, str]:
    """What it may be called exactly: the whole label, or the last part of a path."""
    label = record.label.casefold()
    return label, label.rpartition("/")[2]
