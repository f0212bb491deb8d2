"""What receiving asks the server, in workers that post messages: the order, codes, places, receipts.

Mixed into the screen; nothing here touches a widget.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.api_models import Location, StatusChoice
from tui.orders.codes import Known, looks_like_code, own_code
from tui.orders.receipts import Receipt
from tui.orders.receiving_desk import ReceiptUnresolved, Received, ReceivingDesk, known_at, location_at, look_back
from tui.scanning.label import read_label
from tui.screens.base import BincardScreen
from tui.stock_actions.posting import ActionError
from tui.views.locations import search_locations

__all__ = ["ReceiveWork"]

#: Seconds between looks at what became of a receipt whose answer was lost.
_LOOK_AGAIN: Final = 3.0
#: What a place for returned goods is usually called.
_QUARANTINE: Final = "quarantine"


class ReceiveWork(BincardScreen):
    """The requests of the receive screen."""

    desk: ReceivingDesk | None = None

    class Loaded(Message):
        """The order is there; `cut_off` says what became of receipts of an earlier session."""

        def __init__(self, cut_off: Sequence[str] = (), place: Location | None = None) -> None:
            super().__init__()
            self.cut_off = tuple(cut_off)
            self.place = place

    class NotLoaded(Message):
        """The order could not be read."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    class LookedUp(Message):
        """What the server says of a code: something it knows, or a location of that name."""

        def __init__(self, text: str, known: Known | None, place: Location | None, problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.known = known
            self.place = place
            self.problem = problem

    class PlacesFound(Message):
        """Locations for what was typed as one, best first."""

        def __init__(self, text: str, places: Sequence[Location], problem: str = "") -> None:
            super().__init__()
            self.text = text
            self.places = tuple(places)
            self.problem = problem

    class StatusesKnown(Message):
        """The statuses that a stock item can have."""

        def __init__(self, statuses: Sequence[StatusChoice], problem: str = "") -> None:
            super().__init__()
            self.statuses = tuple(statuses)
            self.problem = problem

    class Posted(Message):
        """A receipt was posted."""

        def __init__(self, received: Received) -> None:
            super().__init__()
            self.received = received

    class NotPosted(Message):
        """A receipt was not posted, or nobody knows."""

        def __init__(self, receipt: Receipt, error: ActionError | ApiError | None) -> None:
            super().__init__()
            self.receipt = receipt
            self.error = error

    class StillUnknown(Message):
        """It is still not known what became of a receipt."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class AllIn(Message):
        """All lines are received, and the order has been read again."""

    @work(exclusive=True, group="order")
    async def load_order(self, desk: ReceivingDesk, *, first: bool) -> None:
        """Read the order; the first time also say what was cut off, and find a place for returned goods."""
        session = self.bincard.session
        try:
            await desk.load()
            cut_off = await look_back(session) if first else []
            place = await self._quarantine() if first and desk.kind.name == "return" else None
        except ApiError as error:
            self.post_message(self.NotLoaded(error))
        else:
            self.post_message(self.Loaded(cut_off, place))

    async def _quarantine(self) -> Location | None:
        places = await search_locations(self.bincard.session.client, _QUARANTINE)
        fitting = [place for place in places if not place.structural and _QUARANTINE in place.name.casefold()]
        return fitting[0] if len(fitting) == 1 else None

    @work(exclusive=True, group="lookup")
    async def look_up(self, text: str) -> None:
        """Ask what a code is: something the server knows, else a location called just that."""
        client = self.bincard.session.client
        known, place = None, None
        try:
            known = await self._known(text)
            if known is not None and known.model == "stocklocation":
                place = await location_at(client, known)
            elif known is None:
                place = await self._place_called(text)
        except ApiError as error:
            self.post_message(self.LookedUp(text, None, None, str(error)))
        else:
            self.post_message(self.LookedUp(text, known, place))

    async def _known(self, text: str) -> Known | None:
        """What the server knows a code as, or else one of the codes on a label."""
        client = self.bincard.session.client
        known = await known_at(client, text) if looks_like_code(text) else None
        label = read_label(text)
        for code in label.codes if label is not None and known is None else ():
            known = known or await known_at(client, code)
        return known

    async def _place_called(self, text: str) -> Location | None:
        wanted = text.casefold()
        places = await search_locations(self.bincard.session.client, text)
        exact = [place for place in places if wanted in (place.name.casefold(), place.path.casefold())]
        return exact[0] if len(exact) == 1 else None

    @work(exclusive=True, group="lookup")
    async def find_places(self, text: str) -> None:
        """Find the location meant by a scan or a name; one that fits exactly is the only one given."""
        client = self.bincard.session.client
        try:
            known = own_code(text) or (await known_at(client, text) if looks_like_code(text) else None)
            if known is not None and known.model == "stocklocation":
                places = [await location_at(client, known)]
            else:
                places = await search_locations(client, text)
        except ApiError as error:
            self.post_message(self.PlacesFound(text, (), str(error)))
        else:
            wanted = text.casefold()
            exact = [place for place in places if wanted in (place.name.casefold(), place.path.casefold())]
            self.post_message(self.PlacesFound(text, exact if len(exact) == 1 else places))

    @work(exclusive=True, group="lookup")
    async def read_statuses(self) -> None:
        """Ask which statuses there are; they are kept for the session."""
        try:
            self.post_message(self.StatusesKnown(await self.bincard.session.statuses("stock")))
        except ApiError as error:
            self.post_message(self.StatusesKnown((), str(error)))

    @work(group="post")
    async def post_receipt(self, desk: ReceivingDesk, receipt: Receipt) -> None:
        """Post it."""
        try:
            self.post_message(self.Posted(await desk.post(receipt)))
        except (ActionError, ApiError) as error:
            self.post_message(self.NotPosted(receipt, error))

    @work(exclusive=True, group="settle")
    async def settle(self, desk: ReceivingDesk, unresolved: ReceiptUnresolved) -> None:
        """Wait for the server and find out what became of a receipt; goes on until that is known."""
        client = self.bincard.session.client
        while True:
            await client.until_back()
            try:
                received = await desk.settle(unresolved)
            except ReceiptUnresolved as error:
                self.post_message(self.StillUnknown(str(error)))
                await asyncio.sleep(_LOOK_AGAIN)
                continue
            if received is None:
                self.post_message(self.NotPosted(unresolved.receipt, None))
            else:
                self.post_message(self.Posted(received))
            return

    @work(exclusive=True, group="order")
    async def read_order_again(self, desk: ReceivingDesk) -> None:
        """See whether the order has completed itself."""
        try:
            await desk.refresh_order()
        except ApiError as error:
            self.post_message(self.NotLoaded(error))
        else:
            self.post_message(self.AllIn())
