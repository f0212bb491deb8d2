"""No text of an order acts as a control character or as markup: on the board, in its questions and in its form."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.faults import FaultServer
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tests.tui.order_lists import OrderLists, order_row, orders_server
from tests.tui.screens.test_hostile import check
from tui.config import Launch
from workflow.orders import KINDS

KIND = KINDS[0]
TEXTS = list(HOSTILE.values())


def hostile_row(pk: int, text: str) -> dict[str, Any]:
    """An order whose every text is the same hostile one."""
    detail = {"pk": 1, "name": text, "currency": text, "code": text, "description": text}
    return order_row(
        KIND, pk, 10, reference=text, status_text=text, description=text, supplier_name=text, supplier_reference=text,
        order_currency=text, project_code_label=text, supplier_detail=detail, responsible_detail=detail,
        target_date="2020-01-02" if pk % 2 else text, overdue=bool(pk % 2),
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[FaultServer]:
    rows = [hostile_row(pk, text) for pk, text in enumerate(TEXTS, 1)]
    states = {text: {"key": 100 + n, "label": text, "logical_key": "10"} for n, text in enumerate(TEXTS[:5])}
    names = [{"pk": pk, "name": text, "description": text, "label": text} for pk, text in enumerate(TEXTS, 1)]
    listed = {"count": len(names), "results": names}
    with orders_server({KIND.name: OrderLists(rows)}) as started:
        started.answer("GET", "/api/order/po/status/", {"values": states})
        started.answer("GET", "/api/order/po/1/", rows[0])
        started.answer("GET", "/api/company/", listed)
        started.answer("GET", "/api/user/owner/", listed)
        fields = {"reference": {"default": HOSTILE["osc clipboard"]}}
        started.answer("OPTIONS", "/api/order/po/", {"actions": {"POST": fields}})
        refusal = {"non_field_errors": [HOSTILE["osc clipboard"] + HOSTILE["markup"]]}
        for action in ("issue", "hold", "cancel"):
            started.answer("POST", f"/api/order/po/1/{action}/", refusal, status=400)
        yield started


@pytest.fixture(params=[(132, 43), (80, 24), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def board(server: FaultServer, request: pytest.FixtureRequest) -> AsyncIterator[Driver]:
    async with driven(Launch(server.url, token="inv-1"), request.param) as client:
        await client.see("items")
        await client.idle()
        await client.press("o")
        await client.see(" open")
        await client.idle()
        yield client


@pytest.mark.parametrize(
    "keys",
    [[], ["end"], ["v"], ["v", "end"], ["I"], ["X"], ["n"], ["n", "b"], ["slash", "x"], ["c"], ["y"]],
    ids=lambda keys: "-".join(keys) or "board",
)
async def test_the_board_shows_hostile_text_as_text(board: Driver, keys: list[str]) -> None:
    check(board)
    await board.press(*keys)
    await board.idle()
    check(board)


async def test_every_hostile_order_is_looked_at(board: Driver) -> None:
    for _ in TEXTS:
        await board.press("down")
    await board.idle()
    check(board)


async def test_a_hostile_refusal_is_told_as_text(board: Driver) -> None:
    await board.press("home", "I")
    await board.see("Enter Issue")
    await board.idle()
    await board.press("enter")
    await board.see("Refused:")
    check(board)
