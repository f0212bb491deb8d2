"""A line between client and server that breaks: each connection is cut after so many bytes of what the server says."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit

__all__ = ["Relay"]


class Relay:
    """A context manager; `url` is its address. `budgets` says after how many bytes each connection is cut (the first
    one first); when they are used up connections live on. `upstream` may be another server from now on."""

    def __init__(self, upstream: str, budgets: Iterator[int] | None = None) -> None:
        self.upstream = upstream
        self.url = ""
        self.cuts = 0
        self._budgets = budgets if budgets is not None else iter(())
        self._ready, self._loop, self._end = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *outcome: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._end.wait()
        server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._relay(reader, writer, next(self._budgets, None))
        except (OSError, asyncio.CancelledError):
            return  # the server is away, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: int | None) -> None:
        where = urlsplit(self.upstream)
        answers, asked = await asyncio.open_connection(where.hostname, where.port)
        passing = asyncio.create_task(_pass_on(reader, asked))
        try:
            while piece := await answers.read(4096):
                if budget is not None and len(piece) >= budget:
                    writer.write(piece[:budget])
                    await writer.drain()
                    self.cuts += 1
                    return
                budget = None if budget is None else budget - len(piece)
                writer.write(piece)
                await writer.drain()
        finally:
            passing.cancel()
            asked.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(4096):
        writer.write(piece)
        await writer.drain()
