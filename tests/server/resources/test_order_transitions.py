"""Every action on every kind of order in every state, made from the tables of `workflow.orders`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.actions.orders.transitions import CHECKS, MODELS
from server.db.models.order import (
    PurchaseOrderLineItem,
    SalesOrderAllocation,
    SalesOrderLineItem,
    SalesOrderShipment,
    TransferOrderAllocation,
    TransferOrderLineItem,
)
from server.resources.order_transitions import ELSEWHERE
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop
from workflow.orders import KINDS, NEEDS, PURCHASE, RETURN, SALES, SHIPMENT, TRANSFER, OrderKind, Transition

NUMBERS = count(1)
MOVES = [(kind, move) for kind in KINDS for move in kind.transitions if move.target is not None]
CASES = [(kind, move, code) for kind, move in MOVES for code, _, _ in kind.states]


def _case_id(value: object) -> str:
    return value.name if isinstance(value, OrderKind) else getattr(value, "action", str(value))


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def api(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


def make_order(folk: People, kind: OrderKind, code: int, **values: Any) -> int:
    with folk.server.database.write() as session:
        number = next(NUMBERS)
        reference = f"{kind.prefix}-T{number:04d}"
        if kind is TRANSFER:
            values["consume"] = True  # else it needs a destination
        row = MODELS[kind.name](reference=reference, reference_int=number, status=code, description="", **values)
        session.add(row)
        session.flush()
        return int(row.pk)  # type: ignore[attr-defined]


def add(folk: People, row: Any) -> int:
    with folk.server.database.write() as session:
        session.add(row)
        session.flush()
        return int(row.pk)


def members(folk: People, kind: OrderKind, pk: int, *names: str) -> list[Any]:
    with folk.server.database.write() as session:
        row = session.get(MODELS[kind.name], pk)
        return [getattr(row, name) for name in names]


def act(api: httpx.Client, kind: OrderKind, pk: int, action: str, **body: Any) -> httpx.Response:
    return api.post(f"{kind.path}{pk}/{kind.transition(action).path}", json=body)


# ------------------------------------------------------------------------------------------------- the tables


def test_each_need_has_a_sentence_and_each_check_a_name() -> None:
    named = {name for kind in KINDS for move in kind.transitions for name in move.needs}
    named |= {name for deed in SHIPMENT for name in deed.needs}
    assert named == set(NEEDS)
    made_here = [move for kind, move in MOVES if (kind.name, move.action) not in ELSEWHERE]
    assert {name for move in made_here for name in move.needs} == set(CHECKS)


def test_each_state_and_action_of_a_kind_is_named_once() -> None:
    for kind in KINDS:
        states = [name for _, name, _ in kind.states]
        assert len(set(states)) == len(states)
        actions = [move.action for move in kind.transitions]
        assert len(set(actions)) == len(actions)
        for move in kind.transitions:
            assert set(move.sources) <= set(states)
            assert move.target is None or move.target in states
        assert {kind.state(code) for code, _, _ in kind.states} == set(states)


# ------------------------------------------------------------------------------------------------- every case


@pytest.mark.parametrize(("kind", "move", "code"), CASES, ids=_case_id)
def test_an_action_is_done_where_it_is_legal_and_refused_elsewhere(
    folk: People, api: httpx.Client, kind: OrderKind, move: Transition, code: int
) -> None:
    pk = make_order(folk, kind, code, status_custom_key=code + 7)
    state = kind.state(code)
    assert state is not None
    answer = act(api, kind, pk, move.action)
    status, custom = members(folk, kind, pk, "status", "status_custom_key")
    if move.works_from(state):
        assert answer.status_code == 201, answer.text
        assert (status, custom) == (kind.code(str(move.leads_to(state))), None)
        return
    assert answer.status_code == 400
    assert (status, custom) == (code, code + 7)
    told = str(answer.json())
    assert str(code) in told or kind.label(state).lower() in told.lower() or told == "['Order cannot be cancelled']"


@pytest.mark.parametrize(("kind", "move"), MOVES, ids=_case_id)
def test_an_order_that_is_not_there_is_not_found(api: httpx.Client, kind: OrderKind, move: Transition) -> None:
    answer = act(api, kind, 987_654, move.action)
    assert (answer.status_code, answer.json()) == (
        404, {"detail": f"No {MODELS[kind.name].__name__} matches the given query."},
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "move"), MOVES, ids=_case_id)
def test_only_who_has_the_role_may(folk: People, kind: OrderKind, move: Transition) -> None:
    pk = make_order(folk, kind, kind.code(move.sources[0]))
    folk.make("stranger", roles={kind.role: ("view",)})
    with folk.client("stranger") as client:
        assert act(client, kind, pk, move.action).status_code == 403
    folk.make("helper", roles={kind.role: (move.verb,)})
    with folk.client("helper") as client:
        assert act(client, kind, pk, move.action).status_code == 201


def test_the_refusals_are_told_in_the_words_of_inventree(folk: People, api: httpx.Client) -> None:
    placed = make_order(folk, PURCHASE, 20)
    assert act(api, PURCHASE, placed, "issue").json() == {"non_field_errors": ["Purchase Order is already Placed"]}
    gone = make_order(folk, SALES, 40)
    assert act(api, SALES, gone, "issue").json()["non_field_errors"] == [
        "Invalid transition on Sales Order.status (source value should be "
        "[<SalesOrderStatus.PENDING: 10>, <SalesOrderStatus.ON_HOLD: 25>], is 40)"
    ]
    assert act(api, PURCHASE, make_order(folk, PURCHASE, 40), "cancel").json() == ["Order cannot be cancelled"]


def test_a_body_that_is_none_is_refused(folk: People, api: httpx.Client) -> None:
    pk = make_order(folk, PURCHASE, 20)
    bodies: tuple[Any, ...] = ([], "x", {"accept_incomplete": "perhaps"})
    for body in bodies:
        assert api.post(f"order/po/{pk}/complete/", json=body).status_code == 400
    assert members(folk, PURCHASE, pk, "status") == [20]


# ------------------------------------------------------------------------------------------------- what comes with it


def test_issuing_sets_the_date_of_issue(folk: People, api: httpx.Client) -> None:
    for kind in KINDS:
        pk = make_order(folk, kind, 10)
        act(api, kind, pk, "issue").raise_for_status()
        assert members(folk, kind, pk, "issue_date") == [datetime.now(UTC).date()]


def test_completing_sets_the_date_and_needs_all_lines_unless_told(folk: People, api: httpx.Client) -> None:
    pk = make_order(folk, PURCHASE, 20)
    add(folk, PurchaseOrderLineItem(order_id=pk, quantity=5, received=4))
    answer = act(api, PURCHASE, pk, "complete")
    assert answer.json() == {"accept_incomplete": ["Order has incomplete line items"]}
    answer = act(api, PURCHASE, pk, "complete", accept_incomplete=True)
    assert (answer.status_code, answer.json()) == (201, {"accept_incomplete": True})
    assert members(folk, PURCHASE, pk, "complete_date") == [datetime.now(UTC).date()]
    pk = make_order(folk, RETURN, 20)
    assert act(api, RETURN, pk, "complete").json() == {}
    assert members(folk, RETURN, pk, "complete_date") == [datetime.now(UTC).date()]


def test_a_sales_order_is_shipped_before_it_is_complete(folk: People, api: httpx.Client) -> None:
    pk = make_order(folk, SALES, 15)
    line = add(folk, SalesOrderLineItem(order_id=pk, quantity=5, shipped=5))
    act(api, SALES, pk, "complete").raise_for_status()
    status, day, user = members(folk, SALES, pk, "status", "shipment_date", "shipped_by_id")
    assert (status, day) == (20, datetime.now(UTC).date())
    assert user is not None
    act(api, SALES, pk, "complete").raise_for_status()
    assert members(folk, SALES, pk, "status", "shipment_date") == [30, day]
    assert act(api, SALES, pk, "complete").json() == {"non_field_errors": ["Order is already complete"]}
    assert line


def test_the_setting_leaves_out_that_it_is_shipped(folk: People, api: httpx.Client) -> None:
    api.patch("settings/global/SALESORDER_SHIP_COMPLETE/", json={"value": "true"}).raise_for_status()
    try:
        pk = make_order(folk, SALES, 15)
        act(api, SALES, pk, "complete").raise_for_status()
        assert members(folk, SALES, pk, "status") == [30]
    finally:
        api.patch("settings/global/SALESORDER_SHIP_COMPLETE/", json={"value": "false"}).raise_for_status()


def test_a_sales_order_waits_for_shipments_and_allocations(folk: People, api: httpx.Client) -> None:
    shop = Shop(api)
    item = shop.item(shop.part(salable=True), 10)
    pk = make_order(folk, SALES, 15)
    line = add(folk, SalesOrderLineItem(order_id=pk, quantity=5))
    shipment = add(folk, SalesOrderShipment(order_id=pk, reference="1"))
    assert "accept_incomplete" in act(api, SALES, pk, "complete").json()
    assert act(api, SALES, pk, "complete", accept_incomplete=True).json() == {
        "non_field_errors": ["Order cannot be completed as there are incomplete shipments"]
    }
    with folk.server.database.write() as session:
        row = session.get(SalesOrderShipment, shipment)
        assert row is not None
        row.shipment_date = date(2026, 1, 2)
    add(folk, SalesOrderAllocation(line_id=line, item_id=item, quantity=1))
    assert act(api, SALES, pk, "complete", accept_incomplete=True).json() == {
        "non_field_errors": ["Order cannot be completed as there are incomplete allocations"]
    }


def test_cancelling_frees_what_was_promised_and_keeps_what_was_shipped(folk: People, api: httpx.Client) -> None:
    shop = Shop(api)
    item = shop.item(shop.part(salable=True), 10)
    pk = make_order(folk, SALES, 15)
    line = add(folk, SalesOrderLineItem(order_id=pk, quantity=5))
    sent = add(folk, SalesOrderShipment(order_id=pk, reference="1", shipment_date=date(2026, 1, 2)))
    kept = add(folk, SalesOrderAllocation(line_id=line, item_id=item, shipment_id=sent, quantity=1))
    add(folk, SalesOrderAllocation(line_id=line, item_id=item, quantity=3))
    act(api, SALES, pk, "cancel").raise_for_status()
    with folk.server.database.write() as session:
        left = session.query(SalesOrderAllocation.pk).filter_by(line_id=line).all()
    assert left == [(kept,)]
    pk = make_order(folk, TRANSFER, 20)
    moved = add(folk, TransferOrderLineItem(order_id=pk, quantity=5))
    add(folk, TransferOrderAllocation(line_id=moved, item_id=item, quantity=3))
    act(api, TRANSFER, pk, "cancel").raise_for_status()
    with folk.server.database.write() as session:
        assert session.query(TransferOrderAllocation.pk).filter_by(line_id=moved).all() == []
