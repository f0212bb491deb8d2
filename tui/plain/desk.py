"""What the plain commands share: the session, the conversation, and how a code becomes a stock item or a location."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from tui.api_client import Conflict, Forbidden, Invalid, Json, NotFound
from tui.api_models import Location, StockItem
from tui.orders.codes import looks_like_code
from tui.plain.talk import Talk
from tui.session import Session
from tui.stock_actions import ActionError, Hit, Posting, Preview, StockActions, find, item_of, read_item
from tui.walking import walking_key

__all__ = ["KINDS", "Desk", "SheetAsked", "where_and_what"]

_DETAILS: Final = {"part_detail": True, "location_detail": True}
_MOST: Final = 30
#: What the API's models are called by people.
KINDS: Final = {
    "part": "part", "stockitem": "stock item", "stocklocation": "location", "supplierpart": "supplier part",
    "manufacturerpart": "manufacturer part",
}  # fmt: skip
#: What concerns the one item alone: the next one can be done all the same.
_OF_ONE: Final = (ActionError, Conflict, Forbidden, Invalid, NotFound)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SheetAsked:
    """A sheet to count, as the command line names it: one of these, or none to just start scanning."""

    location: str = ""
    category: str = ""
    due: int = 0
    session: int = 0
    """The key of a count session that the server has already."""
    resume: bool = False
    """Go on with the newest sheet that is not finished."""
    shown: bool = False
    """Whether what is expected is to be told, where that is allowed."""


@dataclass(slots=True)
class Desk:
    """Where one plain command works. `here` is the location that was scanned last: parts are looked for there.

    `sheet` is what the command line wants counted, None when it does not say.
    """

    session: Session
    talk: Talk
    actions: StockActions
    here: Location | None = field(default=None)
    sheet: SheetAsked | None = None

    async def hits(self, text: str) -> Sequence[Hit]:
        """What a text or a scan may mean; only the exact ones, where there are such."""
        found = await find(self.session.client, text, scanned=looks_like_code(text), limit=_MOST)
        exact = [hit for hit in found.hits if hit.is_exact]
        return exact or found.hits

    async def item(self, text: str) -> StockItem | None:
        """The stock item that a text or scan means; asks which where there are several.

        A location becomes `here`. None, with the reason said, when there is none.
        """
        hit = await self.choose(await self.hits(text), lambda hit: f"{hit.title}, {KINDS[hit.model]}, {hit.detail}")
        if hit is None:
            self.talk.complain(f"{text}: nothing in stock is known by that")
            return None
        model, pk = hit.target
        if model == "stocklocation":
            self.here = Location.of(hit.row)
            self.talk.say(f"At {self.here.path}.")
            return None
        if model == "stockitem":
            return await read_item(self.session.client, pk)
        items = await self.items_of(pk) if model == "part" else []
        item = await self.choose(items, where_and_what)
        if item is None:
            place = f" in {self.here.path}" if self.here else ""
            self.talk.complain(f"{hit.title}: no stock{place}" if not items else f"{hit.title}: not chosen")
        return item

    async def items_of(self, part: int) -> list[StockItem]:
        """What is in stock of a part, in walking order; only what lies `here`, once a location was scanned."""
        params: Json = {**_DETAILS, "part": part, "in_stock": True}
        if self.here is not None:
            params |= {"location": self.here.pk, "cascade": True}
        page = await self.session.client.page("stock/", 0, _MOST, params)
        items = [item_of(row, "GET stock/") for row in page.results]
        return sorted(items, key=lambda item: (walking_key(item.location_path), item.label))

    async def location(self, text: str) -> Location | None:
        """The location that a text or scan means; None, with the reason said, when there is none."""
        places = [hit for hit in await self.hits(text) if hit.model == "stocklocation"]
        hit = await self.choose(places, lambda hit: hit.title)
        if hit is None:
            self.talk.complain(f"{text}: no location is known by that")
            return None
        return Location.of(hit.row)

    async def choose(self, among: Sequence[T], shown: Callable[[T], str]) -> T | None:
        """The only one, or the one whose number is given; None for none. A program must name the only one."""
        if len(among) <= 1:
            return among[0] if among else None
        if not self.talk.person:
            return None
        for number, each in enumerate(among, 1):
            self.talk.say(f"{number}: {shown(each)}")
        answer = (await self.talk.ask(f"Which, 1 to {len(among)}") or "").strip()
        return among[int(answer) - 1] if answer.isdecimal() and 1 <= int(answer) <= len(among) else None

    async def post(self, preview: Preview) -> Posting | None:
        """Post what may be posted, after asking where something is odd; None, with the reason said, when it was not.

        Raises ApiError when the server cannot be reached or the user is no longer signed in.
        """
        for refusal in preview.all_refusals:
            self.talk.complain(refusal)
        if preview.is_refused:
            return None
        for warning in preview.all_warnings:
            self.talk.say(f"Note: {warning}.")
        if preview.all_warnings and not await self.talk.agree("Post it all the same?"):
            self.talk.complain("not posted: look at the note (--yes posts all the same)")
            return None
        try:
            posting = await self.actions.post(preview)
        except _OF_ONE as error:
            self.talk.complain(str(error))
            return None
        for mismatch in posting.mismatches:
            self.talk.complain(mismatch)
        return posting

    async def undo(self) -> None:
        """Take the last posting of this conversation back."""
        try:
            plan = await self.actions.plan_undo()
            await self.actions.undo(plan)
        except _OF_ONE as error:
            self.talk.complain(str(error))
        else:
            self.talk.say("Taken back.")


def where_and_what(item: StockItem) -> str:
    """A stock item as a choice: place, name, quantity left out (a counter is not to see it)."""
    return ", ".join(text for text in (item.location_path or "no location", item.label, item.packaging) if text)
