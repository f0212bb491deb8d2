"""Follows the events of a Bincard server over one connection; cut off, it goes on with the one after the last it took.

    stream = EventStream(client, hear, begun)
    task = asyncio.create_task(stream.run())
    stream.want({"alert"})

`hear` is called with each event once, in the server's order; `begun` when everything is to be read anew: at first, and
when the server has forgotten what was missed. Both are called from the event loop and must not wait.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

from tui.api_client import ApiClient
from tui.api_errors import ApiError, BadAnswer, Forbidden, NotAuthenticated, NotFound, Throttled
from tui.live.sse import Block, Event, EventParser, event_of

__all__ = ["PAUSES", "EventStream"]

PATH: Final = "/plugin/bincard/events/"
#: Seconds before each further try; the first is short, as most cuts are a moment of bad radio.
PAUSES: Final = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)


class EventStream:
    """One reader. `trouble` says why nothing comes ("" while all is well); `over` that nothing ever will."""

    def __init__(
        self,
        client: ApiClient,
        hear: Callable[[Event], None],
        begun: Callable[[], None],
        told: Callable[[], None] = lambda: None,
        *,
        pauses: tuple[float, ...] = PAUSES,
        silence: float = 75.0,
    ) -> None:
        """`told` is called when `trouble` changes; `silence` is after how many quiet seconds a line counts as dead."""
        self.trouble = "not connected yet"
        self.over = False
        self.last: int | None = None
        self._client = client
        self._hear, self._begun, self._told = hear, begun, told
        self._pauses = pauses
        self._silence = silence
        self._models: frozenset[str] = frozenset({"alert"})
        self._turn = asyncio.Event()
        self._failures = 0

    def want(self, models: Collection[str]) -> None:
        """Hear of these models from now on; what came meanwhile of others is not made up for."""
        if frozenset(models) != self._models:
            self._models = frozenset(models)
            self._turn.set()

    async def run(self) -> None:
        """Follow until cancelled, or until the server says that there is nothing for this user."""
        while not self.over:
            self._turn.clear()
            following = asyncio.create_task(self._follow())
            turned = asyncio.create_task(self._turn.wait())
            try:
                await asyncio.wait({following, turned}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (following, turned):
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    async def _follow(self) -> None:
        """One connection, and the pause after it."""
        pause = 0.0
        try:
            await self._read()
        except (Forbidden, NotFound) as error:
            self.over = True
            self._say(str(error))
            return
        except NotAuthenticated as error:
            # Whatever is asked for next has the user sign in; then there is a token to go on with.
            self._say(str(error))
            pause = self._pauses[-1]
        except Throttled as error:
            self._say(str(error))
            pause = error.retry_after
        except ApiError as error:
            if self._failures:  # a moment of bad radio is not worth a word
                self._say(str(error))
        step = self._pauses[min(self._failures, len(self._pauses) - 1)]
        self._failures += 1
        await asyncio.sleep(max(step, pause))

    async def _read(self) -> None:
        parser = EventParser()
        headers = {} if self.last is None else {"Last-Event-ID": str(self.last)}
        pieces = self._client.stream(
            PATH, {"model": ",".join(sorted(self._models))}, headers=headers, silence=self._silence
        )
        try:
            async for piece in pieces:
                for block in parser.feed(piece):
                    self._take(block)
        except ValueError as error:
            raise BadAnswer(f"The server's events cannot be read: {error}.", call=f"GET {PATH}") from error

    def _take(self, block: Block) -> None:
        """Deal with a whole block; only then does the position move on."""
        if block.pk is None:
            return
        self._failures = 0
        self._say("")
        if block.name == "reset" or self.last is None:
            self.last = block.pk
            self._begun()
            return
        if block.pk <= self.last:
            return
        event = event_of(block)
        self.last = block.pk
        if event is not None:
            self._hear(event)

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._told()
