"""Stock items over the wire: how they are made, changed and deleted, and what their history says of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.resources.making import make
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop


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


def change(api: httpx.Client, pk: int, **values: Any) -> dict[str, Any]:
    answer = api.patch(f"stock/{pk}/", json=values)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def set_global(api: httpx.Client, name: str, value: Any) -> None:
    api.patch(f"settings/global/{name}/", json={"value": value}).raise_for_status()


# ------------------------------------------------------------------------------------------------------------- making


def test_new_stock_is_told_as_a_list_and_begins_a_history(shop: Shop) -> None:
    part, place = shop.part(), shop.location()
    made = shop.items(part, 2.5, location=place, batch="B1", tags=["new", "blue"])
    assert [(row["quantity"], row["batch"], row["status"]) for row in made] == [(2.5, "B1", 10)]
    pk = made[0]["pk"]
    found = shop.read(pk, tags="true")
    assert (found["in_stock"], sorted(found["tags"]), found["tracking_items"]) == (True, ["blue", "new"], 1)
    assert shop.history(pk) == [(1, {"status": 10, "quantity": 2.5})]


def test_new_stock_takes_from_its_part_what_is_not_said(shop: Shop) -> None:
    place = shop.location()
    part = shop.part(default_location=place, default_expiry=30)
    usual, elsewhere = shop.items(part)[0], shop.items(part, location=None, expiry_date="2030-01-02")[0]
    assert (usual["location"], elsewhere["location"]) == (place, None)
    assert usual["expiry_date"] > "2026-01-01"
    assert elsewhere["expiry_date"] == "2030-01-02"


def test_serial_numbers_make_one_item_each(shop: Shop, api: httpx.Client) -> None:
    part = shop.part(trackable=True)
    made = shop.items(part, 4, serial_numbers="7-9, 12")
    assert [(row["serial"], row["quantity"]) for row in made] == [("7", 1.0), ("8", 1.0), ("9", 1.0), ("12", 1.0)]
    following = shop.items(part, 2, serial_numbers="13+")
    assert [row["serial"] for row in following] == ["13", "14"]
    beside = api.get(f"stock/{made[3]['pk']}/serial-numbers/").json()
    assert (beside["previous"]["serial"], beside["next"]["serial"]) == ("9", "13")
    plain = shop.item(shop.part())
    assert api.get(f"stock/{plain}/serial-numbers/").json() == {"next": None, "previous": None}
    assert api.get("stock/9999999/serial-numbers/").status_code == 404


def test_serial_numbers_are_refused_that_are_taken_or_too_many(shop: Shop, api: httpx.Client) -> None:
    part = shop.part(trackable=True, is_template=True)
    variant = shop.part(trackable=True, variant_of=part)
    shop.items(part, 2, serial_numbers="1,2")
    for body, errors in (
        ({"part": part, "serial_numbers": "2,3", "quantity": 2}, {"serial_numbers"}),
        ({"part": variant, "serial_numbers": "1", "quantity": 1}, {"serial_numbers"}),
        ({"part": part, "serial_numbers": "5-9", "quantity": 2}, {"quantity", "serial_numbers"}),
        ({"part": shop.part(), "serial_numbers": "1", "quantity": 1}, {"serial_numbers"}),
    ):
        answer = api.post("stock/", json=body)
        assert (answer.status_code, set(answer.json())) == (400, errors)
    assert len(shop.keys(part=part)) == 2


def test_serial_numbers_may_have_to_be_unique_among_all_parts(shop: Shop, api: httpx.Client) -> None:
    shop.items(shop.part(trackable=True), 1, serial_numbers="900")
    other = shop.part(trackable=True)
    set_global(api, "SERIAL_NUMBER_GLOBALLY_UNIQUE", True)
    try:
        answer = api.post("stock/", json={"part": other, "quantity": 1, "serial_numbers": "900"})
        assert set(answer.json()) == {"serial_numbers"}
    finally:
        set_global(api, "SERIAL_NUMBER_GLOBALLY_UNIQUE", False)
    assert shop.items(other, 1, serial_numbers="900")[0]["serial"] == "900"


def test_packs_are_counted_out(shop: Shop, api: httpx.Client) -> None:
    part = shop.part(purchaseable=True)
    supplier = make(api, "company/", name="Packer", is_supplier=True)["pk"]
    packed = make(api, "company/part/", part=part, supplier=supplier, SKU="P-100", pack_quantity="100")["pk"]
    made = shop.items(part, 3, supplier_part=packed, use_pack_size=True, purchase_price="5.00")[0]
    assert (made["quantity"], float(made["purchase_price"])) == (300.0, 0.05)
    plain = shop.items(part, 3, supplier_part=packed, purchase_price="5.00")[0]
    assert (plain["quantity"], float(plain["purchase_price"])) == (3.0, 5.0)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"quantity": "Quantity is required"}),
        ({"quantity": 1}, {"part": "Valid part must be supplied"}),
        ({"quantity": 1, "part": 99999999}, {"part": "Valid part must be supplied"}),
        ({"quantity": 1, "part": True}, {"part": "Valid part must be supplied"}),
    ],
)
def test_new_stock_needs_part_and_quantity(api: httpx.Client, body: dict[str, Any], errors: dict[str, str]) -> None:
    answer = api.post("stock/", json=body)
    assert (answer.status_code, answer.json()) == (400, errors)


def test_a_list_is_no_body_for_new_stock(api: httpx.Client, shop: Shop) -> None:
    assert api.post("stock/", json=[{"part": shop.part(), "quantity": 1}]).status_code == 400


@pytest.mark.parametrize("quantity", [-1, "x", "NaN", "Infinity", "1e99", None, [], "0.000001"])
def test_odd_quantities_are_refused(api: httpx.Client, shop: Shop, quantity: Any) -> None:
    answer = api.post("stock/", json={"part": shop.part(), "quantity": quantity})
    assert (answer.status_code, set(answer.json())) == (400, {"quantity"})


# ----------------------------------------------------------------------------------------------------------- changing


def test_a_change_of_place_and_quantity_is_told_in_the_history(shop: Shop, api: httpx.Client) -> None:
    here, there = shop.location(), shop.location()
    item = shop.item(shop.part(), 10, location=here)
    changed = change(api, item, quantity=7, location=there)
    assert (changed["quantity"], changed["location"], changed["tracking_items"]) == (7.0, there, 2)
    assert shop.history(item)[1:] == [(5, {"location": there, "old_location": here, "quantity": 7.0})]


def test_what_does_not_matter_to_the_history_leaves_none(shop: Shop, api: httpx.Client) -> None:
    item = shop.item(shop.part())
    changed = change(api, item, notes="Fragile", packaging="Reel", tags=["dry"], link="https://example.org/")
    assert (changed["notes"], changed["packaging"], changed["tags"]) == ("Fragile", "Reel", ["dry"])
    assert len(shop.history(item)) == 1


def test_states_that_users_added_are_kept_beside_the_logical_one(shop: Shop, api: httpx.Client) -> None:
    make(
        api, "generic/status/custom/", reference_status="StockStatus", model=66, key=111, logical_key=50, name="LENT",
        label="Lent", color="dark",
    )  # fmt: skip
    item = shop.item(shop.part())
    changed = change(api, item, status_custom_key=111)
    assert (changed["status"], changed["status_custom_key"], changed["status_text"]) == (50, 111, "Lent")
    assert shop.keys(status=111) == [item]
    back = change(api, item, status=10)
    assert (back["status"], back["status_custom_key"], back["status_text"]) == (10, 10, "OK")


def test_stock_that_cannot_be_is_refused(shop: Shop, api: httpx.Client) -> None:
    part, other = shop.part(trackable=True), shop.part(purchaseable=True)
    first, second = (row["pk"] for row in shop.items(part, 2, serial_numbers="1,2"))
    supplier = make(api, "company/", name="Seller", is_supplier=True)["pk"]
    foreign = make(api, "company/part/", part=other, supplier=supplier, SKU="S")["pk"]
    building = shop.location(structural=True)
    for values, field in (
        ({"quantity": 3}, "quantity"), ({"serial": "1"}, "serial"), ({"location": building}, "location"),
        ({"supplier_part": foreign}, "supplier_part"), ({"belongs_to": second}, "belongs_to"),
        ({"purchase_price": "-1"}, "purchase_price"), ({"part": 99999999}, "part"),
    ):  # fmt: skip
        answer = api.patch(f"stock/{second}/", json=values)
        assert (answer.status_code, field in answer.json()) == (400, True), (values, answer.text)
    assert (shop.read(first)["serial"], shop.read(second)["serial"]) == ("1", "2")


def test_put_changes_what_it_says_and_needs_part_and_quantity(shop: Shop, api: httpx.Client) -> None:
    part = shop.part()
    item = shop.item(part, 4, batch="Old")
    assert set(api.put(f"stock/{item}/", json={"batch": "New"}).json()) == {"part", "quantity"}
    answer = api.put(f"stock/{item}/", json={"part": part, "quantity": 5, "batch": "New"}).json()
    assert (answer["quantity"], answer["batch"]) == (5.0, "New")


def test_several_items_are_changed_or_none(shop: Shop, api: httpx.Client) -> None:
    part, place = shop.part(), shop.location()
    items = [shop.item(part) for _ in range(3)]
    answer = api.patch("stock/", json={"items": items, "location": place, "batch": "B7"})
    assert answer.status_code == 200
    assert {(row["location"], row["batch"]) for row in answer.json()["items"]} == {(place, "B7")}
    assert [shop.history(item)[-1][0] for item in items] == [5, 5, 5]
    serialized = shop.items(shop.part(trackable=True), 1, serial_numbers="1")[0]["pk"]
    answer = api.patch("stock/", json={"items": [*items, serialized], "quantity": 3})
    assert answer.status_code == 400
    assert {shop.read(item)["quantity"] for item in items} == {10.0}


# ----------------------------------------------------------------------------------------------------------- deleting


def test_what_hangs_on_a_deleted_item_is_kept(shop: Shop, api: httpx.Client) -> None:
    part, place = shop.part(), shop.location()
    item = shop.item(part, 10)
    assert shop.act("transfer", {"pk": item, "quantity": 4}, location=place).status_code == 201
    piece = next(pk for pk in shop.keys(part=part) if pk != item)
    assert shop.read(piece)["parent"] == item
    assert api.delete(f"stock/{item}/").status_code == 204
    assert shop.gone(item)
    assert (shop.read(piece)["parent"], shop.read(piece)["quantity"]) == (None, 4.0)
    kept = api.get("stock/track/", params={"part": part}).json()
    assert {row["item"] for row in kept} == {None, piece}


def test_several_items_are_deleted(shop: Shop, api: httpx.Client) -> None:
    part = shop.part()
    items = [shop.item(part) for _ in range(3)]
    assert api.request("DELETE", "stock/", json={"items": items[:2]}).status_code == 200
    assert shop.keys(part=part) == items[2:]
    answer = api.request("DELETE", "stock/", json={"items": items[:2]})
    assert (answer.status_code, set(answer.json())) == (400, {"non_field_errors"})
    assert api.request("DELETE", "stock/", json={}).status_code == 400
    assert shop.keys(part=part) == items[2:]


def test_only_the_role_for_stock_opens_it(folk: People, shop: Shop) -> None:
    part = shop.part()
    item = shop.item(part)
    with (
        folk.as_user("stranger", roles={"part": ["view", "add", "change", "delete"]}) as stranger,
        folk.as_user("reader", roles={"stock": ["view"]}) as reader,
        folk.as_user("builder", roles={"build": ["view", "add", "change"]}) as builder,
    ):
        assert [who.get("stock/").status_code for who in (stranger, reader, builder)] == [403, 200, 200]
        assert reader.post("stock/", json={"part": part, "quantity": 1}).status_code == 403
        assert reader.patch(f"stock/{item}/", json={"batch": "x"}).status_code == 403
        assert reader.delete(f"stock/{item}/").status_code == 403
        assert builder.post("stock/", json={"part": part, "quantity": 1}).status_code == 201
        assert builder.delete(f"stock/{item}/").status_code == 403
