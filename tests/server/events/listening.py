"""A reader of the stream, as a client would be: it remembers where it was and can be cut off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

__all__ = ["PATH", "Listener", "opened"]

PATH = "/plugin/bincard/events/"


class Listener:
    """What came over one connection. `last` is what the next one resumes from."""

    def __init__(self, answer: httpx.Response, last: str | None) -> None:
        self.answer = answer
        self.last = last
        self._lines = answer.iter_lines()

    def blocks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Kind and data of each block that arrives whole; ("", {}) for those that only move the position."""
        kind, data, number = "", "", None
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                data = value
            elif name == "id":
                number = value
            elif not line:
                self.last = number or self.last
                yield kind, json.loads(data) if data else {}
                kind, data, number = "", "", None

    def events(self, count: int) -> list[dict[str, Any]]:
        """The next events, as many as asked for."""
        found: list[dict[str, Any]] = []
        for kind, data in self.blocks() if count else ():
            if kind:
                found.append({"event": kind, **data})
            if len(found) == count:
                break
        return found

    def begun(self) -> "Listener":
        """Wait until the stream has told where it begins."""
        for _ in self.blocks():
            if self.last is not None:
                break
        return self


@contextmanager
def opened(url: str, token: str, last: str | None = None, **query: Any) -> Iterator[Listener]:
    """A stream, until the block ends."""
    headers = {"Authorization": f"Token {token}", "Accept": "text/event-stream"}
    if last is not None:
        headers["Last-Event-ID"] = last
    with (
        httpx.Client(timeout=20, verify=False) as client,
        client.stream("GET", url + PATH, headers=headers, params=query) as answer,
    ):
        if answer.status_code != 200:
            answer.read()
        yield Listener(answer, last)
