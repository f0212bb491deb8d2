"""What the tests of stock make through the API, and how they read it back."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from sqlalchemy import event

from server.db.session import Database

__all__ = ["Shop", "traced"]

NUMBERS = count(1)


@dataclass
class Shop:
    """Parts, locations and items with names of their own, through a signed-in client."""

    api: httpx.Client

    def _made(self, path: str, **values: Any) -> Any:
        answer = self.api.post(path, json=values)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def part(self, **values: Any) -> int:
        name = f"Part {next(NUMBERS)}"
        return int(self._made("part/", **{"name": name, "description": "for tests", **values})["pk"])

    def location(self, **values: Any) -> int:
        return int(self._made("stock/location/", **{"name": f"Place {next(NUMBERS)}", **values})["pk"])

    def items(self, part: int, quantity: float = 10, **values: Any) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = self._made("stock/", part=part, quantity=quantity, **values)
        return made

    def item(self, part: int, quantity: float = 10, **values: Any) -> int:
        return int(self.items(part, quantity, **values)[0]["pk"])

    def read(self, pk: int, **query: Any) -> dict[str, Any]:
        answer = self.api.get(f"stock/{pk}/", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def gone(self, pk: int) -> bool:
        return self.api.get(f"stock/{pk}/").status_code == 404

    def keys(self, **query: Any) -> list[int]:
        """The keys of the items that a list shows, in its order."""
        answer = self.api.get("stock/", params=query)
        assert answer.status_code == 200, answer.text
        return [row["pk"] for row in answer.json()]

    def history(self, pk: int) -> list[tuple[int, dict[str, Any]]]:
        """(code, deltas) of the entries of an item, oldest first."""
        rows = self.api.get("stock/track/", params={"item": pk, "ordering": "date"}).json()
        ordered = sorted(rows, key=lambda row: row["pk"])
        return [
            (row["tracking_type"], {key: to for key, to in row["deltas"].items() if not key.endswith("_detail")})
            for row in ordered
        ]

    def act(self, action: str, *lines: dict[str, Any], **more: Any) -> httpx.Response:
        """An action on several items."""
        return self.api.post(f"stock/{action}/", json={"items": list(lines), **more})


@contextmanager
def traced(database: Database) -> Iterator[list[str]]:
    """The statements of the writing transactions on an SQLite database."""
    statements: list[str] = []

    def watch(driver: Any, record: Any, proxy: Any) -> None:
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(statements.append)

    def leave(driver: Any, record: Any) -> None:
        driver.set_trace_callback(None)

    event.listen(database.engine, "checkout", watch)
    event.listen(database.engine, "checkin", leave)
    try:
        yield statements
    finally:
        event.remove(database.engine, "checkout", watch)
        event.remove(database.engine, "checkin", leave)
