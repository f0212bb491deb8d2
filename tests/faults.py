"""An HTTP server that misbehaves on demand, over real sockets.

    with FaultServer() as server:                       # on its own
        server.answer("GET", "/api/", {"server": "InvenTree"})
        server.fail("GET", "/api/part/", Cut(), Reply(500))
    with FaultServer(upstream="http://127.0.0.1:8000") as proxy:    # in front of a real server
        proxy.fail("POST", "/api/stock/count/", LoseAnswer())       # carried out, but the answer never arrives

Faults queued by `fail` are used up one per request, first in first out; then what `answer` gave holds, then the
upstream, then 404. Every request is kept in `requests`. The server runs in a thread of its own.
"""

import asyncio
import json
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

__all__ = [
    "Cut",
    "Drip",
    "Fault",
    "FaultServer",
    "Hang",
    "Hold",
    "LoseAnswer",
    "Maker",
    "Pass",
    "Reply",
    "Request",
    "html_page",
]


@dataclass(frozen=True)
class Request:
    """What was asked. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An ordinary answer: `body` goes out as JSON, bytes as they are."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        """The whole answer as it goes over the line."""
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Said So", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + (b"" if self.status == 204 else body)


@dataclass(frozen=True)
class Cut:
    """The connection ends after `keep` bytes of the answer; nothing reaches the upstream."""

    keep: int = 0
    reply: Reply = field(default_factory=lambda: Reply(200, {"results": "a" * 200}))


@dataclass(frozen=True)
class Hang:
    """No answer, and the connection stays open, until `release` is called on the server."""


@dataclass(frozen=True)
class Drip:
    """The answer comes in pieces of `size` bytes with `pause` seconds between them."""

    reply: Reply
    size: int = 20
    pause: float = 0.05


@dataclass(frozen=True)
class LoseAnswer:
    """The upstream carries the request out; its answer is thrown away and the connection cut."""


@dataclass(frozen=True)
class Hold:
    """The upstream carries the request out; its answer is kept back until `release` is called."""


@dataclass(frozen=True)
class Pass:
    """This one goes through as if there were no faults."""


Fault = Pass | Hold | Reply | Cut | Hang | Drip | LoseAnswer
Maker = Callable[[Request], Reply]


def html_page(title: str, status: int = 200) -> Reply:
    """What a proxy says in place of the server."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>".encode()
    return Reply(status, body, {"Content-Type": "text/html; charset=utf-8"})


