"""Choose a location by part of its name, searched on the server while typing."""

from collections.abc import Sequence

from textual import work
from textual.message import Message
from textual.widgets import Input

from tui.api_errors import ApiError
from tui.api_models import Location
from tui.screens.picker import Picker
from tui.views.locations import search_locations
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.field import Field

__all__ = ["LocationPicker"]

PAUSE = 0.12


class LocationPicker(Picker):
    """Ends with a Location, or None. Enter before the answer has come takes the best match when it comes."""

    class Found(Message):
        """The locations for what was typed."""

        def __init__(self, text: str, locations: Sequence[Location], problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.locations = locations
            self.problem = problem

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__(title, placeholder="name or scan")
        self._text = text
        self._answered: str | None = None
        self._waiting = False

    def on_mount(self) -> None:
        recent = [Choice(place, place.path) for place in self.bincard.recent_locations]
        self.query_one(ChoiceList).set_choices(recent, empty="Type part of the location's name.")
        self.query_one(Field).value = self._text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.prevent_default()
        self._search(event.value.strip())

    def narrow(self, text: str) -> None:
        """The server does that."""

    @work(exclusive=True, group="locations")
    async def _search(self, text: str) -> None:
        if not text:
            return
        import asyncio

        await asyncio.sleep(PAUSE)
        try:
            self.post_message(self.Found(text, await search_locations(self.bincard.session.client, text)))
        except ApiError as error:
            self.post_message(self.Found(text, (), str(error)))

    def on_location_picker_found(self, message: Found) -> None:
        self._answered = message.text
        choices = [Choice(place, place.path, "structural" if place.structural else "") for place in message.locations]
        self.query_one(ChoiceList).set_choices(choices, empty=message.problem or "No location matches.")
        if self._waiting:
            self._waiting = False
            self._take()

    async def do_dialog_accept(self) -> None:
        text = self.query_one(Field).value.strip()
        if text and text != self._answered:
            self._waiting = True
            return
        self._take()

    def _take(self) -> None:
        choice = self.query_one(ChoiceList).current
        if choice is not None:
            self.bincard.remember_location(choice.value)
            self.dismiss(choice.value)
        else:
            self.bincard.bell()
