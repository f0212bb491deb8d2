"""One stream of server-sent events: an ASGI response that begins where its reader left off."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.events.hub import Hub
from server.events.reading import Bounds, Line

__all__ = ["EventStream", "Wanted"]

RETRY_MILLISECONDS = 1000
RETRY_WHEN_FULL_SECONDS = "30"


@dataclass(frozen=True)
class Wanted:
    """What a reader asked for: events after `after` (None: from now on) of these kinds and models (None: all)."""

    after: int | None = None
    kinds: frozenset[str] | None = None
    models: frozenset[str] | None = None

    def takes(self, line: Line, readable: frozenset[str]) -> bool:
        return (
            line.model in readable
            and (self.kinds is None or line.kind in self.kinds)
            and (self.models is None or line.model in self.models)
        )


@dataclass
class EventStream:
    """`readable()` tells, in a thread, the models whose events the caller may read now, None when the caller is out.
    `user` is whom the stream counts for, `headers` go out with the answer."""

    hub: Hub
    user: int
    wanted: Wanted
    readable: Callable[[], frozenset[str] | None]
    headers: Mapping[str, str]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        hub = self.hub
        if hub.full(self.user):
            await self._refuse(send)
            return
        from sse_starlette import EventSourceResponse  # loads Starlette and AnyIO, which nothing else needs

        bounds = await self._enter()
        try:
            # Heartbeats are ours: they move the reader's position on.
            await EventSourceResponse(self._frames(bounds), headers=self.headers, ping=0)(scope, receive, send)
        finally:
            hub.leave(self.user)

    async def _enter(self) -> Bounds:
        try:
            return await self.hub.enter(self.user)
        except BaseException:
            self.hub.leave(self.user)
            raise

    async def _refuse(self, send: Any) -> None:
        body = b'{"detail":"There are too many streams of events; end one, or ask again later."}'
        headers = [
            (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
            (b"retry-after", RETRY_WHEN_FULL_SECONDS.encode()),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _frames(self, bounds: Bounds) -> AsyncIterator[bytes]:
        hub, wanted = self.hub, self.wanted
        rights, readable = hub.rights, await hub.run(self.readable)
        seen = bounds.newest if wanted.after is None else wanted.after
        yield b"retry: %d\n\n" % RETRY_MILLISECONDS
        if bounds.lost(seen):
            seen = bounds.newest
            yield reset(seen)
        else:
            yield position(seen)
        while readable is not None and not hub.closed:
            lines = await hub.after(seen)
            if lines is None:
                seen = hub.newest
                yield reset(seen)
                continue
            if lines:
                if rights != hub.rights:
                    rights, readable = hub.rights, await hub.run(self.readable)
                    continue
                seen = lines[-1].pk
                if frames := [line.frame for line in lines if wanted.takes(line, readable)]:
                    yield frames[0] if len(frames) == 1 else b"".join(frames)
                continue
            if not await hub.news(seen) and not hub.closed:
                readable = await hub.run(self.readable)
                yield position(seen)


def reset(newest: int) -> bytes:
    """Says that events are missing and what follows begins after `newest`: the reader asks for all anew."""
    return b"id: %d\nevent: reset\ndata: %s\n\n" % (newest, json.dumps({"newest": newest}).encode())


def position(seen: int) -> bytes:
    """Moves the reader's position without telling anything: what a broken stream resumes from."""
    return b": alive\nid: %d\n\n" % seen
