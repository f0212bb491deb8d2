"""Choose what a line is for: a part, a supplier's part or a customer's item, searched on the server while typing."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError
from tui.orders.part_search import PartHit, PartSource, breaks_in_words, detail_of, is_exact, label_of
from tui.screens.base import Dialog
from tui.widgets.choice_list import Choice
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.pick_field import PickField

__all__ = ["PartField", "PartPicker"]


class PartField(PickField):
    """A field with a list below it of what matches, best first, each with its price at `amount`.

    `accept` is for Enter: it takes what the cursor is on, or, with the answer still to come, the exact match when it
    comes. `Taken` says that something was taken, `Completed` that its price or lead time is known now, `Missed` that
    Enter found nothing to take.
    """

    class Found(Message):
        """What matches the text, or why nobody knows. `whole` once prices and lead times are with it."""

        def __init__(self, text: str, hits: Sequence[PartHit], problem: str = "", *, whole: bool = False) -> None:
            super().__init__()
            self.text = text
            self.hits = tuple(hits)
            self.problem = problem
            self.whole = whole

    class Taken(Message):
        """Something was taken."""

        def __init__(self, hit: PartHit) -> None:
            super().__init__()
            self.hit = hit

    class Completed(Message):
        """More is known of what was taken."""

    class Missed(Message):
        """There was nothing to take; `why` is a sentence."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self, label: str, source: PartSource, *, rows: int = 6, reserve: int = 6, id: str | None = None
    ) -> None:
        super().__init__(label, placeholder="code or part of the name", rows=rows, reserve=reserve, id=id)
        self._source = source
        self._hits: dict[int, PartHit] = {}
        self._answered: str | None = None
        self._amount: Decimal | None = None
        self.hit: PartHit | None = None
        """What was taken, None while nothing is."""
        self.waiting = False
        """Whether Enter waits for the answer."""

    # What is shown

    def set_amount(self, amount: Decimal | None) -> None:
        """Show prices at another quantity (None for that of one)."""
        if amount != self._amount:
            self._amount = amount
            if self.picking:
                self._show(tuple(self._hits.values()))

    def _show(self, hits: Sequence[PartHit], *, empty: str = "") -> None:
        text = self._answered or ""
        choices = [
            Choice(
                hit.pk,
                label_of(hit),
                f"{'= ' if text and is_exact(hit, text) else ''}{detail_of(hit, self._amount)}",
            )
            for hit in hits
        ]
        self.set_choices(choices, empty=empty)

    @property
    def pointed_at(self) -> PartHit | None:
        """What the cursor of the list is on."""
        choice = self.current
        return self._hits.get(choice.value) if choice is not None else None

    # Searching

    def open(self) -> None:
        """Put the focus into it; with nothing typed, show what there is."""
        super().open()
        if self._answered is None and not self.text:
            self._search("")

    def on_pick_field_typed(self, message: PickField.Typed) -> None:
        message.stop()
        if self.hit is not None and message.text == label_of(self.hit):
            return
        self.hit = None
        self._search(message.text)

    @work(exclusive=True, group="parts")
    async def _search(self, text: str) -> None:
        try:
            hits = await self._source.find(text)
            self.post_message(self.Found(text, hits))
            self.post_message(self.Found(text, await self._source.complete(hits), whole=True))
        except ApiError as error:
            self.post_message(self.Found(text, (), str(error)))

    def on_part_field_found(self, message: Found) -> None:
        message.stop()
        if self.waiting and message.text != self.text:
            return  # an answer to what was typed before
        if message.problem and self._hits and self._answered == message.text:
            return  # what was found stays; only its prices are not known
        if message.text != self._answered:
            self.set_choices(())  # another search begins at its best match
        self._answered = message.text
        self._hits = {hit.pk: hit for hit in message.hits}
        self._show(message.hits, empty=message.problem or f"Nothing matches {message.text}.")
        if message.whole and self.hit is not None and self.hit.pk in self._hits:
            self._know_more(self._hits[self.hit.pk])
        if self.waiting:
            self.waiting = False
            self._take_meant(message)

    def _take_meant(self, message: Found) -> None:
        first = message.hits[0] if message.hits else None
        if first is not None and (len(message.hits) == 1 or is_exact(first, message.text)):
            self.take_hit(first)
        elif first is not None:
            self.post_message(self.Missed(f"{len(message.hits)} match; choose with the arrow keys."))
        else:
            self.post_message(self.Missed(message.problem or f"Nothing matches {message.text}."))

    # Taking

    def accept(self) -> None:
        """Take what is meant: under the cursor, or the exact match once the answer has come."""
        self.hush()
        if self.hit is not None and self.text == label_of(self.hit):
            self.take_hit(self.hit)
        elif self.text != (self._answered or ""):
            self.waiting = True
            self._search(self.text)
        elif (pointed := self.pointed_at) is not None:
            self.take_hit(pointed)
        else:
            self.post_message(self.Missed("Type part of its code or name."))

    def take_hit(self, hit: PartHit, *, quietly: bool = False) -> None:
        """Take it and hide the list; `quietly` for one that was taken before."""
        self.hit = hit
        self.take(label_of(hit))
        if hit.breaks is None or hit.lead_days is None:
            self._complete(hit)
        if not quietly:
            self.post_message(self.Taken(hit))

    @work(exclusive=True, group="parts")
    async def _complete(self, hit: PartHit) -> None:
        try:
            whole = await self._source.complete([hit])
        except ApiError as error:
            self.log.warning(f"no prices of {hit.pk}: {error}")  # it can be taken without
        else:
            self.post_message(self.Found(label_of(hit), whole, whole=True))

    def _know_more(self, hit: PartHit) -> None:
        if self.hit is not None:
            self.hit = replace(self.hit, breaks=hit.breaks, lead_days=hit.lead_days)
            self.post_message(self.Completed())

    def clear(self) -> None:
        """Empty, for the next one."""
        self.hit = None
        self._answered = None
        self._hits = {}
        self.hush()
        with self.field.prevent(Input.Changed):
            self.field.value = ""
        self.set_choices(())


