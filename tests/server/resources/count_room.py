"""A warehouse to count in: signed-in counters, a leader, a supervisor, and what they do through the API."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.server.resources.people import People
from tests.server.resources.stock_shop import Shop

__all__ = ["COUNT", "CountRoom"]

COUNT = "../plugin/bincard/count/"  # clients are at /api/
KEYS = count(1)
VERBS = {"reader": ("view",), "counter": ("view", "add"), "leader": ("view", "add", "change")}


@dataclass
class CountRoom:
    """`folk` are made as they are asked for: `as_("ann")` counts, `as_("lea", "leader")` leads."""

    folk: People
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.admin = self.clients["admin"] = self.folk.client("admin")
        self.shop = Shop(self.admin)

    def as_(self, name: str, what: str = "counter") -> httpx.Client:
        """A signed-in client: what "reader", "counter", "leader" or "supervisor" may do."""
        if name not in self.clients:
            verbs = VERBS.get(what, ("view", "add", "change", "delete"))
            self.clients[name] = self.folk.as_user(name, roles={"stock": verbs})
        return self.clients[name]

    def setting(self, key: str, value: str) -> None:
        answer = self.admin.patch(f"plugins/bincard/settings/{key}/", json={"value": value})
        assert answer.status_code == 200, answer.text

    def session(self, **values: Any) -> dict[str, Any]:
        answer = self.admin.post(f"{COUNT}session/", json={"description": "test", **values})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def lines(self, session: int, by: httpx.Client | None = None, **query: Any) -> list[dict[str, Any]]:
        answer = (by or self.admin).get(f"{COUNT}line/", params={"session": session, **query})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def enter(self, by: httpx.Client, session: int, *entries: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        """Post entries; keys are made where none is given."""
        body = {"entries": [{"key": f"key-{next(KEYS)}", **entry} for entry in entries], **more}
        answer = by.post(f"{COUNT}session/{session}/entries/", json=body)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def do(self, by: httpx.Client, session: int, what: str, **body: Any) -> dict[str, Any]:
        answer = by.post(f"{COUNT}session/{session}/{what}/", json=body)
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    def quantity(self, item: int) -> float:
        return float(self.shop.read(item)["quantity"])

    def close(self) -> None:
        for client in self.clients.values():
            client.close()
