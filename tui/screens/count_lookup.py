"""What the count screen asks the server while somebody waits for it. Mixed in; nothing here touches a widget."""

from decimal import Decimal

from textual import work
from textual.message import Message

from tui.api_models import Location
from tui.counting.journal import Sheet
from tui.counting.lines import CountLine
from tui.counting.lookup import CodeFound, find_code, move_here
from tui.screens.base import BincardScreen

__all__ = ["CountLookup"]


class CountLookup(BincardScreen):
    """The requests of the count screen."""

    class LookedUp(Message):
        """What the server says of a code."""

        def __init__(self, text: str, quantity: Decimal | None, found: CodeFound) -> None:
            super().__init__()
            self.text = text
            self.quantity = quantity
            self.found = found

    class Moved(Message):
        """An item was moved to where it was found, or not."""

        def __init__(self, line: CountLine, destination: Location, problem: str = "") -> None:
            super().__init__()
            self.line = line
            self.destination = destination
            self.problem = problem

    @work(exclusive=True, group="look up")
    async def look_up(self, sheet: Sheet, text: str, quantity: Decimal | None, here: int | None) -> None:
        """Ask what a code is; `here` is the location where the counter stands."""
        found = await find_code(self.bincard.session.client, sheet, text, here)
        self.post_message(self.LookedUp(text, quantity, found))

    @work(group="move")
    async def move_here(self, sheet: Sheet, line: CountLine, destination: Location) -> None:
        """Move all of an item to where it was found."""
        problem = await move_here(self.bincard.session.client, self.bincard.stock_actions, sheet, line, destination)
        self.post_message(self.Moved(line, destination, problem))
