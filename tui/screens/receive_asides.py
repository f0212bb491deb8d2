"""What is asked beside the quantity: where things go, and the optional fields of a receipt."""

from collections.abc import Sequence
from dataclasses import replace

from tui.api_models import Location, StatusChoice
from tui.history import Place
from tui.orders.receiving import ReceivingLine, match
from tui.screens.receive_fields import ExtraField, field_called, next_field, status_choices
from tui.screens.receive_view import ReceiveView
from tui.screens.receive_work import ReceiveWork
from tui.widgets.choice_list import Choice

__all__ = ["ReceiveAsides"]


class ReceiveAsides(ReceiveView):
    """Places stick: one that was scanned or chosen holds for all that follows, one that was asked for because nobody
    knew holds for the lines that have none of their own.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._field: ExtraField | None = None
        self._statuses: tuple[StatusChoice, ...] = ()
        self._scanned_place: Location | None = None
        self._usual_place: Location | None = None

    # Where the flow goes on

    def _ask_item(self, value: str = "") -> None:
        """Ask for the next item."""
        raise NotImplementedError

    def _ask_quantity(self, problem: str = "") -> None:
        """Ask for the quantity of the draft."""
        raise NotImplementedError

    def _go_on(self) -> None:
        """The draft has a quantity: ask what else must be known, or post it."""
        raise NotImplementedError

    def _say_draft(self, typed: str) -> None:
        """Say what is being received."""
        raise NotImplementedError

    def _stop(self, problem: str, text: str = "") -> None:
        """Say what is wrong and ask again."""
        raise NotImplementedError

    def _dropped(self) -> str:
        """Forget what was typed ahead and name it."""
        raise NotImplementedError

    # The place

    def _place_for(self, line: ReceivingLine) -> tuple[Location | None, str]:
        """Where it goes and why: as the clerk said, as line, order or part want it, or where the last one went."""
        if self._scanned_place is not None:
            return self._scanned_place, "as you said"
        if line.destination is not None:
            return line.destination, f"for the {line.destination_of}"
        return self._usual_place, "as before"

    def _ask_place(self, *, hold: bool = False) -> None:
        self._stage = "place"
        what = self._draft.line.label if self._draft_now else "everything from now on"
        self._prompt.say(f"Where does {what} go?", "bold")
        self._show_choices(_place_choices(self.bincard.recent_locations))
        self._prompt.ask("Location:", placeholder="scan or name", hold=hold)
        self.refresh_footer()

    def _take_place(self, text: str) -> None:
        choice = self._choices.current
        if not text and choice is not None:
            self._set_place(choice.value)
        elif not text:
            self._after_place()
        elif any(hit.is_exact for hit in match(text, self._lines)):
            # The next item, scanned before anybody could know that a place would be asked for.
            self._prompt.keep(text)
            self._ask_place(hold=True)
        else:
            self._prompt.busy("Looking up")
            self.find_places(text)

    def on_receive_work_places_found(self, message: ReceiveWork.PlacesFound) -> None:
        if self._stage != "place":
            return
        if message.problem or not message.places:
            problem = message.problem or f"No location matches {message.text}."
            self._prompt.say(f"{problem} {self._dropped()}", "bold $bad", "!! ")
            self.bincard.bell()
            self._prompt.ask("Location:", placeholder="scan or name", hold=True)
        elif len(message.places) == 1:
            self._set_place(message.places[0])
        else:
            self._prompt.say(f"{len(message.places)} locations match {message.text}: which? {self._dropped()}", "bold")
            self._show_choices(_place_choices(message.places))
            self._prompt.ask("Location:", placeholder="Enter, or type to search")

    def _set_place(self, place: Location) -> None:
        if place.structural:
            problem = f"{place.path} is structural and holds no stock itself."
            self._stop(problem)
            return
        self.bincard.remember_location(place)
        if self._stage == "place" and self._draft_now is not None and self._draft.amount is not None:
            # Asked because nobody knew: it also stands for the next line that has no place of its own.
            self._usual_place = place
        else:
            self._scanned_place = place
            self._show_result(f"Everything goes to {place.path} from now on.")
        self._after_place()

    def _after_place(self) -> None:
        draft = self._draft_now
        if draft is None:
            self._ask_item()
        elif self._stage == "place" and draft.amount is not None and self._place_for(draft.line)[0] is not None:
            self._hide_choices()
            self._go_on()
        else:
            self._ask_quantity()

    # The other fields

    def _go_to_field(self, key: str) -> None:
        draft = self._draft_now
        if key == "location":
            if draft is not None:
                draft.amount = None
            self._ask_place()
        elif draft is None or self._stage not in ("quantity", "extra"):
            self._prompt.say("First the item; then batch, serials and the rest.", "bold $warn", "! ")
            self._prompt.ask("Item:", hold=True)
        elif key in ("next", "before"):
            self._open_field(next_field(self._fields, self._field, 1 if key == "next" else -1))
        else:
            chosen = field_called(key)
            self._open_field(chosen if chosen in self._fields else None)

    def _open_field(self, chosen: ExtraField | None) -> None:
        if chosen is None:
            self._ask_quantity()
            return
        self._stage, self._field = "extra", chosen
        self._hide_choices()
        if chosen.name == "status":
            self._prompt.busy("Status")
            self.read_statuses()
            return
        self._say_draft(self._draft.typed)
        self._prompt.ask(f"{chosen.label}:", chosen.shown(self._draft.extras), placeholder=chosen.hint)

    def on_receive_work_statuses_known(self, message: ReceiveWork.StatusesKnown) -> None:
        if self._field is None or self._draft_now is None:
            return
        if message.problem:
            self._ask_quantity(message.problem)
            return
        self._statuses = message.statuses
        self._show_choices(status_choices(self._statuses, ""))
        self._prompt.ask(f"{self._field.label}:", self._field.shown(self._draft.extras), placeholder=self._field.hint)

    def _take_extra(self, text: str) -> None:
        draft, chosen = self._draft, self._field
        try:
            if chosen is None or chosen.name == "status":
                fitting = status_choices(self._statuses, text)
                current = self._choices.current
                picked = current.value if current is not None and current in fitting else fitting[0].value
                draft.extras = replace(draft.extras, status=picked)
            else:
                draft.extras = chosen.into(draft.extras, text)
        except ValueError as error:
            self._prompt.say(f"{error}.", "bold $bad", "!! ")
            self._prompt.ask(f"{chosen.label}:" if chosen else "", text, hold=True)
            return
        self._ask_quantity()


def _place_choices(places: Sequence[Location]) -> list[Choice]:
    return [Choice(place, place.path, "structural, holds no stock" if place.structural else "") for place in places]
