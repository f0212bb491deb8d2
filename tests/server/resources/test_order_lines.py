"""Lines of orders over the wire: what may be ordered, what they cost, and the totals of their orders."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.build import Build
from server.db.models.common import ExchangeBackend, Rate
from server.db.models.company import SupplierPriceBreak
from server.db.models.order import (
    PurchaseOrder,
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
)
from tests.server.resources.order_desk import Desk
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def desk(folk: People) -> Iterator[Desk]:
    with folk.client("admin") as client:
        yield Desk(folk, Shop(client))


@pytest.fixture(scope="module")
def company(desk: Desk) -> int:
    return desk.company(is_supplier=True, is_customer=True)


def posted(desk: Desk, path: str, **values: Any) -> dict[str, Any]:
    answer = desk.api.post(f"order/{path}/", json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def refused(answer: httpx.Response) -> Any:
    assert answer.status_code == 400, answer.text
    return answer.json()


def total(desk: Desk, model: type[Any], pk: int) -> Decimal:
    """The total of an order, as the database has it."""
    return Decimal(desk.read(model, pk).total_price)


def bought(desk: Desk, company: int, **values: Any) -> tuple[int, int]:
    """A new purchase order and something that its supplier sells."""
    order = posted(desk, "po", supplier=company, **values)["pk"]
    return order, desk.supplied(desk.part(), supplier_id=company)


# ------------------------------------------------------------------------------------------------- totals


def test_the_total_follows_every_change_of_a_line(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    line = posted(desk, "po-line", order=order, part=part, quantity="2.5", purchase_price="0.123456")
    assert line["order_detail"]["total_price"] == 0.30864
    assert total(desk, PurchaseOrder, order) == Decimal("0.308640")
    extra = posted(desk, "po-extra-line", order=order, price="10", quantity=3, discount="12.5")
    assert extra["total_price"] == 26.25
    assert total(desk, PurchaseOrder, order) == Decimal("26.558640")
    change = {"part": part, "discount": "100"}
    assert desk.api.patch(f"order/po-line/{line['pk']}/", json=change).json()["total_price"] == 0
    assert total(desk, PurchaseOrder, order) == Decimal("26.25")
    assert desk.api.delete(f"order/po-extra-line/{extra['pk']}/").status_code == 204
    assert total(desk, PurchaseOrder, order) == 0


def test_lines_move_between_orders_with_their_price(desk: Desk, company: int) -> None:
    customer = desk.company(is_customer=True)
    first, second = (posted(desk, "so", customer=customer)["pk"] for _ in range(2))
    part = desk.part(salable=True)
    line = posted(desk, "so-line", order=first, part=part, quantity=2, sale_price="7")
    moved = desk.api.patch(f"order/so-line/{line['pk']}/", json={"order": second})
    assert moved.status_code == 200, moved.text
    assert (total(desk, SalesOrder, first), total(desk, SalesOrder, second)) == (Decimal(0), Decimal(14))


def test_prices_in_other_currencies_are_converted_by_the_rates(desk: Desk) -> None:
    backend = desk.add(ExchangeBackend(name="test", last_update=datetime.now(UTC), base_currency="USD"))
    desk.add(Rate(currency="USD", value=1.0, backend_id=backend))
    desk.add(Rate(currency="EUR", value=0.8, backend_id=backend))
    supplier = desk.company(is_supplier=True, currency="EUR")
    order, part = bought(desk, supplier)
    posted(desk, "po-line", order=order, part=part, quantity=2, purchase_price="10", purchase_price_currency="USD")
    assert total(desk, PurchaseOrder, order) == 16
    assert desk.read(PurchaseOrder, order).total_price_currency == "EUR"
    in_dollars = desk.api.patch(f"order/po/{order}/", json={"order_currency": "USD"}).json()
    assert in_dollars["total_price"] == 20
    posted(desk, "po-extra-line", order=order, price="5", price_currency="JPY")
    assert desk.api.get(f"order/po/{order}/").json()["total_price"] is None, "there is no rate for yen"


def test_many_lines_at_once_are_all_or_none_and_totalled_once(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    lines = [
        {"order": order, "part": part, "quantity": 1, "purchase_price": str(n), "merge_items": False}
        for n in range(1, 41)
    ]
    assert len(desk.api.post("order/po-line/", json=lines).json()) == 40
    assert total(desk, PurchaseOrder, order) == 820
    errors = refused(desk.api.post("order/po-line/", json=[*lines, {"order": order, "part": part, "quantity": -1}]))
    assert errors[40] == {"quantity": ["Ensure this value is greater than or equal to 0."]}
    keys = [line["pk"] for line in desk.api.get("order/po-line/", params={"order": order}).json()]
    assert len(keys) == 40
    gone = desk.api.request("DELETE", "order/po-line/", json={"items": keys[:39]})
    assert gone.status_code == 200, gone.text
    assert total(desk, PurchaseOrder, order) == 40


def test_a_discount_beyond_the_price_is_refused(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    for wrong, text in ((101, "less than or equal to 100"), (-1, "greater than or equal to 0")):
        answer = desk.api.post("order/po-line/", json={"order": order, "part": part, "discount": wrong})
        assert refused(answer) == {"discount": [f"Ensure this value is {text}."]}


# ------------------------------------------------------------------------------------------------- purchase lines


def test_a_line_joins_the_one_that_asks_for_the_same(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    first = posted(desk, "po-line", order=order, part=part, quantity=2, purchase_price="4", reference="R1")
    joined = posted(desk, "po-line", order=order, part=part, quantity=3)
    assert (joined["pk"], joined["quantity"], joined["purchase_price"]) == (first["pk"], 5, 4)
    for other in (
        {"purchase_price": "5"}, {"target_date": "2031-01-01"}, {"merge_items": False}, {"reference": "R2"},
        {"destination": desk.shop.location()},
    ):  # fmt: skip
        assert posted(desk, "po-line", order=order, part=part, quantity=1, **other)["pk"] != first["pk"], other
    assert desk.read(PurchaseOrder, order).total_price == 25


def test_lines_are_not_joined_where_the_settings_say_so(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    path = "settings/global/PURCHASEORDER_MERGE_LINE_ITEMS/"
    desk.api.patch(path, json={"value": "False"})
    try:
        made = {posted(desk, "po-line", order=order, part=part)["pk"] for _ in range(2)}
    finally:
        desk.api.patch(path, json={"value": "True"})
    assert len(made) == 2


@pytest.mark.parametrize(("quantity", "price"), [(1, 10), (9, 10), (10, 8), (99, 8), (100, 6.5)])
def test_prices_come_from_the_breaks_of_the_supplier(desk: Desk, company: int, quantity: int, price: float) -> None:
    order, part = bought(desk, company)
    for least, cost in ((5, 10), (10, 8), (100, "6.5")):
        desk.add(SupplierPriceBreak(part_id=part, quantity=least, price=Decimal(cost), price_currency="EUR"))
    line = posted(desk, "po-line", order=order, part=part, quantity=quantity, auto_pricing=True)
    assert (line["purchase_price"], line["purchase_price_currency"]) == (price, "EUR")


def test_the_part_is_one_of_the_order_s_supplier(desk: Desk, company: int) -> None:
    order, _ = bought(desk, company)
    foreign = desk.supplied(desk.part())
    assert refused(desk.api.post("order/po-line/", json={"order": order, "part": foreign, "quantity": 1})) == {
        "part": ["Supplier must match purchase order"], "order": ["Purchase order must match supplier"],
    }  # fmt: skip


def test_a_build_that_a_line_is_for_builds_that_part_elsewhere(desk: Desk, company: int) -> None:
    order, _ = bought(desk, company)
    table, screw = desk.part(assembly=True), desk.part()
    values: dict[str, Any] = {"title": "", "creation_date": datetime.now(UTC).date(), "tree_path": ""}
    inside = desk.add(Build(reference="BO-1", part_id=table, quantity=1, external=False, **values))
    outside = desk.add(Build(reference="BO-2", part_id=table, quantity=1, external=True, **values))
    for part, build, text in (
        (table, inside, "Build order must be marked as external"),
        (screw, outside, "Build orders can only be linked to assembly parts"),
        (desk.part(assembly=True), outside, "Build order part must match line item part"),
    ):
        body = {"order": order, "part": desk.supplied(part, supplier_id=company), "build_order": build}
        assert refused(desk.api.post("order/po-line/", json=body)) == {"build_order": [text]}
    supplied = desk.supplied(table, supplier_id=company)
    line = posted(desk, "po-line", order=order, part=supplied, quantity=1, build_order=outside)
    assert line["build_order_detail"]["reference"] == "BO-2"
    found = desk.api.get("order/po/", params={"external_build": outside}).json()
    assert [one["pk"] for one in found] == [order]


def test_goods_go_where_line_order_or_part_say(desk: Desk, company: int) -> None:
    usual, whole, own = (desk.shop.location() for _ in range(3))
    part = desk.part(default_location=usual)
    supplied = desk.supplied(part, supplier_id=company)
    order = posted(desk, "po", supplier=company)["pk"]
    line = posted(desk, "po-line", order=order, part=supplied, quantity=1)
    assert line["destination_detail"]["pk"] == usual
    desk.api.patch(f"order/po/{order}/", json={"destination": whole})
    path = f"order/po-line/{line['pk']}/"
    assert desk.api.get(path).json()["destination_detail"]["pk"] == whole
    assert desk.api.patch(path, json={"part": supplied, "destination": own}).json()["destination_detail"]["pk"] == own


def test_lines_of_an_order_that_is_done_are_closed(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    line = posted(desk, "po-line", order=order, part=part, quantity=1)["pk"]
    extra = posted(desk, "po-extra-line", order=order)["pk"]
    with desk.folk.server.database.write() as session:
        session.get_one(PurchaseOrder, order).status = 30
    locked = {"non_field_errors": ["The order is locked and cannot be modified"]}
    for answer in (
        desk.api.post("order/po-line/", json={"order": order, "part": part}),
        desk.api.patch(f"order/po-line/{line}/", json={"part": part, "quantity": 5}),
        desk.api.delete(f"order/po-line/{line}/"),
        desk.api.request("DELETE", "order/po-line/", json={"items": [line]}),
        desk.api.post("order/po-extra-line/", json={"order": order}),
        desk.api.delete(f"order/po-extra-line/{extra}/"),
    ):
        assert refused(answer) == locked


def test_lines_are_sorted_by_the_number_in_their_line_number(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    for number in ("10", "2", "2b", "x", ""):
        posted(desk, "po-line", order=order, part=part, line=number, merge_items=False)
    found = desk.api.get("order/po-line/", params={"order": order, "ordering": "line"}).json()
    assert [line["line"] for line in found] == ["", "x", "2", "2b", "10"]


def test_received_pending_and_text_narrow_the_lines(desk: Desk, company: int) -> None:
    order, part = bought(desk, company)
    done = posted(desk, "po-line", order=order, part=part, quantity="7.25", merge_items=False)["pk"]
    left = posted(desk, "po-line", order=order, part=part, quantity=9, merge_items=False, reference="dock 4")["pk"]
    extra = posted(desk, "po-extra-line", order=order, quantity="31.5", description="freight")["pk"]
    with desk.folk.server.database.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE order_purchaseorderlineitem SET received = quantity WHERE pk = {done}"
        )

    def found(path: str = "po-line", **query: Any) -> list[int]:
        return [row["pk"] for row in desk.api.get(f"order/{path}/", params={"order": order, **query}).json()]

    assert (found(received="true"), found(received="false")) == ([done], [left])
    assert found(search="dock") == [left]
    assert found("po-extra-line", search="31.5") == found("po-extra-line", search="FREIGHT") == [extra]
    assert found(pending="false") == []
    assert desk.api.get(f"order/po/{order}/").json()["completed_lines"] == 1


# ------------------------------------------------------------------------------------------------- sales lines


def test_a_sales_line_tells_what_is_promised_and_what_is_left(desk: Desk) -> None:
    chair = desk.part(is_template=True, salable=True)
    red = desk.part(variant_of=chair, salable=True)
    item = desk.shop.item(chair, 12)
    desk.shop.item(red, 5)
    order = posted(desk, "so", customer=desk.company(is_customer=True))["pk"]
    line = posted(desk, "so-line", order=order, part=chair, quantity=8)
    desk.add(SalesOrderAllocation(line_id=line["pk"], item_id=item, quantity=8))
    shown = desk.api.get(f"order/so-line/{line['pk']}/").json()
    figures = ("allocated", "available_stock", "available_variant_stock", "building", "on_order", "overdue")
    assert tuple(shown[name] for name in figures) == (8, 4, 5, 0, 0, False)
    assert desk.api.get(f"order/so/{order}/").json()["allocated_lines"] == 1
    for query, there in (
        ({"allocated": "true"}, True),
        ({"allocated": "false"}, False),
        ({"completed": "true"}, False),
    ):
        found = desk.api.get("order/so-line/", params={"order": order, **query}).json()
        assert bool(found) is there, query
    short = posted(desk, "so-line", order=order, part=chair, quantity=8.5)
    desk.add(SalesOrderAllocation(line_id=short["pk"], item_id=item, quantity=1))
    assert desk.api.get(f"order/so/{order}/").json()["allocated_lines"] == 1
    assert desk.api.get(f"order/so-line/{short['pk']}/").json()["available_stock"] == 3


def test_only_what_is_sold_goes_on_a_sales_order(desk: Desk) -> None:
    order = posted(desk, "so", customer=desk.company(is_customer=True))["pk"]
    part = desk.part(salable=False)
    answer = desk.api.post("order/so-line/", json={"order": order, "part": part, "quantity": 1})
    assert refused(answer) == {"part": [f'Invalid pk "{part}" - object does not exist.']}


def test_a_line_without_a_part_has_no_stock(desk: Desk) -> None:
    order = posted(desk, "so", customer=desk.company(is_customer=True))["pk"]
    line = desk.add(SalesOrderLineItem(order_id=order, quantity=1))
    shown = desk.api.get(f"order/so-line/{line}/", params={"part_detail": "true"}).json()
    assert (shown["part_detail"], shown["available_stock"], shown["on_order"]) == (None, 0, 0)


# ------------------------------------------------------------------------------------------------- return lines


def test_no_more_comes_back_than_there_is(desk: Desk) -> None:
    part = desk.part(trackable=True)
    bag = desk.shop.item(part, 5)
    machine = desk.shop.items(part, 1, serial_numbers="77")[0]["pk"]
    order = posted(desk, "ro", customer=desk.company(is_customer=True))["pk"]
    for item, quantity, text in (
        (bag, 6, "Return quantity exceeds stock quantity"),
        (bag, 0, "Return quantity must be greater than zero"),
        (machine, 2, "Invalid quantity for serialized stock item"),
    ):
        body = {"order": order, "item": item, "quantity": quantity}
        assert refused(desk.api.post("order/ro-line/", json=body)) == {"quantity": [text]}
    line = posted(desk, "ro-line", order=order, item=bag, quantity=5)["pk"]
    answer = desk.api.post("order/ro-line/", json={"order": order, "item": bag, "quantity": 1})
    assert refused(answer) == {"non_field_errors": ["The fields order, item must make a unique set."]}
    decided = desk.api.patch("order/ro-line/", json={"items": [line], "outcome": 20})
    assert decided.status_code == 200, decided.text
    shown = desk.api.get(f"order/ro/{order}/").json()
    assert (shown["line_items"], shown["completed_lines"]) == (1, 1)
    found = desk.api.get("order/ro-line/", params={"outcome": 20, "order": order, "received": "false"}).json()
    assert [one["pk"] for one in found] == [line]
    assert found[0]["item_detail"]["pk"] == bag


# ------------------------------------------------------------------------------------------------- transfer lines


def test_a_transfer_order_names_its_places_and_counts_its_lines(desk: Desk) -> None:
    here, there = desk.shop.location(), desk.shop.location()
    order = posted(desk, "transfer-order", take_from=here, destination=there)
    assert (order["take_from_detail"]["pk"], order["destination_detail"]["pk"]) == (here, there)
    line = posted(desk, "transfer-order-line", order=order["pk"], part=desk.part(), quantity=3)
    assert (line["transferred"], line["overdue"]) == (0, None)
    shown = desk.api.get("order/transfer-order-line/", params={"order": order["pk"], "part_detail": "true"}).json()
    assert [(one["allocated"], one["part_detail"]["pk"]) for one in shown] == [(0, line["part"])]
    assert desk.api.get(f"order/transfer-order/{order['pk']}/").json()["line_items"] == 1
    assert desk.api.get("order/transfer-order/status/").json()["status_class"] == "TransferOrderStatus"
