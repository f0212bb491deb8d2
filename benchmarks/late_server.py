"""A relay before a server, whose answers can be made late, or never come."""

from __future__ import annotations

import asyncio
import math
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

__all__ = ["LateServer"]


class LateServer:
    """A context manager; `url` is its address. What the server sends goes on `delay` seconds later, never at infinity.

    The relay runs in a thread; `delay` may be set at any time and holds for what comes from then on.
    """

    def __init__(self, upstream: str) -> None:
        self.url = ""
        self.delay = 0.0
        self._upstream = urlsplit(upstream)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="late server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the relay does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._end.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        try:
            await asyncio.gather(self._pass(reader, there_writer, 0.0), self._pass(there_reader, writer, None))
        except (ConnectionError, asyncio.CancelledError):  # one side hung up, or the measurement is over
            return
        finally:
            writer.close()
            there_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float | None) -> None:
        """Hand everything on; `delay` None is what is set at the moment."""
        while data := await reader.read(65536):
            wait = self.delay if delay is None else delay
            if wait == math.inf:
                continue
            if wait:
                await asyncio.sleep(wait)
            writer.write(data)
            await writer.drain()
        writer.close()
