"""What can be done in a variance review; mixed into the screen that shows it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from textual import work
from textual.message import Message

from tui.actions import Action
from tui.api_errors import ApiError
from tui.counting.papers import Paper, papers_for
from tui.counting.review import (
    CountSession,
    LineState,
    Result,
    Review,
    ReviewLine,
    Rights,
    SessionState,
    legal_for_lines,
    legal_for_session,
    load_parked,
    load_reasons,
    post,
    recount,
    steer,
)
from tui.history import Place
from tui.screens.list_commands import ListCommands
from tui.screens.picker import Picker
from tui.views.formats import money, signed
from tui.widgets.choice_list import Choice

__all__ = ["ReviewCommands", "join_session"]

#: Command -> what `legal_for_session` or `legal_for_lines` calls it.
_FOR_SESSION = {
    "review.finish": "close", "review.reopen": "reopen", "review.cancel": "cancel", "review.post": "post",
    "review.join": "count",
}  # fmt: skip
_FOR_LINES = {"review.approve": "approve", "review.recount": "recount"}


class ReviewCommands(ListCommands):
    """Commands of a review; what they are for is said by the screen."""

    rights: Rights
    review: Review | None = None

    class Fetched(Message):
        """Something that a dialog needs is there: `then` goes on with it."""

        def __init__(self, then: Callable[[Any], Awaitable[None]], what: Any) -> None:
            super().__init__()
            self.then = then
            self.what = what

    class NotFetched(Message):
        """It is not."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def chosen_lines(self) -> list[ReviewLine]:
        """The marked lines as they are now, or the one under the cursor."""
        raise NotImplementedError

    def load(self) -> None:
        """Ask the server again."""
        raise NotImplementedError

    def from_the_top(self) -> None:
        """Ask the server again, and go to what matters most."""
        raise NotImplementedError

    def lines_done(self, results: Sequence[Result]) -> None:
        """So many lines were dealt with; keep what was said of those that were refused."""
        raise NotImplementedError

    # What is legal

    def offers(self, action: Action) -> bool:
        review = self.review
        if action.id in _FOR_SESSION:
            return review is not None and _FOR_SESSION[action.id] in legal_for_session(
                review.session, self.rights, review
            )
        if action.id in _FOR_LINES:
            return _FOR_LINES[action.id] in self._legal()
        if action.id == "review.parked":
            return review is not None and review.session.parked > 0
        if action.id == "review.export":
            return review is not None
        return super().offers(action)

    def _legal(self) -> Mapping[str, list[int]]:
        if self.review is None:
            return {}
        return legal_for_lines(self.review.session, self.chosen_lines(), self.rights)

    @property
    def _session(self) -> CountSession:
        if self.review is None:
            raise RuntimeError("nothing is offered before the session is loaded")
        return self.review.session

    # Lines

    @work(exclusive=True, group="fetch")
    async def _fetch(self, fetch: Callable[[], Awaitable[Any]], then: Callable[[Any], Awaitable[None]]) -> None:
        try:
            what = await fetch()
        except ApiError as error:
            self.post_message(self.NotFetched(str(error)))
        else:
            self.post_message(self.Fetched(then, what))

    async def on_review_commands_fetched(self, message: Fetched) -> None:
        await message.then(message.what)

    def on_review_commands_not_fetched(self, message: NotFetched) -> None:
        self.bincard.announce(message.why, "error")

    async def do_review_approve(self) -> None:
        """Ask for the reason, then approve and post."""
        client = self.bincard.session.client
        self._fetch(lambda: load_reasons(client), self._ask_reason)

    async def _ask_reason(self, reasons: Sequence[tuple[str, str]]) -> None:
        from tui.screens.count_review_deeds import ApproveDialog

        keys = self._legal().get("approve", [])
        if not reasons:
            self.bincard.announce("The server has no reasons to choose from; staff can add some.", "error")
        elif keys and self.review is not None:
            lines = [line for line in self.review.lines if line.pk in keys]
            dialog = ApproveDialog(self._session.pk, keys, f"Approve {_worth(lines)}", reasons)
            await self.bincard.push_screen(dialog, self._done)

    def _done(self, results: Sequence[Result] | None) -> None:
        if results is None:
            self.load()  # what came of an answer that was lost
        else:
            self.lines_done(results)

    async def do_review_recount(self) -> None:
        """Have lines counted once more."""
        keys, client = self._legal().get("recount", []), self.bincard.session.client
        lines = "this line" if len(keys) == 1 else f"these {len(keys)} lines"
        await self._ask(
            f"Have {lines} counted again? Who counted before cannot do it.", "Recount",
            lambda session: recount(client, session.pk, keys), self._done,
        )  # fmt: skip

    async def do_review_post(self) -> None:
        """Post what is accepted."""
        review, client = self.review, self.bincard.session.client
        if review is None:
            return
        marked = self._legal().get("post", []) if self.table.marked_keys else []
        keys = marked or [line.pk for line in review.lines if line.state == LineState.ACCEPTED]
        which = "the marked" if marked else "all"
        await self._ask(
            f"Post {which} {len(keys)} accepted lines? Each becomes a count in the history of its item.", "Post",
            lambda session: post(client, session.pk, keys), self._done,
        )  # fmt: skip

    # The session

    async def _ask(
        self, question: str, verb: str, do: Callable[[CountSession], Awaitable[Any]], then: Callable[[Any], None],
        figures: Callable[[CountSession], Sequence[str]] = lambda session: (),
    ) -> None:  # fmt: skip
        from tui.screens.count_review_deeds import SessionDeed

        await self.bincard.push_screen(SessionDeed(self._session, question, verb, do, figures), then)

    def _steered(self, session: CountSession | None) -> None:
        if session is not None:
            self.bincard.announce(f"{session.reference} is {_STATES.get(session.state, 'changed')}.", "good")
        self.from_the_top()

    async def do_review_finish(self) -> None:
        """End the counting or the review."""
        client, session = self.bincard.session.client, self._session
        what = "counting" if session.state == SessionState.COUNTING else "review"
        await self._ask(
            f"End the {what} of {session.title}?", "Close it",
            lambda now: steer(client, now.pk, "close", incomplete=bool(_open_figures(now))), self._steered,
            _open_figures,
        )  # fmt: skip

    async def do_review_reopen(self) -> None:
        """Go on counting."""
        client, session = self.bincard.session.client, self._session
        await self._ask(
            f"Go on counting {session.title}? The lines are judged anew when it is closed.", "Reopen",
            lambda now: steer(client, now.pk, "reopen"), self._steered,
        )  # fmt: skip

    async def do_review_cancel(self) -> None:
        """Give the session up."""
        client, session = self.bincard.session.client, self._session
        await self._ask(
            f"Cancel {session.title}? Nothing more of it is posted, and it cannot be taken up again.",
            "Cancel session", lambda now: steer(client, now.pk, "cancel"), self._steered,
            lambda now: (f"{now.counted} counted lines are given up.",) if now.counted else (),
        )  # fmt: skip

    async def do_review_join(self) -> None:
        """Count lines of this session."""
        await join_session(self, self._session)

    # Papers and codes

    async def do_review_export(self) -> None:
        """Choose a paper, then a file."""
        choices = [Choice(paper, paper.title) for paper in papers_for(self.rights)]
        await self.bincard.push_screen(Picker("Save what?", choices), self._ask_file)

    async def _ask_file(self, paper: Paper | None) -> None:
        from tui.screens.count_review_papers import save_paper

        if paper is not None:
            dialog = save_paper(self.bincard.session.client, self._session, paper)
            await self.bincard.push_screen(dialog, self._saved)

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self.bincard.announce(f"Saved as {path}", "good")

    async def do_review_parked(self) -> None:
        """Show the codes that nobody knew."""
        client, pk = self.bincard.session.client, self._session.pk
        self._fetch(lambda: load_parked(client, pk), self._show_parked)

    async def _show_parked(self, rows: Sequence[Mapping[str, Any]]) -> None:
        choices = [
            Choice(
                str(row.get("barcode") or ""),
                str(row.get("barcode") or ""),
                " · ".join(
                    filter(
                        None,
                        (
                            str(row.get("note") or ""),
                            str(row.get("user_name") or ""),
                            str(row.get("moment") or "")[:16],
                        ),
                    )
                ),
            )
            for row in rows
        ]
        await self.bincard.push_screen(Picker("Codes that nobody knew; Enter looks one up", choices), self._look_up)

    async def _look_up(self, code: str | None) -> None:
        if code:
            await self.bincard.open_scanned(code)

    async def do_review_card(self) -> None:
        """Show the bin card of the line's item."""
        row: ReviewLine | None = self.table.current_row
        if row is None:
            return
        if row.item is not None:
            await self.bincard.go(Place("card", "stockitem", row.item, title=row.name))
        elif row.part is not None:
            await self.bincard.go(Place("card", "part", row.part, title=row.name))


