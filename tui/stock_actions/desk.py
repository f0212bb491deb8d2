"""The stock actions of one session: they are posted to the end, remembered, and can be taken back."""

import asyncio

from tui.session import Session
from tui.stock_actions.left_behind import Attempt
from tui.stock_actions.posting import Poster, Posting, Unresolved
from tui.stock_actions.preview import Preview
from tui.stock_actions.undo import CannotUndo, UndoPlan, plan_undo

__all__ = ["StockActions"]

_KEPT = 100


class StockActions:
    """Posts for a session and keeps its journal (the postings, oldest first)."""

    def __init__(self, session: Session, *, poster: Poster | None = None) -> None:
        self.journal: list[Posting] = []
        self._session = session
        self._poster = poster or Poster(session)
        self._under_way: set[asyncio.Task[Posting]] = set()

    @property
    def last(self) -> Posting | None:
        """The newest posting that has not been undone."""
        return next((posting for posting in reversed(self.journal) if not posting.undone), None)

    @property
    def busy(self) -> bool:
        """Whether something is being posted."""
        return bool(self._under_way)

    async def post(self, preview: Preview) -> Posting:
        """Post and read back, and keep it in the journal.

        Raises ActionError or ApiError. A caller that is cancelled does not stop what has been sent: it is carried to
        its end and kept in the journal all the same.
        """
        return await self._to_the_end(preview)

    async def finish(self) -> None:
        """Wait until what is being posted has come to its end, good or bad."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def settle(self, attempt: Attempt) -> Posting | None:
        """Find out what became of an `Unresolved` attempt; None when it was not posted. Raises Unresolved."""
        posting = await self._poster.settle(attempt)
        if posting is not None:
            self._keep(posting)
        return posting

    async def look_back(self) -> list[str]:
        """Say what became of postings that an earlier client was cut off from; call it after signing in.

        One sentence each. What cannot be found out now stays noted for the next time.
        """
        said = []
        for attempt in self._poster.left_behind():
            try:
                outcome = (await self._poster.outcome(attempt)).value
            except Unresolved as error:
                outcome = str(error)
            said.append(f"Cut off last time: {attempt}. {outcome}")
        return said

    async def plan_undo(self, posting: Posting | None = None) -> UndoPlan:
        """What takes `posting` (the last one) back. Raises CannotUndo with the reason, ApiError."""
        posting = posting or self.last
        if posting is None:
            raise CannotUndo("Nothing has been posted in this session.")
        return await plan_undo(self._session.client, posting)

    async def undo(self, plan: UndoPlan) -> list[Posting]:
        """Post the steps of the plan. Raises like `post`; steps before the one that failed stay posted."""
        done: list[Posting] = []
        for step in plan.steps:
            done.append(await self._to_the_end(step, keep=False))
        plan.posting.undone = True
        return done

    async def _to_the_end(self, preview: Preview, *, keep: bool = True) -> Posting:
        async def run() -> Posting:
            posting = await self._poster.post(preview)
            if keep:
                self._keep(posting)
            return posting

        task = asyncio.create_task(run())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(self._nobody_waits)
            raise

    def _nobody_waits(self, task: asyncio.Task[Posting]) -> None:
        """Say it where the session's notices are shown when a posting failed that nobody waits for any more."""
        if not task.cancelled() and task.exception() is not None:
            self._session.notices.append(str(task.exception()))

    def _keep(self, posting: Posting) -> None:
        self.journal.append(posting)
        del self.journal[:-_KEPT]
