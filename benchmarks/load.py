"""A load generator that costs little itself: keep-alive HTTP/1.1 over sockets, several connections, one thread."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["Reading", "run_load"]


@dataclass(frozen=True)
class Reading:
    """What a run gave: requests per second, latencies in ms, how many answers were not 2xx."""

    requests: int
    per_second: float
    p50: float
    p99: float
    refused: int
    first_refusal: str = ""


class _Connection:
    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent = 0.0

    def send(self, request: bytes) -> None:
        self.buffer = b""
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body once the whole answer is there."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.buffer += part
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.buffer[:end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self.buffer) < end + 4 + length:
            return None
        return int(self.buffer[9:12]), self.buffer[end + 4 :]


def run_load(
    base: str, make: Callable[[int], tuple[str, str, bytes]], *, connections: int, seconds: float, token: str = ""
) -> Reading:
    """Send `make(n)` (method, path with query, body) for `seconds`, `connections` at a time."""
    parts = urlsplit(base)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    selector = selectors.DefaultSelector()
    number = 0

    def request() -> bytes:
        nonlocal number
        method, path, body = make(number)
        number += 1
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: application/json\r\n"
        if token:
            head += f"Authorization: Token {token}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    opened = [_Connection(host, port) for _ in range(connections)]
    started = time.perf_counter()
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(request())
    latencies: list[float] = []
    refused, first = 0, ""
    active = len(opened)
    while active:
        for key, _ in selector.select():
            connection = key.data
            answer = connection.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent)
            if not 200 <= answer[0] < 300:
                refused += 1
                first = first or f"{answer[0]} {answer[1][:200]!r}"
            if now - started < seconds:
                connection.send(request())
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
                active -= 1
    elapsed = time.perf_counter() - started
    latencies.sort()
    return Reading(
        len(latencies), len(latencies) / elapsed, 1000 * latencies[len(latencies) // 2],
        1000 * latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)], refused, first,
    )  # fmt: skip
