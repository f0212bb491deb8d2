"""Transfer orders: promising stock to them, and moving or using it up, over the wire."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.order import (
    SalesOrder,
    SalesOrderAllocation,
    SalesOrderLineItem,
    TransferOrder,
    TransferOrderLineItem,
)
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


def act(desk: Desk, order: int, action: str, **body: Any) -> httpx.Response:
    return desk.api.post(f"order/transfer-order/{order}/{action}/", json=body)


def allocate(desk: Desk, order: int, *rows: tuple[int, int, float]) -> httpx.Response:
    items = [{"line_item": line, "stock_item": item, "quantity": quantity} for line, item, quantity in rows]
    return act(desk, order, "allocate", items=items)


def promises(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    answer = desk.api.get("order/transfer-order-allocation/", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()
    return rows


def refusal(answer: httpx.Response) -> Any:
    assert answer.status_code == 400, answer.text
    return answer.json()


def test_what_is_promised_goes_where_the_order_says(desk: Desk) -> None:
    part, here, there = desk.part(), desk.shop.location(), desk.shop.location()
    whole, split = desk.shop.item(part, 4, location=here), desk.shop.item(part, 10, location=here)
    order, (line,) = desk.transfer({"part": part, "quantity": 7}, take_from_id=here, destination_id=there)
    answer = allocate(desk, order, (line, whole, 4), (line, split, 3))
    assert answer.status_code == 201
    assert answer.json()["items"][1] == {"line_item": line, "stock_item": split, "quantity": "3.00000"}
    assert desk.shop.read(split)["allocated"] == 3
    done = act(desk, order, "complete")
    assert (done.status_code, done.json()) == (201, {"accept_incomplete_allocation": False})
    row = desk.read(TransferOrder, order)
    assert (row.status, row.complete_date) == (30, date.today())
    assert desk.read(TransferOrderLineItem, line).transferred == 7
    assert promises(desk, order=order) == []
    assert desk.shop.read(whole)["location"] == there
    (piece,) = [pk for pk in desk.shop.keys(part=part, location=there) if pk != whole]
    shown = desk.shop.read(piece)
    assert (shown["quantity"], shown["parent"], shown["allocated"]) == (3, split, 0)
    assert (desk.shop.read(split)["quantity"], desk.shop.read(split)["location"]) == (7, here)
    codes = {
        pk: [(code, deltas["transferorder"]) for code, deltas in desk.shop.history(pk)[-1:]]
        for pk in (whole, split, piece)
    }
    assert codes == {whole: [(20, order)], split: [(42, order)], piece: [(40, order)]}


def test_what_is_to_be_used_up_is_gone_after(desk: Desk) -> None:
    part, tracked, here = desk.part(), desk.part(trackable=True), desk.shop.location()
    some, all_of_it = desk.shop.item(part, 10, location=here), desk.shop.item(part, 2, location=here)
    numbered = desk.shop.item(tracked, 1, location=here, serial_numbers="1")
    order, lines = desk.transfer({"part": part, "quantity": 5}, {"part": tracked, "quantity": 1}, consume=True)
    allocate(desk, order, (lines[0], some, 3), (lines[0], all_of_it, 2), (lines[1], numbered, 1)).raise_for_status()
    act(desk, order, "complete").raise_for_status()
    assert desk.shop.read(some)["quantity"] == 7
    assert desk.shop.history(some)[-1] == (12, {"removed": 3, "quantity": 7, "transferorder": order})
    assert desk.shop.gone(all_of_it)
    kept = desk.shop.read(numbered)
    assert (kept["quantity"], kept["in_stock"]) == (0, False)
    assert [desk.read(TransferOrderLineItem, line).transferred for line in lines] == [5, 1]


def test_no_more_is_promised_than_is_free(desk: Desk) -> None:
    part = desk.part(salable=True)
    item = desk.shop.item(part, 10, location=desk.shop.location())
    sale = desk.add(SalesOrder(reference=f"SO-{item}", reference_int=item, status=15, order_currency=""))
    sold = desk.add(SalesOrderLineItem(order_id=sale, part_id=part, quantity=Decimal(4), shipped=Decimal(0)))
    desk.add(SalesOrderAllocation(line_id=sold, item_id=item, quantity=Decimal(4)))
    order, (line,) = desk.transfer({"part": part, "quantity": 10})
    told = refusal(allocate(desk, order, (line, item, 4), (line, item, 3)))
    assert told == {"items": {"1": {"quantity": ["Available quantity (2) exceeded"]}}}
    allocate(desk, order, (line, item, 4)).raise_for_status()
    allocate(desk, order, (line, item, 1)).raise_for_status()
    (promise,) = promises(desk, order=order)
    assert promise["quantity"] == 5
    address = f"order/transfer-order-allocation/{promise['pk']}/"
    over = refusal(desk.api.patch(address, json={"quantity": 7}))
    assert over == {"quantity": ["Stock item is over-allocated: 6 of 10 are free"]}
    assert desk.api.patch(address, json={"quantity": 6}).json()["quantity"] == 6
    assert desk.api.delete(address).status_code == 204
    assert desk.shop.read(item)["allocated"] == 4


def test_many_clients_at_once_promise_what_there_is(desk: Desk) -> None:
    part = desk.part()
    item = desk.shop.item(part, 10, location=desk.shop.location())
    orders = [desk.transfer({"part": part, "quantity": 3}) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda made: allocate(desk, made[0], (made[1][0], item, 3)).status_code, orders))
    assert sorted(told) == [201] * 3 + [400] * 5
    assert sum(row["quantity"] for row in promises(desk, item=item)) == 9


def test_stock_comes_from_the_source_and_below_it(desk: Desk) -> None:
    part, hall, elsewhere = desk.part(), desk.shop.location(), desk.shop.location()
    shelf = desk.shop.location(parent=hall)
    below, beside = desk.shop.item(part, 5, location=shelf), desk.shop.item(part, 5, location=elsewhere)
    order, (line,) = desk.transfer({"part": part, "quantity": 5}, take_from_id=hall)
    told = refusal(allocate(desk, order, (line, below, 1), (line, beside, 1)))
    text = "Stock item does not lie in the source location of the order"
    assert told == {"items": {"1": {"stock_item": [text]}}}
    allocate(desk, order, (line, below, 1)).raise_for_status()
    (promise,) = promises(desk, order=order)
    moved = refusal(desk.api.patch(f"order/transfer-order-allocation/{promise['pk']}/", json={"item": beside}))
    assert moved == {"item": [text]}


def test_a_line_takes_its_part_and_the_variants_of_that(desk: Desk) -> None:
    template = desk.part(is_template=True)
    variant, other, place = desk.part(variant_of=template), desk.part(), desk.shop.location()
    good, bad = desk.shop.item(variant, 5, location=place), desk.shop.item(other, 5, location=place)
    order, (line,) = desk.transfer({"part": template, "quantity": 5})
    _, (foreign,) = desk.transfer({"part": template, "quantity": 5})
    told = refusal(allocate(desk, order, (line, good, 1), (line, bad, 1)))
    assert told == {"items": {"1": {"stock_item": ["Cannot allocate stock item to a line with a different part"]}}}
    strange = refusal(allocate(desk, order, (foreign, good, 1)))
    assert strange == {"items": {"0": {"line_item": ["Line item is not associated with this order"]}}}
    assert refusal(allocate(desk, order)) == {"non_field_errors": ["Allocation items must be provided"]}
    allocate(desk, order, (line, good, 1)).raise_for_status()


def test_items_are_promised_by_their_serial_numbers(desk: Desk) -> None:
    part, place = desk.part(trackable=True), desk.shop.location()
    desk.shop.items(part, 4, location=place, serial_numbers="1-4")
    order, (line,) = desk.transfer({"part": part, "quantity": 4})
    body = {"line_item": line, "quantity": 2, "serial_numbers": "2,3"}
    done = act(desk, order, "allocate-serials", **body)
    assert (done.status_code, done.json()) == (201, body)
    assert sorted(row["serial"] for row in promises(desk, order=order)) == ["2", "3"]
    taken = refusal(act(desk, order, "allocate-serials", **{**body, "serial_numbers": "3,4"}))
    assert taken == {"serial_numbers": ["The following serial numbers are unavailable: 3"]}
    unknown = refusal(act(desk, order, "allocate-serials", **{**body, "serial_numbers": "4,9"}))
    assert unknown == {"serial_numbers": ["No match found for the following serial numbers: 9"]}
    few = refusal(act(desk, order, "allocate-serials", **{**body, "serial_numbers": "4"}))
    assert few == {"serial_numbers": ["Number of unique serial numbers (1) must match quantity (2)"]}


def test_what_keeps_an_order_from_being_completed(desk: Desk) -> None:
    part, here, there = desk.part(), desk.shop.location(), desk.shop.location()
    item = desk.shop.item(part, 5, location=here)
    order, (line,) = desk.transfer({"part": part, "quantity": 5})
    allocate(desk, order, (line, item, 4)).raise_for_status()
    short = refusal(act(desk, order, "complete"))
    assert short == {"accept_incomplete_allocation": ["Required stock has not been fully allocated"]}
    nowhere = refusal(act(desk, order, "complete", accept_incomplete_allocation=True))
    assert nowhere == {"destination": ["Destination location must be specified"]}
    desk.api.patch(f"order/transfer-order/{order}/", json={"destination": there}).raise_for_status()
    desk.shop.act("remove", {"pk": item, "quantity": 3}).raise_for_status()
    gone = refusal(act(desk, order, "complete", accept_incomplete_allocation=True))
    text = f"Stock item {item} holds 2 of the 4 allocated: count it, or allocate other stock"
    assert gone == {"non_field_errors": [text]}
    assert desk.shop.read(item)["quantity"] == 2
    (promise,) = promises(desk, order=order)
    desk.api.patch(f"order/transfer-order-allocation/{promise['pk']}/", json={"quantity": 2}).raise_for_status()
    act(desk, order, "complete", accept_incomplete_allocation=True).raise_for_status()
    assert desk.read(TransferOrderLineItem, line).transferred == 2


def test_a_finished_order_is_closed(desk: Desk) -> None:
    part, here, there = desk.part(), desk.shop.location(), desk.shop.location()
    item = desk.shop.item(part, 5, location=here)
    for status, label in ((30, "Complete"), (40, "Cancelled")):
        order, (line,) = desk.transfer({"part": part, "quantity": 5}, destination_id=there, status=status)
        told = refusal(allocate(desk, order, (line, item, 1)))
        assert f"is {label}: “Allocate” is possible only while it is" in told["non_field_errors"][0]
        again = refusal(act(desk, order, "complete", accept_incomplete_allocation=True))
        assert "Transfer Order" in again["non_field_errors"][0]
    assert act(desk, 10**6, "complete").status_code == 404


def test_promises_are_listed_as_asked_for(desk: Desk) -> None:
    template = desk.part(is_template=True)
    part, hall = desk.part(variant_of=template, IPN="Q-7"), desk.shop.location()
    shelf = desk.shop.location(parent=hall)
    item = desk.shop.item(part, 5, location=shelf, batch="LOT-9")
    order, (line,) = desk.transfer({"part": part, "quantity": 5})
    allocate(desk, order, (line, item, 2)).raise_for_status()
    (row,) = promises(desk, order=order)
    assert row == {
        "pk": row["pk"], "item": item, "quantity": 2, "line": line, "part": part, "order": order, "serial": None,
        "location": shelf,
    }  # fmt: skip
    found_by: tuple[dict[str, Any], ...] = (
        {"item": item}, {"line": line}, {"part": part}, {"part": template, "include_variants": True},
        {"location": hall}, {"search": "LOT-9"}, {"search": "Q-7", "outstanding": True},
    )  # fmt: skip
    for query in found_by:
        assert [found["pk"] for found in promises(desk, order=order, **query)] == [row["pk"]], query
    nothing: tuple[dict[str, Any], ...] = ({"part": template}, {"outstanding": False}, {"search": "none such"})
    for query in nothing:
        assert promises(desk, order=order, **query) == [], query
    for name in ("quantity", "part", "serial", "IPN", "batch", "location", "order"):
        assert promises(desk, order=order, ordering=f"-{name}")[0]["pk"] == row["pk"]
    details = {"item_detail": True, "part_detail": True, "order_detail": True, "location_detail": True}
    (full,) = promises(desk, order=order, **details)
    assert (full["item_detail"]["pk"], full["part_detail"]["IPN"], full["order_detail"]["pk"]) == (item, "Q-7", order)
    assert full["location_detail"]["pk"] == shelf
    (single,) = [desk.api.get(f"order/transfer-order-allocation/{row['pk']}/").json()]
    assert single["quantity"] == 2


def test_completing_many_lines_asks_the_database_as_often_as_few(desk: Desk) -> None:
    here, there, asked = desk.shop.location(), desk.shop.location(), []
    for number in (2, 60):
        parts = desk.many_parts(number)
        items = [desk.shop.item(part, 10, location=here) for part in parts]
        order, lines = desk.transfer(*({"part": part, "quantity": 4} for part in parts), destination_id=there)
        rows = [(line, item, 4.0) for line, item in zip(lines, items, strict=True)]
        with traced(desk.folk.server.database) as statements:
            allocate(desk, order, *rows).raise_for_status()
            act(desk, order, "complete").raise_for_status()
        asked.append(sum(text.lstrip().startswith(("SELECT", "WITH")) for text in statements))
    assert asked[0] == asked[1]


def test_who_may_promise(desk: Desk) -> None:
    part = desk.part()
    item = desk.shop.item(part, 5, location=desk.shop.location())
    order, (line,) = desk.transfer({"part": part, "quantity": 5})
    body = {"items": [{"line_item": line, "stock_item": item, "quantity": 1}]}
    desk.folk.make("looks on", roles={"transfer_order": ["view"]})
    desk.folk.make("promises", roles={"transfer_order": ["view", "add"]})
    with desk.folk.client("looks on") as looks, desk.folk.client("promises") as promising:
        told = [
            who.post(f"order/transfer-order/{order}/allocate/", json=body).status_code for who in (looks, promising)
        ]
        (row,) = promises(desk, order=order)
        told.append(promising.delete(f"order/transfer-order-allocation/{row['pk']}/").status_code)
    assert told == [403, 201, 403]
