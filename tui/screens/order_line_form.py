"""Add, edit or copy a line of an order: what, how many, at which price, until when; ready for the next one at once."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.actions import Action
from tui.api_errors import ApiError, Invalid
from tui.orders.editing import (
    changes_only,
    check,
    errors_by_field,
    fields_of,
    saved_among,
    summary_of,
    texts_of,
)
from tui.orders.hints import about, already_there, price_hint, quantity_hint
from tui.orders.lines import LINE_KINDS, OrderLine, next_number
from tui.orders.part_search import PartHit, PartSource, price_for
from tui.screens.base import Dialog
from tui.screens.part_picker import PartField
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import quantity
from tui.views.orders import Order
from tui.widgets.footer import KeyFooter
from tui.widgets.form_row import FormRow
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["LineForm"]

#: What an added line leaves standing for the next one: a delivery often has one date.
_STICKY = ("target",)
_PART_WORDS = {"purchase": "Part", "sales": "Part", "return": "Item", "transfer": "Part"}


class LineForm(Dialog[int]):
    """Ends with how many lines were saved. `saved` is called with each, to bring the order behind up to date.

    A new form stays open: Enter on the last field saves and begins the next line. Whatever is refused or cut off, what
    was typed stays; sent again after a cut, it is first looked whether it has arrived.
    """

    class Saved(Message):
        """The line as the server has it now."""

        def __init__(self, row: Mapping[str, Any]) -> None:
            super().__init__()
            self.row = row

    class NotSaved(Message):
        """It was refused, or it is not known."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self,
        order: Order,
        lines: Iterable[OrderLine],
        source: PartSource,
        saved: Callable[[OrderLine], None],
        *,
        extra: bool = False,
        edit: OrderLine | None = None,
        copy: OrderLine | None = None,
    ) -> None:
        super().__init__()
        shown = edit or copy
        self._order = order
        self._lines = list(lines)
        self._source = source
        self._saved = saved
        self._extra = shown.extra if shown is not None else extra
        self._edited = edit
        self._shown = shown
        self._fields = fields_of(order.kind, extra=self._extra)
        self._words = LINE_KINDS[order.kind.name]
        self._count = 0
        self._busy = False
        self._warned = False
        self._attempt: tuple[Mapping[str, Any], str] | None = None
        self._uncertain = False
        self._begun: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        texts = texts_of(self._shown) if self._shown is not None else {}
        with Vertical(id="box"):
            yield Line(id="title")
            if not self._extra:
                yield PartField(_PART_WORDS[self._order.kind.name], self._source, reserve=14, id="subject")
                yield Line(id="about")
            for each in self._fields:
                yield FormRow(each.label, texts.get(each.key, ""), placeholder=each.placeholder, id=each.key)
            yield Sentence(id="said")
            yield KeyFooter()

    def on_mount(self) -> None:
        self._begun = self._texts()
        self._show_title()
        if self._part is None:
            self.set_focus(self._rows[0].field)
        elif self._shown is not None and self._shown.subject is not None:
            self._part.take_hit(_hit_of(self._shown), quietly=True)
            self._go_to("quantity")
        else:
            self._part.open()
        self._show_hints()

    def _show_title(self) -> None:
        what = "extra line" if self._extra else "line"
        verb = "Edit" if self._edited is not None else "Copy" if self._shown is not None else "Add"
        which = self._shown.label if self._shown is not None and self._shown.number else what
        left = [(f"{verb} {which}", "bold"), (f"  {self._order.reference}  {self._order.partner}", "")]
        self.query_one("#title", Line).show(left, [(f"{self._count} added", "bold $good")] if self._count else ())

    # What is there

    @property
    def _part(self) -> PartField | None:
        return None if self._extra else self.query_one(PartField)

    @property
    def _rows(self) -> list[FormRow]:
        return list(self.query(FormRow))

    def _row(self, key: str) -> FormRow:
        return self.query_one(f"#{key}", FormRow)

    def _texts(self) -> dict[str, str]:
        return {each.key: self._row(each.key).text for each in self._fields}

    @property
    def _amount(self) -> Decimal | None:
        try:
            return parse_quantity(self._row("quantity").text)
        except QuantityError:
            return None

    @property
    def _hit(self) -> PartHit | None:
        return self._part.hit if self._part is not None else None

    @property
    def _is_dirty(self) -> bool:
        """Whether something would be lost by closing."""
        typed = {key: text for key, text in self._texts().items() if text.strip() != self._begun.get(key, "").strip()}
        part = self._part
        return bool(typed) or (part is not None and self._shown is None and bool(part.text))

    @property
    def holds_keys(self) -> bool:
        """What is typed ahead waits for the answer."""
        return self._busy or (self._part is not None and self._part.waiting)

    def _say(self, text: str, style: str = "", sign: str = "") -> None:
        self.query_one("#said", Sentence).say(text, style, sign)

    def _complain(self, text: str) -> None:
        self._say(text, "bold $bad", "!! ")
        self.bincard.bell()

    # Hints while typing

    def on_input_changed(self, event: Input.Changed) -> None:
        self._warned = False
        self._say("")
        self._show_hints()

    def on_pick_field_moved(self) -> None:
        self._show_hints()

    def on_part_field_completed(self) -> None:
        self._show_hints()

    def _show_hints(self) -> None:
        """What the figures come to; takes the place of what was wrong."""
        hit, amount, part = self._hit, self._amount, self._part
        if part is not None:
            part.set_amount(amount)
            self._say_about(part.pointed_at if part.picking and hit is None else hit)
        for row in self._rows:
            row.say("")
        if hit is not None and amount is not None:
            said, warn = quantity_hint(hit, amount)
            self._row("quantity").say(said, warn=warn)
        if hit is not None and self._words.price and not self._row("price").text.strip():
            self._row("price").say(price_hint(hit, amount))

    def _say_about(self, hit: PartHit | None) -> None:
        there = already_there(hit, self._lines, self._edited) if hit is not None else ""
        facts = about(hit) if hit is not None else ""
        self.query_one("#about", Line).show([(f"! {there}  " if there else "", "bold $warn"), (facts, "$muted")])

    # Going on

    def label_of(self, action: Action) -> str:
        match action.id:
            case "dialog.accept" if self._part is not None and self._part.picking:
                return "Take it"
            case "dialog.accept" if self.focused is self._rows[-1].field:
                return "Save" if self._shown is not None else "Save, next line"
            case "dialog.cancel" if self._shown is None:
                return "Done" if not self._is_dirty else "Close"
            case _:
                return super().label_of(action)

    async def do_dialog_accept(self) -> None:
        """Take what is chosen, go to the next field, or save at the last one."""
        part = self._part
        if part is not None and part.picking:
            self._say("")
            part.accept()
            return
        rows = self._rows
        here = next((place for place, row in enumerate(rows) if self.focused is row.field), len(rows) - 1)
        if here + 1 < len(rows):
            self.set_focus(rows[here + 1].field)
            rows[here + 1].field.action_select_all()
        else:
            await self.do_dialog_save()

    def on_part_field_taken(self, message: PartField.Taken) -> None:
        row = self._row("quantity")
        if message.hit.quantity is not None and not row.text.strip():
            row.field.value = quantity(message.hit.quantity)  # what a customer has comes back as a whole
        self._show_hints()
        self._go_to("quantity")
        self.bincard.replay_keys()

    def on_part_field_missed(self, message: PartField.Missed) -> None:
        self.bincard.drop_keys()
        self._complain(message.why)

    def _go_to(self, key: str) -> None:
        field = self._row(key).field
        self.set_focus(field)
        field.action_select_all()

    async def do_dialog_down(self) -> None:
        if self._part is not None and self._part.picking:
            self._part.move(1)
        else:
            self.focus_next()

    async def do_dialog_up(self) -> None:
        if self._part is not None and self._part.picking:
            self._part.move(-1)
        else:
            self.focus_previous()

    async def do_dialog_cancel(self) -> None:
        """Close; what is typed and not saved only when asked twice."""
        if self._busy:
            self._say("Already sent; waiting for the answer ...", "bold $warn", "! ")
        elif self._is_dirty and not self._warned:
            self._warned = True
            self._say("Not saved. Esc again drops what is typed, F2 saves it.", "bold $warn", "! ")
        else:
            self.dismiss(self._count)

    # Saving

    async def do_dialog_save(self) -> None:
        """Send what is typed, unless something is wrong with it."""
        if self._busy:
            return
        subject = self._hit.pk if self._hit is not None else None
        hit, amount = self._hit, self._amount
        step = price_for(hit, amount) if hit is not None and self._shown is None else None
        checked = check(
            self._order.kind, self._order.pk, self._texts(), date.today(), extra=self._extra, subject=subject,
            known_price=(step.price, step.currency) if step is not None else None, currency=self._order.currency,
        )  # fmt: skip
        if checked.errors:
            self._show_errors(checked.errors)
            return
        self._send(checked.body)

    def _send(self, body: dict[str, Any]) -> None:
        if self._edited is not None:
            body = changes_only(body, self._edited, self._order.kind)
            if not body:
                self.dismiss(0)
                return
        else:
            body["line"] = next_number(self._lines, extra=self._extra)
            if self._order.kind.name == "purchase" and not self._extra:
                body["merge_items"] = False  # what was typed is what stands there, and no other line changes
        if self._attempt is None or self._attempt[0] != body:
            self._attempt = (body, os.urandom(16).hex())
            self._uncertain = False
        self._busy = True
        self._say("Saving ...")
        self._save(body, self._attempt[1], look_first=self._uncertain)

    @work(group="post")
    async def _save(self, body: dict[str, Any], key: str, *, look_first: bool) -> None:
        client = self.bincard.session.client
        path = self._words.extra_path if self._extra else self._words.path
        try:
            if self._edited is not None:
                row = await client.patch(f"{path}{self._edited.pk}/", body, key=key)
            else:
                row = None
                if look_first:
                    rows = await client.list(path, {"order": self._order.pk, **self._words.params})
                    known = [line.pk for line in self._lines if line.extra == self._extra]
                    row = saved_among(rows, known, body)
                row = row or await client.post(path, body, key=key)
        except ApiError as error:
            self.post_message(self.NotSaved(error))
        else:
            self.post_message(self.Saved(row))

    def on_line_form_saved(self, message: Saved) -> None:
        self._busy = False
        self._attempt = None
        row = message.row
        line = OrderLine.extra_of(row) if self._extra else OrderLine.of(self._order.kind.name, row)
        self._count += 1
        self._saved(line)
        if self._shown is not None:
            self.dismiss(self._count)
            self.bincard.announce(f"Saved {summary_of(line)}", "good")
        else:
            self._lines.append(line)
            self._begin_next(line)
        self.bincard.replay_keys()

    def _begin_next(self, line: OrderLine) -> None:
        """Empty the form for the next line, and say what was added."""
        for row in self._rows:
            with row.field.prevent(Input.Changed):
                row.field.value = row.text if row.id in _STICKY else ""
        self._begun = self._texts()
        self._show_title()
        if self._part is not None:
            self._part.clear()
            self._part.open()
        else:
            self.set_focus(self._rows[0].field)
        self._show_hints()
        self._say(f"Added {summary_of(line)}", "bold $good")

    def on_line_form_not_saved(self, message: NotSaved) -> None:
        self._busy = False
        self.bincard.drop_keys()
        error = message.error
        self._uncertain = error.uncertain
        if isinstance(error, Invalid) and error.field_errors:
            self._attempt = None
            self._show_errors(errors_by_field(error.field_errors))
        elif error.uncertain:
            self._complain(f"It is not known whether that was saved: {error} F2 finds out and saves it if not.")
        else:
            self._complain(f"Not saved: {error} F2 tries again.")

    def _show_errors(self, errors: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it, and go to the first of them."""
        placed = {each.key: self._row(each.key) for each in self._fields}
        first = None
        for key, row in placed.items():
            if key in errors:
                row.say(errors[key], wrong=True)
                first = first or row
        rest = [said for key, said in errors.items() if key not in placed and said]
        if self._part is not None and "subject" in errors:
            self._part.open()
        elif first is not None:
            self.set_focus(first.field)
        self._complain(f"Not saved: {' '.join(rest)}" if rest else "Not saved: see above.")


def _hit_of(line: OrderLine) -> PartHit:
    """What a line is for, as if it had been chosen."""
    codes = (line.code,) if line.code else ()
    return PartHit(pk=line.subject or 0, part=line.part or 0, name=line.name, codes=codes, unit=line.unit)