_STATES: Mapping[int, str] = {
    SessionState.COUNTING: "open for counting again", SessionState.REVIEW: "in review", SessionState.POSTED: "done",
    SessionState.CANCELLED: "cancelled",
}  # fmt: skip


def _open_figures(session: CountSession) -> list[str]:
    """What is open when a session is closed; nothing where all is done."""
    if session.state == SessionState.COUNTING:
        if not session.left:
            return []
        later = f" ({session.skipped} put off)" if session.skipped else ""
        return [f"{session.left} of {session.lines} lines are not counted{later}; they stay as they are in the record."]
    said = [f"{session.recount} lines are to be counted again" if session.recount else ""]
    said.append(f"{session.to_approve} are to be approved" if session.to_approve else "")
    said.append(f"{session.to_post} are accepted and not posted" if session.to_post else "")
    told = [text for text in said if text]
    # Who may not know how lines were judged is told that something may be left.
    unknown = session.to_approve is None
    if not told:
        return ["What is not posted by now is given up."] if unknown else []
    return [f"{', '.join(told)}; they are given up."]


def _worth(lines: Sequence[ReviewLine]) -> str:
    """What is approved: of one line the variance, of several how much too little and too much, never netted."""
    if len(lines) == 1:
        return f"{signed(lines[0].variance)} of {lines[0].name}"
    less = sum(-line.value for line in lines if line.value is not None and line.value < 0)
    more = sum(line.value for line in lines if line.value is not None and line.value > 0)
    worth = [f"{money(less)} too little" if less else "", f"{money(more)} too much" if more else ""]
    told = ", ".join(filter(None, worth))
    return f"{len(lines)} lines" + (f": {told}" if told else "")


async def join_session(screen: ListCommands, session: CountSession) -> None:
    """Go to the sheet of a session; to the one begun before on this machine, if there is one."""
    from tui.counting.book import Scope
    from tui.counting.journal import JournalError

    app = screen.bincard
    try:
        begun = [each.sheet for each in app.count_desk.unfinished() if each.sheet.session == session.pk]
    except JournalError as error:
        app.announce(str(error), "error")
        return
    if begun:
        await app.go(Place("count", "countsheet", None, text=begun[0].key))
    else:
        app.begin_count(Scope(session.title, session=session.pk), session.blind)
