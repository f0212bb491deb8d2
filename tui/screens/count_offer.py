"""What the app does for counting: choose what to count, make the sheet, go on with a count that was cut off.

Mixed into the app. What counting needs is imported when it is first wanted, so that a start of the client costs none of
it; all that is looked at there is whether the journal's file exists.
"""

from typing import TYPE_CHECKING, Any

from textual import work
from textual.message import Message

from tui.api_errors import ApiError
from tui.commands import CommandApp
from tui.history import Place
from tui.paths import state_dir

if TYPE_CHECKING:
    from tui.config import Launch
    from tui.counting.book import Scope
    from tui.counting.count import Count
    from tui.counting.desk import CountDesk, Unfinished
    from tui.counting.poster import Progress
    from tui.screens.count_start import Here
    from tui.session import Session

__all__ = ["CountApp"]


class CountApp(CommandApp):
    """The part of the app that begins counts."""

    session: "Session"
    launch: "Launch"
    _count_desk: "CountDesk | None" = None
    _held_up = 0
    _counts_offered: str | None = None
    """The user who has been offered to go on."""

    class CountBegun(Message):
        """A sheet is made."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class CountNotBegun(Message):
        """It is not, for this reason."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    async def go(self, place: Place) -> None:
        """Go to a place."""
        raise NotImplementedError

    def announce(self, notice: str, severity: str = "information") -> None:
        """Say something in the status line."""
        raise NotImplementedError

    def set_status(self, **changes: Any) -> None:
        """Change what the status line shows."""
        raise NotImplementedError

    @property
    def count_desk(self) -> "CountDesk":
        """The counts of this session; made when it is first wanted."""
        if self._count_desk is None:
            from tui.counting.desk import CountDesk

            self._count_desk = CountDesk(self.session)
            self._count_desk.subscribe(self._counts_changed)
        return self._count_desk

    def _counts_changed(self, key: str, progress: "Progress") -> None:
        if self._count_desk is not None:
            held_up = self._count_desk.held_up
            if held_up != self._held_up:  # the line is drawn on every screen: not for each line that is counted
                self._held_up = held_up
                self.set_status(waiting=held_up)

    async def close_counts(self) -> None:
        """Stop posting counts: the session ends, or belongs to somebody else from now on."""
        desk, self._count_desk = self._count_desk, None
        if desk is not None:
            await desk.aclose()
            self._held_up = 0
            self.set_status(waiting=0)

    def count_done(self, count: "Count") -> None:
        """A count is left with nothing open: forget it if the server has all of it."""
        from tui.counting.journal import JournalError

        try:
            self.count_desk.finish_if_done(count)
        except JournalError as error:
            self.announce(str(error), "error")

    # Going on

    async def offer_counts(self) -> None:
        """Post what an earlier client did not, and offer to go on with its count; at the start, once for each user.

        Also where the server is away: counting goes on without it.
        """
        if not (state_dir() / "counts" / "counts.sqlite3").exists() or self.launch.read_only:
            return
        if not self.session.user_name:
            return  # not known yet whose counts they would be
        if self._counts_offered == self.session.user_name:
            if self._count_desk is not None:
                self._count_desk.hurry()
            return
        self._counts_offered = self.session.user_name
        unfinished = self._unfinished()
        if not unfinished:
            return
        self._post_left_behind()
        if len(self.screen_stack) > 1:
            self.announce(f"A count is not finished: {unfinished[0].sheet.title}; n goes on with it.", "warning")
            return
        from tui.screens.order_question import Question

        newest = unfinished[0]

        async def agreed(yes: bool | None) -> None:
            if yes:
                await self._go_on(newest.sheet.key)

        question = f"Go on counting {newest.sheet.title}? {newest.figures}."
        await self.push_screen(Question(question, "Go on"), agreed)

    def _post_left_behind(self) -> None:
        from tui.counting.journal import JournalError

        try:
            self.count_desk.post_left_behind()
        except JournalError as error:
            self.announce(str(error), "error")

    def _unfinished(self) -> "list[Unfinished]":
        from tui.counting.journal import JournalError

        try:
            return self.count_desk.unfinished()
        except JournalError as error:
            self.announce(str(error), "error")
            return []

    async def _go_on(self, key: str) -> None:
        await self.go(Place("count", "countsheet", None, text=key))

    # Beginning

    async def do_app_counts(self) -> None:
        """Choose what to count."""
        from tui.screens.count_start import CountStart

        start = CountStart(
            self.here_to_count(),
            self._unfinished(),
            may_lead=self.session.can("stock", "change"),
            knows_due=self.session.is_bincard,
            desk=self.count_desk,
        )

        async def chosen(what: "Scope | str | None") -> None:
            await self._chosen(what, start.blind, start.mode)

        await self.push_screen(start, chosen)

    async def do_app_sessions(self) -> None:
        """Show the count sessions of the server."""
        if self.session.is_bincard:
            await self.go(Place("sessions", "countsession", None, title="Count sessions"))
        else:
            self.announce("Count sessions are kept by a Bincard server; this is another one.", "warning")

    async def do_app_planner(self) -> None:
        """Show what is due to be counted."""
        await self.go(Place("planner", "stocklocation", None))

    def here_to_count(self) -> "Here":
        """Where the cursor is, and what is marked."""
        raise NotImplementedError

    async def _chosen(self, what: "Scope | str | None", blind: bool, mode: str) -> None:
        if what is None:
            return
        if not isinstance(what, str):
            self.begin_count(what, blind, mode)
        elif what == "location":
            await self._ask_location(blind, mode)
        elif what == "category":
            await self._ask_category(blind, mode)
        else:
            await self._go_on(what)

    async def _ask_location(self, blind: bool, mode: str) -> None:
        from tui.counting.book import Scope
        from tui.screens.location_picker import LocationPicker

        def begin(location: Any) -> None:
            if location is not None:
                self.begin_count(Scope(location.path, location=location.pk), blind, mode)

        await self.push_screen(LocationPicker("Count which location?"), begin)

    async def _ask_category(self, blind: bool, mode: str) -> None:
        from tui.screens.count_category import CategoryPicker

        def begin(scope: "Scope | None") -> None:
            if scope is not None:
                self.begin_count(scope, blind, mode)

        await self.push_screen(CategoryPicker(), begin)

    @work(exclusive=True, group="begin count")
    async def begin_count(self, scope: "Scope", blind: bool, mode: str = "single") -> None:
        """Make the sheet and go to it."""
        from tui.counting.journal import JournalError

        self.announce("Making the sheet ...")
        try:
            count = await self.count_desk.begin(scope, blind=blind, mode=mode)
        except (ApiError, JournalError) as error:
            self.post_message(self.CountNotBegun(str(error)))
        else:
            self.post_message(self.CountBegun(count.sheet.key))

    async def on_count_app_count_begun(self, message: CountBegun) -> None:
        self.announce("")
        await self._go_on(message.key)

    def on_count_app_count_not_begun(self, message: CountNotBegun) -> None:
        self.announce(f"No count begun: {message.reason}", "error")
