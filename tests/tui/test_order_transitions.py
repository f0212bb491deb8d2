"""What may be done to an order, how it is asked, carried out, waited for and refused."""

from typing import Any

import pytest

from tests.faults import FaultServer, Reply
from tests.tui.order_lists import order_row
from tui.api_client import ApiClient, BadAnswer, Invalid, NotFound
from tui.orders import carry_out, confirmation, legal_for, refusal_of
from tui.views.orders import Order
from workflow.orders import KINDS, PURCHASE, SALES, TRANSFER, OrderKind

TASK = "/api/background-task/abc/"


def order(kind: OrderKind = PURCHASE, state: str = "PENDING", **more: Any) -> Order:
    fields = {"reference": "PO-0012", "line_items": 5, "completed_lines": 2, "total_price": 1240, **more}
    return Order.of(kind, order_row(kind, 12, kind.code(state), **fields))


def asked(what: Order, action: str) -> str:
    question = confirmation(what, what.kind.transition(action))
    return " ".join((question.question, *question.warnings))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_is_legal_that_the_role_forbids_or_the_state_does_not_allow(kind: OrderKind) -> None:
    for _, state, _ in kind.states:
        what = order(kind, state)
        assert legal_for(what, lambda role, verb: False) == []
        wanted = legal_for(what, lambda role, verb: (role, verb) == (kind.role, "add"))
        assert wanted == [each for each in kind.transitions if state in each.sources]


def test_a_state_that_nobody_knows_allows_nothing() -> None:
    unknown = Order.of(PURCHASE, {**order_row(PURCHASE, 1, 10), "status": 99})
    assert legal_for(unknown, lambda role, verb: True) == []


def test_the_question_says_what_will_change() -> None:
    assert asked(order(), "issue") == "Issue PO-0012 to Arrow: 5 lines, 1 240.00 EUR"
    assert asked(order(line_items=0, total_price=None), "issue").endswith("no lines The order has no lines.")
    assert "on hold" in asked(order(state="PLACED"), "hold")
    assert "2 of 5 lines are done and stay so" in asked(order(state="PLACED"), "cancel")
    assert "for 4 of 5 lines" in asked(order(SALES, allocated_lines=1), "auto_allocate")
    assert "moves to its destination" in asked(order(TRANSFER, "ISSUED"), "complete")
    assert "is used up" in asked(order(TRANSFER, "ISSUED", consume=True), "complete")


def test_what_is_not_done_is_accepted_once_it_was_said() -> None:
    unfinished = confirmation(order(state="PLACED"), PURCHASE.transition("complete"))
    assert unfinished.warnings == ("3 of 5 lines are not received, and will not be.",)
    assert unfinished.body == {"accept_incomplete": True}
    done = confirmation(order(state="PLACED", completed_lines=5), PURCHASE.transition("complete"))
    assert (done.warnings, done.body) == ((), {})


def test_a_refusal_tells_what_would_have_to_be_accepted() -> None:
    def refused(**errors: tuple[str, ...]) -> Invalid:
        return Invalid("no", field_errors=errors, call="POST complete/", status=400)

    incomplete = refusal_of(refused(accept_incomplete=("Order has incomplete line items",)))
    assert (incomplete.reason, incomplete.accept) == ("Order has incomplete line items", {"accept_incomplete": True})
    assert refusal_of(refused(accept_incomplete=("a",), note=("b",))).accept == {}
    assert refusal_of(NotFound("gone")).reason == "gone"


async def test_a_task_of_the_server_is_waited_for() -> None:
    with FaultServer() as server:
        waiting = {"task_id": "abc", "pending": True, "complete": False, "success": False}
        server.answer("POST", "/api/order/so/3/auto-allocate/", waiting)
        server.answer("GET", TASK, {**waiting, "pending": False, "complete": True, "success": True})
        server.fail("GET", TASK, Reply(200, waiting))
        client = ApiClient(server.url, "inv-1")
        answer = await carry_out(client, SALES, 3, SALES.transition("auto_allocate"))
        assert answer["success"] is True
        assert len(server.calls("GET", TASK)) == 2
        server.answer("GET", TASK, {**waiting, "complete": True})
        with pytest.raises(BadAnswer, match="could not carry it out"):
            await carry_out(client, SALES, 3, SALES.transition("auto_allocate"))
        await client.aclose()
