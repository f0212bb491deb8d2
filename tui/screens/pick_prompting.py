"""The prompt of the pick screen: location, item, quantity, and whether what was entered is the right one."""

from enum import Enum

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.orders.pick_scan import Scanned, is_item, is_location, known_code, scan, wrong_item, wrong_location
from tui.orders.picking import Pick
from tui.screens.pick_posting import PickPosting
from tui.stock_actions.quantities import QuantityError, parse_quantity
from tui.views.formats import quantity
from tui.widgets.prompt_line import PromptLine
from workflow.orders import OrderKind

__all__ = ["PickPrompting", "Stage"]

#: Letters that, entered alone at the prompt, are commands: whoever scans has no hand for a function key.
_LETTERS = {"s": "pick.short", "w": "pick.swap", "k": "pick.skip"}


class Stage(Enum):
    """What the prompt asks for."""

    LOCATION = "Location"
    ITEM = "Item"
    QUANTITY = "Quantity"
    NOTHING = ""


class PickPrompting(PickPosting):
    """Asks for one thing after another. A location that was confirmed counts for the picks there that follow."""

    class Looked(Message):
        """The server knows a code as this, or not at all; with the error where it could not say."""

        def __init__(self, text: str, scanned: Scanned | None, error: ApiError | None = None) -> None:
            super().__init__()
            self.text = text
            self.scanned = scanned
            self.error = error

    def __init__(self, kind: OrderKind, order_pk: int) -> None:
        super().__init__(kind, order_pk)
        self.stage = Stage.NOTHING
        self._confirmed_location: int | None = None
        self._offered = ""

    @property
    def prompt(self) -> PromptLine:
        """Where picks are confirmed."""
        return self.query_one(PromptLine)

    @property
    def scans(self) -> bool:
        """Whether each pick is confirmed by scanning location and item."""
        return bool(self.bincard.state.get("pick", "scans", True))

    def to_prompt(self) -> None:
        """Give the keys to the prompt."""
        raise NotImplementedError

    # What is asked

    def first_stage(self, pick: Pick) -> Stage:
        """What a pick is to be confirmed by first."""
        if not self.scans:
            return Stage.QUANTITY
        known = pick.lot.location is None or pick.lot.location == self._confirmed_location
        return Stage.ITEM if known else Stage.LOCATION

    def ask(self, stage: Stage) -> None:
        """Ask for the next thing that the pick needs."""
        pick = self.round.current if self.round is not None else None
        if pick is None:
            return
        self.stage = stage
        match stage:
            case Stage.LOCATION:
                self.prompt.ask("Scan location", placeholder=pick.lot.where)
            case Stage.ITEM:
                hint = pick.lot.mark or pick.lot.ipn or pick.lot.part_name
                self.prompt.ask("Scan item", placeholder=hint)
            case _:
                if self.prompt.text == self._offered:
                    # Nobody typed it: what is offered now takes its place.
                    self.prompt.field.value = ""
                attempt = self.attempt
                again = attempt is not None and attempt.pick.key == pick.key
                self._offered = quantity(attempt.amount if attempt is not None and again else pick.quantity)
                self.prompt.ask("Quantity", self._offered)
        self.refresh_footer()

    def refuse(self, sentence: str) -> None:
        """Say why it cannot be, and ask again; what was typed ahead was meant for another state of things."""
        ahead = self.drop_ahead()
        self.say(f"{sentence}{ahead}", "error")
        self.ask(self.stage)

    def drop_ahead(self) -> str:
        texts = self.prompt.drop()
        return f" Not used: {', '.join(texts)}." if texts else ""

    # What was entered

    async def take_scan(self, text: str) -> None:
        """A scan while the list has the keys is for the prompt, where there is one."""
        if self.stage is Stage.NOTHING:
            await super().take_scan(text)
            return
        self.to_prompt()
        self.prompt.put(text)

    def on_prompt_line_entered(self, message: PromptLine.Entered) -> None:
        pick = self.round.current if self.round is not None else None
        if pick is None:
            return
        text = message.text
        match self.stage:
            case Stage.LOCATION if is_location(text, pick):
                self._location_confirmed(pick)
            case Stage.ITEM if self._is_item(text, pick):
                self._item_confirmed(pick)
            case Stage.ITEM if is_location(text, pick):
                # Some scan the shelf for every pick; that it is the right one still is no reason to complain.
                self.ask(Stage.ITEM)
            case Stage.LOCATION | Stage.ITEM if not text:
                self.refuse(f"Scan or type the {self.stage.value.lower()}. F4 turns scanning off.")
            case _ if text.casefold() in _LETTERS:
                self.ask(self.stage)
                self.call_later(self.bincard.run_by_id, _LETTERS[text.casefold()])
            case Stage.QUANTITY:
                self._quantity_entered(text, pick, scanned=message.key == "scan")
            case _:
                self.prompt.busy("Looking up ...")
                self._look_up(text)

    def _is_item(self, text: str, pick: Pick, scanned: Scanned | None = None) -> bool:
        return self.round is not None and is_item(text, pick, self.round.beside(pick), scanned)

    @work(exclusive=True, group="scan")
    async def _look_up(self, text: str) -> None:
        try:
            self.post_message(self.Looked(text, await scan(self.bincard.session.client, text)))
        except ApiError as error:
            self.post_message(self.Looked(text, None, error))

    def on_pick_prompting_looked(self, message: Looked) -> None:
        pick = self.round.current if self.round is not None else None
        if pick is None or self.round is None:
            return
        text, scanned = message.text, message.scanned
        if message.error is not None:
            self.refuse(f"{message.error} Scan again.")
        elif self.stage is Stage.LOCATION:
            if is_location(text, pick, scanned):
                self._location_confirmed(pick)
            else:
                self.refuse(wrong_location(text, pick, scanned))
        elif self._is_item(text, pick, scanned):
            self._item_confirmed(pick)
        else:
            self.refuse(wrong_item(text, pick, self.round.beside(pick), scanned))

    def _location_confirmed(self, pick: Pick) -> None:
        self._confirmed_location = pick.lot.location
        self.say("")
        self.ask(Stage.ITEM)

    def _item_confirmed(self, pick: Pick) -> None:
        self.say("")
        if pick.lot.serial:
            self.post_pick(pick, pick.quantity)
        else:
            self.ask(Stage.QUANTITY)

    def _quantity_entered(self, text: str, pick: Pick, *, scanned: bool) -> None:
        if scanned or known_code(text) is not None:
            same = self._is_item(text, pick) or is_location(text, pick)
            self.refuse("How many do you take?" if same else f"{text} is no quantity. How many do you take?")
            return
        try:
            amount = parse_quantity(text)
        except QuantityError as error:
            self.refuse(f"{str(error).capitalize()}. How many do you take?")
            return
        wanted = pick.line.amount(pick.quantity)
        if amount > pick.quantity:
            self.refuse(f"Only {wanted} {'is' if pick.quantity == 1 else 'are'} wanted here, not {quantity(amount)}.")
        elif amount == 0:
            self.refuse("0 is no pick. F6 says that there are fewer, F8 skips.")
        else:
            self.post_pick(pick, amount)