class PartPicker(Dialog[PartHit]):
    """Ends with what was chosen, or None. For screens that want one part and no form."""

    TITLE_TEXT = "Choose a part"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Take it", "dialog.down": "Next"}

    def __init__(self, title: str, source: PartSource, *, text: str = "", amount: Decimal | None = None) -> None:
        super().__init__()
        self._title = title
        self._source = source
        self._text = text
        self._amount = amount

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield PartField("Part", self._source, rows=12)
            yield Line(id="breaks")
            yield KeyFooter()

    def on_mount(self) -> None:
        self._say("")
        field = self.query_one(PartField)
        field.set_amount(self._amount)
        field.open()
        if self._text:
            field.field.value = self._text

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#title", Line).show([(self._title, "bold"), (f"  {text}" if text else "", style)])

    @property
    def holds_keys(self) -> bool:
        return self.query_one(PartField).waiting

    def offers(self, action: Action) -> bool:
        return action.id not in ("dialog.tab", "dialog.tab_back") and super().offers(action)

    def on_pick_field_moved(self) -> None:
        hit = self.query_one(PartField).pointed_at
        self.query_one("#breaks", Line).show([(breaks_in_words(hit) if hit is not None else "", "$muted")])

    def on_part_field_taken(self, message: PartField.Taken) -> None:
        self.dismiss(message.hit)
        self.bincard.replay_keys()

    def on_part_field_missed(self, message: PartField.Missed) -> None:
        self._say(message.why, "bold $warn")
        self.bincard.bell()
        self.bincard.drop_keys()

    async def do_dialog_accept(self) -> None:
        """Take what is meant."""
        self._say("")
        self.query_one(PartField).accept()

    async def do_dialog_down(self) -> None:
        self.query_one(PartField).move(1)

    async def do_dialog_up(self) -> None:
        self.query_one(PartField).move(-1)
