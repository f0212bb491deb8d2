"""Send a shipment: what goes out, what is missing, tracking number and invoice number."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.orders.pick_data import Shipment
from tui.orders.shipping import send_shipment
from tui.screens.base import Dialog
from tui.widgets.field import Field
from tui.widgets.footer import KeyFooter
from tui.widgets.line import Line
from tui.widgets.sentence import Sentence

__all__ = ["ShipDialog"]

#: As the server keeps them.
_LONGEST = 100


class ShipDialog(Dialog[bool]):
    """Ends with True when it was shipped, None when not.

    Enter goes from field to field and ships after the last. What is incomplete must be seen: it takes a second Enter.
    """

    TITLE_TEXT: ClassVar[str] = "Ship"
    LABELS: ClassVar[dict[str, str]] = {"dialog.accept": "Ship"}

    class Sent(Message):
        """The server has answered; with the error where it did not work out."""

        def __init__(self, error: ApiError | None) -> None:
            super().__init__()
            self.error = error

    def __init__(self, shipment: Shipment, content: str, warning: str = "") -> None:
        """`content` says what is in it, `warning` what is incomplete."""
        super().__init__()
        self._shipment = shipment
        self._content = content
        self._warning = warning
        self._warned = not warning
        self._busy = False
        self._unsure = False

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Line(id="title")
            yield from self.compose_row("Tracking", self._field("tracking", self._shipment.tracking_number))
            yield from self.compose_row("Invoice", self._field("invoice", self._shipment.invoice_number))
            yield Sentence()
            yield KeyFooter()

    def _field(self, name: str, value: str) -> Field:
        return Field(value, placeholder="number (optional)", max_length=_LONGEST, id=name)

    def on_mount(self) -> None:
        title = f"Ship shipment {self._shipment.reference}  "
        self.query_one("#title", Line).show([(title, "bold"), (self._content, "")])
        self.set_focus(self._tracking)
        if self._warning:
            self.query_one(Sentence).say(self._warning, "bold $warn", "! ")

    @property
    def _tracking(self) -> Field:
        return self.query_one("#tracking", Field)

    @property
    def holds_keys(self) -> bool:
        """What is typed while it is being shipped is for what comes after it."""
        return self._busy

    def label_of(self, action: Action) -> str:
        if action.id == "dialog.accept" and self.focused is self._tracking:
            return "Next field"
        return super().label_of(action)

    async def do_dialog_accept(self) -> None:
        """Go to the next field, after the last one ship."""
        if self._busy:
            return
        if self.focused is self._tracking:
            self.set_focus(self.query_one("#invoice", Field))
        elif not self._warned:
            self._warned = True
            self.query_one(Sentence).say(f"{self._warning} Enter again ships it so.", "bold $warn", "! ")
            self.bincard.bell()
        else:
            self._busy = True
            self.query_one(Sentence).say("Shipping ...")
            self._send(self._tracking.value.strip(), self.query_one("#invoice", Field).value.strip())

    @work(group="ship")
    async def _send(self, tracking: str, invoice: str) -> None:
        try:
            client = self.bincard.session.client
            await send_shipment(client, self._shipment, tracking, invoice, again=self._unsure)
        except ApiError as error:
            self.post_message(self.Sent(error))
        else:
            self.post_message(self.Sent(None))

    def on_ship_dialog_sent(self, message: Sent) -> None:
        self._busy = False
        if message.error is None:
            self.dismiss(True)
            self.bincard.replay_keys()
            return
        self.bincard.drop_keys()
        self._unsure = self._unsure or message.error.uncertain
        unsure = " Whether it was shipped is not known; Enter finds out." if message.error.uncertain else ""
        self.query_one(Sentence).say(f"Not shipped: {message.error}{unsure}", "bold $bad", "!! ")
        self.bincard.bell()

    async def do_dialog_cancel(self) -> None:
        """Close; not while it is being shipped."""
        if self._busy:
            self.query_one(Sentence).say("Already sent; waiting for the answer ...", "bold $warn", "! ")
        else:
            self.dismiss(None)