class FaultServer:
    """The server; a context manager. `url` is its address."""

    def __init__(self, upstream: str | None = None, *, certificate: Path | None = None) -> None:
        """`certificate` (PEM with its key) makes it speak TLS."""
        self.url = ""
        self.requests: list[Request] = []
        self._withheld = 0
        self._news = threading.Condition()
        self._certificate = certificate
        self._upstream = urlsplit(upstream) if upstream else None
        self._faults: dict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self._answers: dict[tuple[str, str], Reply | Maker] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault server")
        self._stopping: asyncio.Event | None = None
        self._released: asyncio.Event | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def fail(self, method: str, path: str, *faults: Fault) -> None:
        """The next requests of `method` to `path` (without query) meet these faults, one each."""
        self._faults[method, path].extend(faults)

    def clear(self) -> None:
        """Forget all faults that have not been met."""
        self._faults.clear()

    def answer(
        self, method: str, path: str, body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Requests of `method` to `path` are answered so; a callable gets the request and gives a `Reply`."""
        self._answers[method, path] = body if callable(body) else Reply(status, body, headers or {})

    def answer_to(self, method: str, path: str) -> "Reply | Maker | None":
        """What has been set as the answer so far."""
        return self._answers.get((method, path))

    def play(self, file: Path) -> None:
        """Answer as recorded: one exchange per line; of several for one address and query the first counts."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for line in file.read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            found[exchange["method"], exchange["path"]].append(exchange)
        for key, exchanges in found.items():
            self._answers[key] = _recorded(exchanges)

    def calls(self, method: str, path: str) -> list[Request]:
        """The requests of that kind so far."""
        return [each for each in self.requests if (each.method, each.path) == (method, path)]

    def wait_for(self, method: str, path: str, *, withheld: bool = False, seconds: float = 20) -> None:
        """Until such a request has come; with `withheld` until one of any kind has been carried out and held back."""

        def is_there() -> bool:
            return self._withheld > 0 if withheld else bool(self.calls(method, path))

        with self._news:
            assert self._news.wait_for(is_there, seconds), f"{method} {path} did not come"

    def release(self) -> None:
        """Let go of every request that hangs (their connections are cut)."""
        if self._released is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._released.set)

    def close(self) -> None:
        """End every connection and take no more."""
        if self._stopping is not None and self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *outcome: object) -> None:
        self.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping, self._released = asyncio.Event(), asyncio.Event()
        context = None
        if self._certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self._certificate)
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=context)
        self.url = f"http{'s' if context else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stopping.wait()
        server.close()
        await asyncio.sleep(0)  # connections that were just taken begin, so that they end in order
        for task in tuple(self._closing):
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._closing.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The client went away, or the test is over.
            return
        finally:
            self._closing.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one request and answer it; False when the connection is to be closed."""
        assert self._released is not None
        request, raw = await _read_request(reader)
        with self._news:
            self.requests.append(request)
            self._news.notify_all()
        queue = self._faults[request.method, request.path]
        fault = queue.popleft() if queue else Pass()
        match self._usual(request) if isinstance(fault, Pass) else fault:
            case Cut(keep, reply):
                writer.write(reply.raw()[:keep])
                await writer.drain()
                return False
            case Hang():
                await self._released.wait()
                return False
            case Hold():
                await self.forward(request, raw)
                with self._news:
                    self._withheld += 1
                    self._news.notify_all()
                await self._released.wait()
                return False
            case LoseAnswer():
                await self.forward(request, raw)
                return False
            case Drip(reply, size, pause):
                content = reply.raw()
                for start in range(0, len(content), size):
                    writer.write(content[start : start + size])
                    await writer.drain()
                    await asyncio.sleep(pause)
                return True
            case Reply() as reply:
                writer.write(reply.raw())
                await writer.drain()
                return True
            case None:
                writer.write(await self.forward(request, raw))
                await writer.drain()
                return False

    def _usual(self, request: Request) -> Reply | None:
        given = self._answers.get((request.method, request.path))
        if given is None and self._upstream is None:
            return Reply(404, {"detail": "API endpoint not found", "url": request.path})
        return given if given is None or isinstance(given, Reply) else given(request)

    async def forward(self, request: Request, raw: bytes) -> bytes:
        """Pass `raw` on to the upstream; its whole answer as bytes."""
        assert self._upstream is not None, "there is no upstream"
        reader, writer = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        try:
            writer.write(raw)
            await writer.drain()
            return await reader.read(-1)
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> tuple[Request, bytes]:
    """The request, and the same as it goes on to the upstream: one to a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    passed = [first, *(line for line in lines if not line.lower().startswith("connection:")), "Connection: close"]
    request = Request(method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body)
    return request, "\r\n".join([*passed, "", ""]).encode("latin-1") + body


def _recorded(exchanges: Iterable[dict[str, Any]]) -> Maker:
    # The one that asks for most first: its query says more exactly what was meant.
    kept = sorted(exchanges, key=lambda exchange: -len(exchange["query"] or {}))

    def reply(request: Request) -> Reply:
        for exchange in kept:
            query = {name: str(value) for name, value in (exchange["query"] or {}).items()}
            body = exchange["request_body"]
            if all(request.query.get(name) == value for name, value in query.items()) and (
                body is None or not request.body or body == request.json
            ):
                return Reply(exchange["status"], exchange["response_body"])
        return Reply(404, {"detail": f"not recorded: {request.method} {request.path} {dict(request.query)}"})

    return reply
