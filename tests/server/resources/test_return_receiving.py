"""Taking back what customers return, over the wire."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.order import ReturnOrder, ReturnOrderLineItem
from tests.server.resources.order_desk import Desk
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop, traced


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def desk(folk: People) -> Iterator[Desk]:
    with folk.client("admin") as client:
        yield Desk(folk, Shop(client))


@pytest.fixture(scope="module")
def customer(desk: Desk) -> int:
    return desk.company(is_customer=True)


def sold(desk: Desk, customer: int, quantity: float = 10, **values: Any) -> int:
    """An item that a customer has."""
    item = desk.shop.item(desk.part(salable=True), quantity, location=desk.shop.location(), **values)
    answer = desk.api.post("stock/assign/", json={"items": [{"item": item}], "customer": customer})
    assert answer.status_code == 201, answer.text
    return item


def receive(desk: Desk, order: int, *lines: dict[str, Any], **more: Any) -> httpx.Response:
    return desk.api.post(f"order/ro/{order}/receive/", json={"items": list(lines), **more})


def test_what_comes_back_waits_in_quarantine(desk: Desk, customer: int) -> None:
    item, place = sold(desk, customer), desk.shop.location()
    order, (line,) = desk.give_back({"item": item, "quantity": 10}, customer_id=customer)
    answer = receive(desk, order, {"item": line}, location=place, note="scratched")
    assert (answer.status_code, answer.json()) == (
        201, {"items": [{"item": line, "status": None}], "location": place, "note": "scratched"},
    )  # fmt: skip
    row = desk.shop.read(item)
    assert (row["status"], row["location"], row["customer"], row["in_stock"]) == (75, place, None, False)
    code, deltas = desk.shop.history(item)[-1]
    assert code == 80
    assert (deltas["returnorder"], deltas["customer"], deltas["quantity"], deltas["location"]) == (
        order, customer, 10, place,
    )  # fmt: skip
    kept = desk.read(ReturnOrderLineItem, line)
    assert (kept.received_date, kept.outcome, kept.item_id) == (date.today(), 10, item)


def test_the_state_may_be_said_for_each_or_be_set_for_all(desk: Desk, customer: int) -> None:
    items, place = [sold(desk, customer) for _ in range(2)], desk.shop.location()
    order, lines = desk.give_back(*({"item": item, "quantity": 10} for item in items), customer_id=customer)
    desk.set_own("RETURN_RECEIVED_STATUS", "85")
    try:
        receive(desk, order, {"item": lines[0]}, {"item": lines[1], "status": 55}, location=place).raise_for_status()
    finally:
        desk.set_own("RETURN_RECEIVED_STATUS", "75")
    assert [desk.shop.read(item)["status"] for item in items] == [85, 55]


def test_a_part_of_an_item_comes_back_as_an_item_of_its_own(desk: Desk, customer: int) -> None:
    item, place = sold(desk, customer), desk.shop.location()
    order, (line,) = desk.give_back({"item": item, "quantity": 4}, customer_id=customer)
    receive(desk, order, {"item": line}, location=place).raise_for_status()
    left = desk.shop.read(item)
    assert (left["quantity"], left["customer"], left["location"]) == (6, customer, None)
    piece = desk.shop.read(desk.read(ReturnOrderLineItem, line).item_id)
    assert (piece["quantity"], piece["customer"], piece["parent"], piece["location"]) == (4, None, item, place)
    assert [code for code, _ in desk.shop.history(piece["pk"])] == [40, 80]


def test_a_line_comes_back_once(desk: Desk, customer: int) -> None:
    item, place = sold(desk, customer), desk.shop.location()
    order, (line,) = desk.give_back({"item": item, "quantity": 10}, customer_id=customer)
    receive(desk, order, {"item": line}, {"item": line}, location=place).raise_for_status()
    before = desk.shop.history(item)
    receive(desk, order, {"item": line, "status": 10}, location=desk.shop.location()).raise_for_status()
    assert desk.shop.history(item) == before
    assert desk.shop.read(item)["status"] == 75


def test_what_cannot_come_back_is_refused(desk: Desk, customer: int) -> None:
    place, here = desk.shop.location(), desk.shop.item(desk.part(), 5, location=desk.shop.location())
    few = sold(desk, customer, 3)
    order, (lying, much) = desk.give_back(
        {"item": here, "quantity": 5}, {"item": few, "quantity": 4}, customer_id=customer
    )
    _, (other,) = desk.give_back({"item": few, "quantity": 1}, customer_id=customer)
    told = receive(desk, order, {"item": lying}, {"item": much}, location=place)
    assert told.status_code == 400
    assert told.json() == {
        "items": {
            "0": {"item": ["Stock item is already in stock: no customer has any of it"]},
            "1": {"quantity": ["Only 3 of 4 available."]},
        }
    }
    strange = receive(desk, order, {"item": other}, location=place)
    assert strange.json() == {"items": {"0": {"item": ["Line item does not match return order"]}}}
    structural = receive(desk, order, {"item": much}, location=desk.shop.location(structural=True))
    assert structural.json() == {"location": ["Structural locations cannot be assigned stock items"]}
    assert desk.shop.read(few)["customer"] == customer
    assert receive(desk, 10**6, {"item": lying}, location=place).status_code == 404


@pytest.mark.parametrize("status", [10, 25, 30, 40])
def test_only_orders_in_progress_take_goods_back(desk: Desk, customer: int, status: int) -> None:
    item = sold(desk, customer)
    order, (line,) = desk.give_back({"item": item, "quantity": 10}, status=status, customer_id=customer)
    told = receive(desk, order, {"item": line}, location=desk.shop.location())
    assert (told.status_code, told.json()) == (
        400, {"non_field_errors": ["Items can only be received against orders which are in progress"]},
    )  # fmt: skip
    assert desk.read(ReturnOrder, order).status == status


def test_many_lines_ask_the_database_as_often_as_few(desk: Desk, customer: int) -> None:
    place, asked = desk.shop.location(), []
    for number in (4, 40):  # a single piece is inserted in another way
        items = [sold(desk, customer) for _ in range(number)]
        order, lines = desk.give_back(
            *({"item": item, "quantity": 3 + 7 * (index % 2)} for index, item in enumerate(items)), customer_id=customer
        )
        with traced(desk.folk.server.database) as statements:
            receive(desk, order, *({"item": line} for line in lines), location=place).raise_for_status()
        asked.append(sum(text.lstrip().startswith(("SELECT", "WITH")) for text in statements))
    assert asked[0] == asked[1]
