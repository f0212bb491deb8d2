"""A server that has nothing but orders, as many and in such states as a test wants; not one of them can be changed.

For what a real server cannot be brought to quickly: every state of every kind, ten thousand orders, hostile texts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.faults import FaultServer, Reply, Request
from workflow.orders import KINDS, OrderKind

__all__ = ["OrderLists", "order_row", "orders_server"]

Row = dict[str, Any]
EMPTY: Row = {"count": 0, "next": None, "previous": None, "results": []}


def order_row(kind: OrderKind, pk: int, status: int, **more: Any) -> Row:
    """An order as a list gives it."""
    partner = "supplier" if kind.name == "purchase" else "customer"
    name = kind.state(status)
    return {
        "pk": pk,
        "reference": f"{kind.prefix}-{pk:05}",
        "status": status,
        "status_text": kind.label(name) if name else "",
        "status_custom_key": None,
        "description": f"order {pk}",
        "line_items": 4,
        "completed_lines": pk % 5,
        "target_date": None,
        "overdue": False,
        "creation_date": "2026-01-02",
        "complete_date": None,
        "total_price": 12.5,
        "order_currency": "EUR",
        partner: 1,
        f"{partner}_detail": {"name": "Arrow", "currency": "EUR"},
        **more,
    }


class OrderLists:
    """Answers for the list of one kind: filters by state, open or not, overdue, dated or not; and pages."""

    def __init__(self, rows: Sequence[Row], kind: OrderKind = KINDS[0]) -> None:
        self.rows = rows
        self.kind = kind

    def __call__(self, request: Request) -> Reply:
        query = request.query
        rows = [row for row in self.rows if self._matches(row, query)]
        offset, limit = int(query["offset"]), int(query["limit"])
        return Reply(200, {"count": len(rows), "results": rows[offset : offset + limit]})

    def _matches(self, row: Row, query: Mapping[str, str]) -> bool:
        facts = {
            "status": str(row["status"]),
            "outstanding": str(self.kind.state(row["status"]) in self.kind.open).lower(),
            "overdue": str(row["overdue"]).lower(),
            "has_target_date": str(row["target_date"] is not None).lower(),
        }
        return all(query.get(name, value) == value for name, value in facts.items())


def orders_server(lists: Mapping[str, OrderLists]) -> FaultServer:
    """Somebody who may do anything is signed in; kinds that are not given have no orders. Enter it as a context."""
    verbs = ["view", "add", "change", "delete"]
    roles = dict.fromkeys(("stock", "stock_location", "part", *(kind.role for kind in KINDS)), verbs)
    server = FaultServer()
    answers: dict[str, Any] = {
        "/api/": {"version": "1.6.0", "apiVersion": 532, "instance": "orders", "active_plugins": []},
        "/api/user/me/": {"pk": 1, "username": "clerk", "is_staff": False, "is_superuser": False},
        "/api/user/me/roles/": {"roles": roles, "is_superuser": False},
        "/api/stock/": EMPTY,
        "/api/stock/location/tree/": EMPTY,
    }
    for kind in KINDS:
        given = lists.get(kind.name)
        if given is not None:
            given.kind = kind
        answers[f"/api/{kind.path}"] = given if given is not None else EMPTY
        answers[f"/api/{kind.path}status/"] = {"values": {}}
    for path, body in answers.items():
        server.answer("GET", path, body)
    return server
