"""Receiving against purchase orders, over the wire."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from server.db.models.build import Build
from server.db.models.common import ExchangeBackend, InvenTreeCustomUserStateModel, Rate
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
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


def received(desk: Desk, line: int) -> Decimal:
    return Decimal(desk.read(PurchaseOrderLineItem, line).received)


def made(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 201, answer.text
    items: list[dict[str, Any]] = answer.json()
    return items


def refusal(answer: httpx.Response) -> Any:
    assert answer.status_code == 400, answer.text
    return answer.json()


def test_packs_become_stock_in_units_of_the_part_at_the_price_of_one(desk: Desk) -> None:
    part, place = desk.part(), desk.shop.location()
    supplied = desk.supplied(part, pack=100, packaging="Reel")
    order, (line,) = desk.purchase({
        "part": supplied, "quantity": 5, "purchase_price": 12, "purchase_price_currency": "EUR", "discount": 10,
    })  # fmt: skip
    (item,) = made(desk.receive(order, {"line_item": line, "quantity": 2, "note": "box torn"}, location=place))
    shown = {
        name: item[name] for name in ("quantity", "purchase_price", "purchase_price_currency", "packaging", "notes")
    }
    assert shown == {
        "quantity": 200, "purchase_price": 0.108, "purchase_price_currency": "EUR", "packaging": "Reel",
        "notes": "box torn",
    }  # fmt: skip
    assert (item["part"], item["supplier_part"], item["purchase_order"]) == (part, supplied, order)
    assert received(desk, line) == 2
    ((code, deltas),) = desk.shop.history(item["pk"])
    assert code == 70
    assert deltas == {"location": place, "purchaseorder": order, "quantity": 200, "line": line, "status": 10}
    assert desk.read(PurchaseOrder, order).status == 20


def test_partial_receipts_of_a_line_can_be_told_apart(desk: Desk) -> None:
    place = desk.shop.location()
    order, lines = desk.purchase(*[{"part": desk.supplied(desk.part()), "quantity": 10}] * 2)
    first = made(desk.receive(order, {"line_item": lines[0], "quantity": 4}, location=place))
    second = made(
        desk.receive(
            order, {"line_item": lines[0], "quantity": 1}, {"line_item": lines[1], "quantity": 2},
            {"line_item": lines[0], "quantity": 3}, location=place,
        )
    )  # fmt: skip
    told = [desk.shop.history(item["pk"])[0][1] for item in (*first, *second)]
    assert [(entry["line"], entry["quantity"]) for entry in told] == [
        (lines[0], 4), (lines[0], 1), (lines[1], 2), (lines[0], 3),
    ]  # fmt: skip
    assert [received(desk, line) for line in lines] == [8, 2]


def test_the_last_line_completes_the_order_and_says_who_received_it(desk: Desk) -> None:
    order, (line,) = desk.purchase({"part": desk.supplied(desk.part()), "quantity": 3})
    made(desk.receive(order, {"line_item": line, "quantity": 3}, location=desk.shop.location()))
    row = desk.read(PurchaseOrder, order)
    assert (row.status, row.complete_date) == (30, date.today())
    assert row.received_by_id is not None
    late = refusal(desk.receive(order, {"line_item": line, "quantity": 1}, location=desk.shop.location()))
    assert late == {"non_field_errors": ["Lines can only be received against an order marked as 'PLACED'"]}


def test_the_order_stays_open_where_the_setting_says_so(desk: Desk) -> None:
    order, (line,) = desk.purchase({"part": desk.supplied(desk.part()), "quantity": 3})
    desk.api.patch("settings/global/PURCHASEORDER_AUTO_COMPLETE/", json={"value": False}).raise_for_status()
    try:
        made(desk.receive(order, {"line_item": line, "quantity": 3}, location=desk.shop.location()))
    finally:
        desk.api.patch("settings/global/PURCHASEORDER_AUTO_COMPLETE/", json={"value": True}).raise_for_status()
    assert desk.read(PurchaseOrder, order).status == 20


def test_a_surplus_is_taken_or_refused_with_the_figures(desk: Desk) -> None:
    place = desk.shop.location()
    order, lines = desk.purchase(*[{"part": desk.supplied(desk.part()), "quantity": 10, "received": 7}] * 2)
    made(desk.receive(order, {"line_item": lines[0], "quantity": 5}, location=place))
    assert received(desk, lines[0]) == 12
    desk.set_own("PURCHASE_OVER_RECEIPT", "refuse")
    try:
        told = refusal(
            desk.receive(
                order, {"line_item": lines[1], "quantity": 2}, {"line_item": lines[1], "quantity": 2.5}, location=place
            )
        )
    finally:
        desk.set_own("PURCHASE_OVER_RECEIPT", "accept")
    assert told == {"items": {"1": {"quantity": ["10 ordered, 9 received: 2.5 would be 1.5 too many."]}}}
    assert received(desk, lines[1]) == 7


def test_where_it_goes(desk: Desk) -> None:
    """The receipt says, else the delivery, else the line, else the order, else the part."""
    shop = desk.shop
    own, delivery, of_line, of_order, of_part = (shop.location() for _ in range(5))
    supplied = desk.supplied(desk.part(default_location=of_part))
    plain, directed = {"part": supplied, "quantity": 9}, {"part": supplied, "quantity": 9, "destination_id": of_line}
    order, lines = desk.purchase(plain, directed, destination_id=of_order)
    bare, (line,) = desk.purchase(plain)
    items = made(
        desk.receive(
            order, {"line_item": lines[0], "quantity": 1}, {"line_item": lines[1], "quantity": 1},
            {"line_item": lines[1], "quantity": 1, "location": own},
        )
    )  # fmt: skip
    items += made(desk.receive(order, {"line_item": lines[1], "quantity": 1}, location=delivery))
    items += made(desk.receive(bare, {"line_item": line, "quantity": 1}))
    assert [item["location"] for item in items] == [of_order, of_line, own, delivery, of_part]


def test_nothing_goes_nowhere_or_into_what_holds_no_stock(desk: Desk) -> None:
    order, (line,) = desk.purchase({"part": desk.supplied(desk.part()), "quantity": 9})
    building = desk.shop.location(structural=True)
    one = {"line_item": line, "quantity": 1}
    assert refusal(desk.receive(order, one)) == {"location": ["Destination location must be specified"]}
    text = ["Structural locations cannot be assigned stock items"]
    assert refusal(desk.receive(order, one, location=building)) == {"location": text}
    told = refusal(desk.receive(order, one, {**one, "location": building}, location=desk.shop.location()))
    assert told == {"items": {"1": {"location": text}}}
    assert received(desk, line) == 0


def test_serial_numbers_are_given_out_once(desk: Desk) -> None:
    part, place = desk.part(trackable=True), desk.shop.location()
    desk.shop.items(part, 1, location=place, serial_numbers="7")
    order, lines = desk.purchase(*[{"part": desk.supplied(part, pack=2), "quantity": 9}] * 2)
    items = made(
        desk.receive(
            order, {"line_item": lines[0], "quantity": 1, "serial_numbers": "~+"},
            {"line_item": lines[1], "quantity": 1, "serial_numbers": "~+"}, location=place,
        )
    )  # fmt: skip
    assert [(item["serial"], item["quantity"]) for item in items] == [("8", 1), ("9", 1), ("10", 1), ("11", 1)]
    told = refusal(
        desk.receive(
            order, {"line_item": lines[0], "quantity": 1, "serial_numbers": "20,9"},
            {"line_item": lines[1], "quantity": 1, "serial_numbers": "20,21"},
            {"line_item": lines[1], "quantity": 1, "serial_numbers": "30"}, location=place,
        )
    )  # fmt: skip
    assert told["items"]["2"] == {"serial_numbers": ["Number of unique serial numbers (1) must match quantity (2)"]}
    text = "The following serial numbers already exist or are invalid"
    assert told["items"]["0"] == {"serial_numbers": [f"{text}: 9"]}
    assert told["items"]["1"] == {"serial_numbers": [f"{text}: 20"]}
    half = refusal(desk.receive(order, {"line_item": lines[0], "quantity": 0.25}, location=place))
    assert half == {"items": {"0": {"quantity": ["Quantity must be integer value for trackable parts"]}}}
    assert [received(desk, line) for line in lines] == [1, 1]


def test_a_barcode_stands_for_one_item(desk: Desk) -> None:
    part, place = desk.part(trackable=True), desk.shop.location()
    order, lines = desk.purchase(*[{"part": desk.supplied(part), "quantity": 9}] * 2)
    one = {"line_item": lines[0], "quantity": 1, "barcode": "BOX-1"}
    twice = refusal(desk.receive(order, one, {**one, "line_item": lines[1]}, location=place))
    assert twice == {"non_field_errors": ["Supplied barcode values must be unique"]}
    (item,) = made(desk.receive(order, {**one, "serial_numbers": "1"}, location=place))
    found = desk.api.post("barcode/", json={"barcode": "BOX-1"}).json()
    assert found["stockitem"]["pk"] == item["pk"]
    again = refusal(desk.receive(order, one, location=place))
    assert again == {"items": {"0": {"barcode": ["Barcode is already in use"]}}}
    several = refusal(
        desk.receive(order, {**one, "barcode": "BOX-2", "quantity": 2, "serial_numbers": "2-3"}, location=place)
    )
    assert several == {"items": {"0": {"barcode": ["One barcode cannot stand for several serialized items"]}}}


def test_states_of_ones_own_are_kept(desk: Desk) -> None:
    place = desk.shop.location()
    desk.add(
        InvenTreeCustomUserStateModel(
            key=175, name="INSPECT", label="To inspect", color="info", logical_key=75, reference_status="StockStatus"
        )
    )
    order, (line,) = desk.purchase({"part": desk.supplied(desk.part()), "quantity": 9})
    receipt = {"line_item": line, "quantity": 1, "status": 175, "batch_code": "B7", "expiry_date": "2031-01-01"}
    (item,) = made(desk.receive(order, receipt, location=place))
    shown = {name: item[name] for name in ("status", "status_custom_key", "in_stock", "batch", "expiry_date")}
    assert shown == {
        "status": 75, "status_custom_key": 175, "in_stock": False, "batch": "B7", "expiry_date": "2031-01-01",
    }  # fmt: skip


def test_prices_are_kept_in_the_servers_currency_where_it_says_so_and_a_rate_is_known(desk: Desk) -> None:
    place, supplied = desk.shop.location(), desk.supplied(desk.part())
    with desk.folk.server.database.write() as session:
        session.execute(delete(Rate))
    rates = desk.add(ExchangeBackend(name="rates", base_currency="USD", last_update=datetime.now(UTC)))
    desk.add(Rate(currency="USD", value=1.0, backend_id=rates))
    desk.add(Rate(currency="EUR", value=0.8, backend_id=rates))
    order, lines = desk.purchase(
        *(
            {"part": supplied, "quantity": 9, "purchase_price": 4, "purchase_price_currency": code}
            for code in ("EUR", "GBP")
        )
    )
    desk.api.patch("settings/global/PURCHASEORDER_CONVERT_CURRENCY/", json={"value": True}).raise_for_status()
    try:
        items = made(desk.receive(order, *({"line_item": line, "quantity": 1} for line in lines), location=place))
    finally:
        desk.api.patch("settings/global/PURCHASEORDER_CONVERT_CURRENCY/", json={"value": False}).raise_for_status()
    assert [(item["purchase_price"], item["purchase_price_currency"]) for item in items] == [(5, "USD"), (4, "GBP")]


def test_what_an_external_build_ordered_goes_to_it(desk: Desk) -> None:
    part, place = desk.part(assembly=True), desk.shop.location()
    builds = [
        desk.add(
            Build(
                reference=f"BO-{number}-{part}", part_id=part, external=external, status=status, quantity=5,
                creation_date=date.today(), tree_path="",
            )
        )
        for number, (external, status) in enumerate([(True, 20), (True, 40), (True, 30), (False, 20)])
    ]  # fmt: skip
    supplied = desk.supplied(part)
    order, lines = desk.purchase(*({"part": supplied, "quantity": 9, "build_order_id": build} for build in builds))
    items = made(desk.receive(order, *({"line_item": line, "quantity": 2} for line in lines[:3]), location=place))
    assert [(item["build"], item["is_building"]) for item in items] == [
        (builds[0], True), (builds[1], False), (None, False),
    ]  # fmt: skip
    assert desk.read(Build, builds[1]).completed == 2
    told = refusal(desk.receive(order, {"line_item": lines[3], "quantity": 2}, location=place))
    assert told == {"non_field_errors": ["Cannot receive items against an internal build order"]}


def test_a_virtual_part_is_received_without_stock(desk: Desk) -> None:
    order, (line,) = desk.purchase({"part": desk.supplied(desk.part(virtual=True)), "quantity": 2})
    assert made(desk.receive(order, {"line_item": line, "quantity": 2})) == []
    assert received(desk, line) == 2


def test_a_line_without_a_part_or_of_another_order_is_refused(desk: Desk) -> None:
    place = desk.shop.location()
    order, (bare,) = desk.purchase({"quantity": 2})
    _, (other,) = desk.purchase({"part": desk.supplied(desk.part()), "quantity": 2})
    told = [refusal(desk.receive(order, {"line_item": line, "quantity": 1}, location=place)) for line in (bare, other)]
    assert [text["non_field_errors"] for text in told] == [
        ["Line item is missing a linked part"], ["{'Line item does not match purchase order'}"],
    ]  # fmt: skip
    missing = desk.receive(10**6, {"line_item": bare, "quantity": 1}, location=place)
    assert (missing.status_code, missing.json()) == (404, {"detail": "No PurchaseOrder matches the given query."})


def test_250_lines_ask_the_database_as_often_as_5(desk: Desk) -> None:
    place = desk.shop.location()
    supplier = desk.company(is_supplier=True)
    asked: list[int] = []
    kinds: list[list[str]] = []
    for number in (5, 250):
        supplied = [desk.supplied(part, pack=10, supplier_id=supplier) for part in desk.many_parts(number)]
        order, lines = desk.purchase(*({"part": part, "quantity": 4, "purchase_price": 1} for part in supplied))
        items = [
            {
                "line_item": line, "quantity": 4, "location": place, "barcode": f"{order}/{line}",
                "serial_numbers": f"{line}001-{line}040",
            }
            for line in lines
        ]  # fmt: skip
        plain = [{**item, "serial_numbers": ""} for item in items]
        with traced(desk.folk.server.database) as statements:
            assert len(made(desk.receive(order, *plain))) == number
        asked.append(sum(text.lstrip().startswith(("SELECT", "WITH")) for text in statements))
        kinds.append(sorted({text[:40] for text in statements if text.startswith(("INSERT", "UPDATE"))}))
    assert asked[0] == asked[1]
    assert asked[0] <= 30
    assert kinds[0] == kinds[1]


def test_many_deliveries_at_once_never_bring_more_than_was_ordered(desk: Desk) -> None:
    place = desk.shop.location()
    part = desk.part()
    order, (line,) = desk.purchase({"part": desk.supplied(part), "quantity": 10})
    desk.set_own("PURCHASE_OVER_RECEIPT", "refuse")
    try:
        with ThreadPoolExecutor(8) as pool:
            receipt = {"line_item": line, "quantity": 3}
            told = list(pool.map(lambda _: desk.receive(order, receipt, location=place).status_code, range(8)))
    finally:
        desk.set_own("PURCHASE_OVER_RECEIPT", "accept")
    assert sorted(told) == [201] * 3 + [400] * 5
    assert received(desk, line) == 9
    assert sum(desk.shop.read(item)["quantity"] for item in desk.shop.keys(part=part)) == 9


def test_who_may_receive(desk: Desk) -> None:
    order, (line,) = desk.purchase({"part": desk.supplied(desk.part()), "quantity": 9})
    body = {"items": [{"line_item": line, "quantity": 1}], "location": desk.shop.location()}
    desk.folk.make("looks", roles={"purchase_order": ["view"], "stock": ["add"]})
    desk.folk.make("receives", roles={"purchase_order": ["add"]})
    with desk.folk.client("looks") as looks, desk.folk.client("receives") as receives:
        told = [who.post(f"order/po/{order}/receive/", json=body).status_code for who in (looks, receives)]
    assert told == [403, 201]
