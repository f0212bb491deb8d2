"""What is done with several items at once, over the wire."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.stock import StockItem
from tests.server.resources.making import make
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop, traced


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def api(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@pytest.fixture(scope="module")
def shop(api: httpx.Client) -> Shop:
    return Shop(api)


@pytest.fixture
def item(shop: Shop) -> int:
    return shop.item(shop.part(), 10, location=shop.location())


# -------------------------------------------------------------------------------------------------- count, add, remove


def test_the_answer_is_the_body_with_exact_quantities(shop: Shop, item: int) -> None:
    answer = shop.act("add", {"pk": item, "quantity": 2.5}, notes="found")
    assert answer.status_code == 201
    line = {"pk": item, "quantity": "2.50000", "status": None, "merge": False}
    assert answer.json() == {"items": [line], "notes": "found"}
    assert shop.read(item)["quantity"] == 12.5
    assert shop.history(item)[-1] == (11, {"added": 2.5, "quantity": 12.5})


def test_a_count_is_stamped_even_when_it_confirms_the_record(shop: Shop, item: int, api: httpx.Client) -> None:
    assert shop.read(item)["stocktake_date"] is None
    for figure in (10, 10, 8):
        shop.act("count", {"pk": item, "quantity": figure}).raise_for_status()
        assert shop.read(item)["stocktake_date"] is not None
    assert [deltas["quantity"] for _, deltas in shop.history(item)] == [10.0, 10.0, 10.0, 8.0]


def test_a_count_may_say_where_the_items_were_found(shop: Shop, item: int) -> None:
    place = shop.location()
    shop.act("count", {"pk": item, "quantity": 3}, location=place).raise_for_status()
    found = shop.read(item)
    assert (found["quantity"], found["location"]) == (3.0, place)


def test_more_than_there_is_is_refused_with_the_figures(shop: Shop, item: int) -> None:
    answer = shop.act("remove", {"pk": item, "quantity": 4}, {"pk": item, "quantity": 100})
    assert answer.status_code == 400
    assert answer.json() == {"items": {"1": {"quantity": ["Only 6 of 100 available."]}}}
    assert shop.read(item)["quantity"] == 10.0
    answer = shop.act("transfer", {"pk": item, "quantity": "10.00001"}, location=shop.location())
    assert answer.json() == {"items": {"0": {"quantity": ["Only 10 of 10.00001 available."]}}}


def test_what_another_has_changed_meanwhile_is_told(shop: Shop) -> None:
    part = shop.part()
    first, second = shop.item(part, 10), shop.item(part, 5)
    shop.act("remove", {"pk": second, "quantity": 1.5}).raise_for_status()
    lines = ({"pk": first, "quantity": 9, "expected": 10}, {"pk": second, "quantity": 6, "expected": "5.00000"})
    for action, more in (("count", {}), ("add", {}), ("remove", {}), ("transfer", {"location": shop.location()})):
        answer = shop.act(action, *lines, **more)
        assert answer.status_code == 409, action
        body = answer.json()
        assert set(body) == {"detail", "items"}
        assert set(body["items"]) == {"1"}
        assert body["items"]["1"]["quantity"] == 3.5
        assert body["items"]["1"]["expected"]
    assert (shop.read(first)["quantity"], len(shop.history(first))) == (10.0, 1)
    assert shop.act("count", {**lines[0]}, {**lines[1], "expected": 3.5}).status_code == 201
    assert (shop.read(first)["quantity"], shop.read(second)["quantity"]) == (9.0, 6.0)


def test_a_repeat_with_the_same_key_is_done_once(shop: Shop, item: int, api: httpx.Client) -> None:
    body = {"items": [{"pk": item, "quantity": 3}]}
    key = {"Idempotency-Key": "again-1"}
    answers = [api.post("stock/remove/", json=body, headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.text for answer in answers}) == 1
    assert shop.read(item)["quantity"] == 7.0
    other = api.post("stock/remove/", json={"items": [{"pk": item, "quantity": 2}]}, headers=key)
    assert other.status_code == 422
    assert shop.read(item)["quantity"] == 7.0


def test_used_up_stock_goes_where_it_is_told_to(shop: Shop) -> None:
    part = shop.part()
    goes, stays = shop.item(part, 2, delete_on_deplete=True), shop.item(part, 2, delete_on_deplete=False)
    answer = shop.act("remove", {"pk": goes, "quantity": 2}, {"pk": stays, "quantity": 2})
    assert [line["pk"] for line in answer.json()["items"]] == [None, stays]
    assert (shop.gone(goes), shop.read(stays)["quantity"]) == (True, 0.0)


@pytest.mark.parametrize("action", ["count", "add", "remove", "transfer", "return", "change_status", "merge", "assign"])
@pytest.mark.parametrize(
    "body",
    [
        {}, [], "x", None, 5, {"items": None}, {"items": "x"}, {"items": {}}, {"items": []}, {"items": [1.5]},
        {"items": [None]}, {"items": [[]]}, {"items": [{}]}, {"items": [{"pk": "x", "quantity": {}}]},
        {"items": [{"pk": 10**30, "item": 10**30, "quantity": 1}]}, {"items": [{"pk": True, "quantity": 1}]},
        {"items": [{"pk": -1, "item": -1, "quantity": "NaN"}]},
    ],
)  # fmt: skip
def test_odd_bodies_are_refused(api: httpx.Client, action: str, body: Any) -> None:
    assert api.post(f"stock/{action}/", json=body).status_code == 400


def test_all_is_refused_when_one_line_is_wrong(shop: Shop, item: int) -> None:
    answer = shop.act("add", {"pk": item, "quantity": 1}, {"pk": 99999999, "quantity": 1})
    assert (answer.status_code, set(answer.json()["items"])) == (400, {"1"})
    assert shop.read(item)["quantity"] == 10.0


# ----------------------------------------------------------------------------------------- transfer, status, return


def test_part_of_an_item_is_moved_and_merged_back(shop: Shop) -> None:
    part, here, there = shop.part(), shop.location(), shop.location()
    item = shop.item(part, 10, location=here)
    shop.act("transfer", {"pk": item, "quantity": 4}, location=there).raise_for_status()
    (piece,) = shop.keys(part=part, location=there)
    assert (shop.read(item)["quantity"], shop.read(piece)["quantity"], shop.read(piece)["parent"]) == (6.0, 4.0, item)
    assert [code for code, _ in shop.history(piece)] == [40]
    answer = shop.act("transfer", {"pk": piece, "quantity": 4, "merge": True}, location=here)
    assert answer.json()["items"][0]["pk"] is None
    assert (shop.gone(piece), shop.read(item)["quantity"]) == (True, 10.0)


def test_structural_locations_take_no_stock(shop: Shop, item: int) -> None:
    building = shop.location(structural=True)
    for action in ("transfer", "count", "merge"):
        answer = shop.act(action, {"pk": item, "item": item, "quantity": 10}, location=building)
        assert answer.status_code == 400, action
    assert len(shop.history(item)) == 1


def test_several_items_change_their_state(shop: Shop) -> None:
    part = shop.part()
    items = [shop.item(part) for _ in range(2)]
    answer = shop.api.post("stock/change_status/", json={"items": items, "status": 55, "note": "dropped"})
    assert (answer.status_code, answer.json()) == (201, {"items": items, "status": 55, "note": "dropped"})
    assert {shop.read(pk)["status_text"] for pk in items} == {"Damaged"}
    assert shop.api.post("stock/change_status/", json={"items": items, "status": 12345}).status_code == 400
    assert shop.api.post("stock/change_status/", json={"items": []}).status_code == 400


def test_sold_stock_comes_back(shop: Shop, api: httpx.Client) -> None:
    buyer = make(api, "company/", name="Buyer", is_customer=True)["pk"]
    part, place = shop.part(salable=True), shop.location()
    item = shop.item(part, 3, location=place)
    shop.act("assign", {"item": item}, customer=buyer).raise_for_status()
    sold = shop.read(item)
    assert (sold["customer"], sold["location"], sold["in_stock"]) == (buyer, None, False)
    assert shop.keys(part=part, sent_to_customer="true") == [item]
    assert shop.act("transfer", {"pk": item, "quantity": 3}, location=place).status_code == 400
    shop.act("return", {"pk": item, "quantity": 3}, location=place).raise_for_status()
    back = shop.read(item)
    assert (back["customer"], back["location"], back["in_stock"]) == (None, place, True)


def test_only_salable_stock_goes_to_customers(shop: Shop, api: httpx.Client) -> None:
    buyer, other = (make(api, "company/", name=name, is_customer=to)["pk"] for name, to in (("A", True), ("B", False)))
    item = shop.item(shop.part(salable=False))
    assert shop.act("assign", {"item": item}, customer=buyer).status_code == 400
    assert shop.act("assign", {"item": shop.item(shop.part(salable=True))}, customer=other).status_code == 400


def test_items_of_one_part_are_merged(shop: Shop) -> None:
    part, place = shop.part(), shop.location()
    items = [shop.item(part, quantity) for quantity in (1.5, 2, 3)]
    answer = shop.act("merge", *({"item": pk} for pk in items), location=place)
    assert [line["item"] for line in answer.json()["items"]] == [items[0], None, None]
    assert (shop.read(items[0])["quantity"], shop.read(items[0])["location"]) == (6.5, place)
    stranger = shop.item(shop.part())
    assert shop.act("merge", {"item": items[0]}, {"item": stranger}, location=place).status_code == 400


# ------------------------------------------------------------------------------------------------- one item


def test_an_item_gets_serial_numbers(shop: Shop, api: httpx.Client) -> None:
    part, place = shop.part(trackable=True), shop.location()
    item = shop.item(part, 5, location=place)
    body = {"quantity": 2, "serial_numbers": "101-102", "destination": place}
    answer = api.post(f"stock/{item}/serialize/", json=body)
    assert answer.status_code == 201
    assert [(row["serial"], row["location"]) for row in answer.json()] == [("101", place), ("102", place)]
    assert shop.read(item)["quantity"] == 3.0
    assert api.post(f"stock/{item}/serialize/", json=body).status_code == 400
    assert api.post(f"stock/{item}/serialize/", json={**body, "quantity": 9}).status_code == 400
    assert len(shop.keys(part=part)) == 3


def test_an_item_is_installed_and_taken_out(shop: Shop, api: httpx.Client) -> None:
    machine, motor, place = shop.part(assembly=True), shop.part(), shop.location()
    make(api, "bom/", part=machine, sub_part=motor, quantity=1)
    built, spare = shop.item(machine, 1), shop.item(motor, 3)
    answer = api.post(f"stock/{built}/install/", json={"stock_item": spare, "quantity": 1, "note": "fits"})
    assert answer.status_code == 201, answer.text
    (inside,) = shop.keys(belongs_to=built)
    assert (shop.read(inside)["in_stock"], shop.read(spare)["quantity"]) == (False, 2.0)
    assert shop.read(built)["installed_items"] == 1
    assert api.post(f"stock/{inside}/uninstall/", json={"location": place}).status_code == 201
    assert (shop.read(inside)["belongs_to"], shop.read(inside)["location"]) == (None, place)
    foreign = shop.item(shop.part())
    assert api.post(f"stock/{built}/install/", json={"stock_item": foreign}).status_code == 400


def test_an_item_becomes_a_variant(shop: Shop, api: httpx.Client) -> None:
    family = shop.part(is_template=True)
    red, blue, other = shop.part(variant_of=family), shop.part(variant_of=family), shop.part()
    item = shop.item(red)
    assert api.post(f"stock/{item}/convert/", json={"part": blue}).status_code == 201
    assert shop.read(item)["part"] == blue
    assert shop.history(item)[-1] == (48, {"part": blue, "old_part": red})
    assert api.post(f"stock/{item}/convert/", json={"part": other}).status_code == 400


def test_an_assembly_is_taken_apart(shop: Shop, api: httpx.Client) -> None:
    machine, screw, place = shop.part(assembly=True), shop.part(), shop.location()
    line = make(api, "bom/", part=machine, sub_part=screw, quantity=4)["pk"]
    built = shop.item(machine, 2, purchase_price="8", location=place)
    body = {"quantity": 1, "location": place, "items": [{"bom_item": line, "quantity": 4}]}
    answer = api.post(f"stock/{built}/disassemble/", json=body)
    assert answer.status_code == 201, answer.text
    (screws,) = answer.json()
    assert (screws["part"], screws["quantity"], screws["location"]) == (screw, 4.0, place)
    assert float(screws["purchase_price"]) == 2.0
    assert shop.read(built)["quantity"] == 1.0
    assert api.post(f"stock/{built}/disassemble/", json={**body, "quantity": 5}).status_code == 400


@pytest.mark.parametrize("action", ["serialize", "install", "uninstall", "convert", "disassemble"])
def test_one_item_must_be_there_and_the_body_sensible(shop: Shop, item: int, action: str) -> None:
    assert shop.api.post(f"stock/99999999/{action}/", json={}).status_code == 404
    wrong: Any = {"items": "x", "quantity": "x", "part": [], "location": {}, "stock_item": "x"}
    odd: tuple[Any, ...] = ({}, [], None, wrong)
    for body in odd:
        assert shop.api.post(f"stock/{item}/{action}/", json=body).status_code == 400


# ------------------------------------------------------------------------------------------------- who, and how fast


def test_a_role_that_may_add_acts_and_one_that_may_change_alters(folk: People, shop: Shop, item: int) -> None:
    part = shop.part(trackable=True)
    numbered, place = shop.item(part, 5), shop.location()
    body = {"items": [{"pk": item, "quantity": 5}]}
    serials = {"quantity": 1, "serial_numbers": "1", "destination": place}
    with (
        folk.as_user("viewer", roles={"stock": ["view"]}) as viewer,
        folk.as_user("changer", roles={"stock": ["view", "change"]}) as changer,
        folk.as_user("adder", roles={"stock": ["view", "add"]}) as adder,
        folk.client() as nobody,
    ):
        everyone = (nobody, viewer, changer, adder)
        assert [who.post("stock/count/", json=body).status_code for who in everyone] == [401, 403, 403, 201]
        told = [who.post(f"stock/{numbered}/serialize/", json=serials).status_code for who in (viewer, adder, changer)]
        assert told == [403, 403, 201]


def questions(statements: list[str]) -> int:
    return sum(text.lstrip().startswith(("SELECT", "WITH")) for text in statements)


@pytest.mark.parametrize("action", ["count", "add", "remove", "transfer", "bulk edit"])
def test_250_lines_ask_the_database_as_often_as_one(folk: People, shop: Shop, action: str) -> None:
    part, here, there = shop.part(), shop.location(), shop.location()
    with folk.server.database.write() as session:
        session.add_all(
            StockItem(part_id=part, part_name="", quantity=10, location_id=here, batch="") for _ in range(251)
        )
    one, *rest = shop.keys(part=part)
    asked, written = [], []
    for lines in ([one], rest):
        with traced(folk.server.database) as statements:
            if action == "bulk edit":
                answer = shop.api.patch("stock/", json={"items": lines, "location": there})
            else:
                more = {"location": there} if action == "transfer" else {}
                answer = shop.act(action, *({"pk": pk, "quantity": 10} for pk in lines), **more)
        assert answer.status_code in (200, 201), answer.text
        asked.append(questions(statements))
        changing = [text for text in statements if text.startswith(("UPDATE", "INSERT"))]
        written.append(sum("bincard_event" not in text for text in changing))
    assert asked[0] == asked[1]
    assert written == [2, 500]


def test_deleting_and_numbering_250_asks_no_more_than_five(folk: People, shop: Shop) -> None:
    part = shop.part(trackable=True)
    asked = []
    for numbers, quantity in (("1-5", 5), ("6-255", 250)):
        with traced(folk.server.database) as making:
            made = [row["pk"] for row in shop.items(part, quantity, serial_numbers=numbers)]
        with traced(folk.server.database) as deleting:
            assert shop.api.request("DELETE", "stock/", json={"items": made}).status_code == 200
        asked.append((questions(making), questions(deleting)))
    assert asked[0] == asked[1]
