"""Parts: how they are made, changed, found and deleted."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.db.models.stock import StockItem
from tests.server.backends.test_files import PNG
from tests.serving import Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("parts"), empty_template) as started:
        yield started


@pytest.fixture(scope="module")
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def make(api: httpx.Client, path: str, **values: Any) -> dict[str, Any]:
    answer = api.post(path, json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def names(api: httpx.Client, **query: Any) -> set[str]:
    answer = api.get("part/", params=query)
    assert answer.status_code == 200, answer.text
    return {row["name"] for row in answer.json()}


def stock(api: httpx.Client, part: int, quantity: float, **values: Any) -> dict[str, Any]:
    answer = api.post("stock/", json={"part": part, "quantity": quantity, **values})
    assert answer.status_code == 201, answer.text
    item: dict[str, Any] = answer.json()[0]
    return item


# ------------------------------------------------------------------------------------------------------------ saving


def test_a_renamed_part_renames_its_stock(api: httpx.Client, server: Running) -> None:
    part = make(api, "part/", name="Old name")
    item = stock(api, part["pk"], 5)
    assert api.patch(f"part/{part['pk']}/", json={"name": "New name"}).status_code == 200
    with server.database.read() as connection:
        kept = connection.execute(select(StockItem.part_name).where(StockItem.pk == item["pk"])).scalar_one()
    assert kept == "New name"
    assert api.get(f"stock/{item['pk']}/").json()["part_detail"]["name"] == "New name"


def test_a_refused_change_changes_nothing(api: httpx.Client) -> None:
    make(api, "part/", name="Taken", IPN="T-1")
    part = make(api, "part/", name="Other", IPN="T-1")
    refused = api.patch(f"part/{part['pk']}/", json={"name": "Taken"})
    assert refused.status_code == 400
    assert refused.json() == {"non_field_errors": ["The fields name, IPN, revision must make a unique set."]}
    assert api.get(f"part/{part['pk']}/").json()["name"] == "Other"


def test_several_parts_are_made_at_once_or_none(api: httpx.Client) -> None:
    answer = api.post("part/", json=[{"name": "Bulk one"}, {"name": "Bulk two"}])
    assert [part["name"] for part in answer.json()] == ["Bulk one", "Bulk two"]
    refused = api.post("part/", json=[{"name": "Bulk three"}, {"name": ""}])
    assert refused.status_code == 400
    assert refused.json() == [{}, {"name": ["This field may not be blank."]}]
    assert names(api, search="Bulk") == {"Bulk one", "Bulk two"}


def test_new_parts_are_what_the_settings_say(api: httpx.Client) -> None:
    assert api.patch("settings/global/PART_SALABLE/", json={"value": True}).status_code == 200
    try:
        assert make(api, "part/", name="Sold by setting")["salable"] is True
        assert make(api, "part/", name="Not for sale", salable=False)["salable"] is False
    finally:
        api.patch("settings/global/PART_SALABLE/", json={"value": False})


def test_units_are_real_ones(api: httpx.Client) -> None:
    assert make(api, "part/", name="Cable", units="metre")["units"] == "metre"
    refused = api.post("part/", json={"name": "Rope", "units": "furlongbananas"})
    assert refused.json() == {"units": ["Invalid physical unit"]}


def test_a_part_follows_its_template(api: httpx.Client) -> None:
    template = make(api, "part/", name="Chair", is_template=True)
    red = make(api, "part/", name="Red chair", variant_of=template["pk"], is_template=True)
    make(api, "part/", name="Dark red chair", variant_of=red["pk"])
    blue = make(api, "part/", name="Blue chair", variant_of=template["pk"])
    assert names(api, ancestor=template["pk"]) == {"Red chair", "Dark red chair", "Blue chair"}
    assert names(api, variant_of=template["pk"]) == {"Red chair", "Blue chair"}
    assert names(api, convert_from=red["pk"]) == {"Chair", "Dark red chair", "Blue chair"}
    assert "Chair" not in names(api, exclude_tree=template["pk"])
    stock(api, blue["pk"], 3)
    shown = api.get(f"part/{template['pk']}/").json()
    assert (shown["in_stock"], shown["variant_stock"], shown["total_in_stock"]) == (0, 3, 3)
    moved = api.patch(f"part/{template['pk']}/", json={"variant_of": red["pk"]})
    assert moved.status_code == 400
    assert api.patch(f"part/{red['pk']}/", json={"active": False}).status_code == 200
    assert api.delete(f"part/{red['pk']}/").status_code == 204
    assert names(api, variant_of=template["pk"]) == {"Dark red chair", "Blue chair"}


def test_variants_need_a_template(api: httpx.Client) -> None:
    plain = make(api, "part/", name="Plain stool")
    refused = api.post("part/", json={"name": "Stool variant", "variant_of": plain["pk"]})
    assert refused.json() == {"variant_of": [f'Invalid pk "{plain["pk"]}" - object does not exist.']}


def test_a_new_part_brings_stock_supplier_and_tags(api: httpx.Client) -> None:
    company = make(api, "company/", name="Supplier and maker", is_supplier=True, is_manufacturer=True)
    place = make(api, "stock/location/", name="Shelf of new parts")
    supplier = {"supplier": company["pk"], "sku": "NEW-1", "manufacturer": company["pk"], "mpn": "MPN-1"}
    part = make(
        api, "part/", name="Comes with all", tags=["fresh"], initial_supplier=supplier,
        initial_stock={"quantity": "12.5", "location": place["pk"]},
    )  # fmt: skip
    assert part["tags"] == ["fresh"]
    assert api.get(f"part/{part['pk']}/").json()["in_stock"] == 12.5
    (item,) = api.get("stock/", params={"part": part["pk"]}).json()
    assert (item["quantity"], item["location"]) == (12.5, place["pk"])
    (entry,) = api.get("stock/track/", params={"item": item["pk"]}).json()
    assert entry["tracking_type"] == 1
    for found in ("NEW-1", "MPN-1", "fresh"):
        assert names(api, search=found) == {"Comes with all"}
    assert names(api, tags="fresh") == {"Comes with all"}
    again = api.post("part/", json={"name": "Twice", "initial_supplier": supplier})
    assert again.status_code == 400
    assert names(api, search="Twice") == set()


def test_structural_locations_take_no_first_stock(api: httpx.Client) -> None:
    place = make(api, "stock/location/", name="Only shelves", structural=True)
    body = {"name": "Nowhere to go", "initial_stock": {"quantity": 1, "location": place["pk"]}}
    refused = api.post("part/", json=body)
    assert refused.status_code == 400
    assert "location" in refused.json()["initial_stock"]
    assert names(api, search="Nowhere") == set()


def test_a_copy_takes_over_what_is_asked_for(api: httpx.Client) -> None:
    template = make(api, "parameter/template/", name="Bore", units="mm")
    original = make(api, "part/", name="First of its kind", notes="# How", assembly=True, testable=True)
    screw = make(api, "part/", name="Screw of a kind")
    make(api, "bom/", part=original["pk"], sub_part=screw["pk"], quantity=4)
    make(api, "part/test-template/", part=original["pk"], test_name="Spin", description="It spins")
    make(api, "parameter/", template=template["pk"], model_type="part.part", model_id=original["pk"], data="12")
    wanted = {"original": original["pk"], "copy_bom": True, "copy_tests": True}
    copy = make(api, "part/", name="Second of its kind", assembly=True, testable=True, duplicate=wanted)
    assert copy["notes"] == "# How"
    assert [line["sub_part"] for line in api.get("bom/", params={"part": copy["pk"]}).json()] == [screw["pk"]]
    assert [test["key"] for test in api.get("part/test-template/", params={"part": copy["pk"]}).json()] == ["spin"]
    assert [one["data"] for one in copy["parameters"]] == ["12"]
    bare = make(
        api, "part/", name="Third of its kind",
        duplicate={"original": original["pk"], "copy_notes": False, "copy_parameters": False},
    )  # fmt: skip
    assert (bare["notes"], bare["parameters"]) == (None, [])


def test_categories_give_their_usual_parameters(api: httpx.Client) -> None:
    template = make(api, "parameter/template/", name="Colour")
    above = make(api, "part/category/", name="All paints")
    below = make(api, "part/category/", name="Wall paints", parent=above["pk"])
    make(api, "part/category/parameters/", category=above["pk"], template=template["pk"], default_value="white")
    part = make(api, "part/", name="Paint", category=below["pk"])
    assert [one["data"] for one in part["parameters"]] == ["white"]
    bare = make(api, "part/", name="Clear coat", category=below["pk"], copy_category_parameters=False)
    assert bare["parameters"] == []


def test_everybody_follows_parts_for_themselves(api: httpx.Client) -> None:
    part = make(api, "part/", name="Followed")
    assert api.patch(f"part/{part['pk']}/", json={"starred": True}).json()["starred"] is True
    assert names(api, starred="true") == {"Followed"}
    assert api.patch(f"part/{part['pk']}/", json={"starred": False}).json()["starred"] is False
    assert names(api, starred="true") == set()


# ---------------------------------------------------------------------------------------------------------- pictures


def test_a_shared_picture_stays_as_long_as_a_part_shows_it(api: httpx.Client, server: Running) -> None:
    part = make(api, "part/", name="Pictured")
    shown = api.patch(f"part/{part['pk']}/", files={"image": ("bolt.png", PNG, "image/png")}).json()["image"]
    assert shown == "/media/part_images/bolt.png"
    copy = make(api, "part/", name="Pictured too", existing_image="bolt.png")
    assert copy["image"] == shown
    assert {"image": shown, "count": 2} in api.get("part/thumbs/").json()
    file = server.settings.media_dir / "part_images" / "bolt.png"
    assert api.patch(f"part/{part['pk']}/", json={"image": None}).json()["image"] is None
    assert file.exists()
    assert api.patch(f"part/{copy['pk']}/", json={"image": None}).status_code == 200
    assert not file.exists()


@pytest.mark.parametrize("name", ["../../bincard.sqlite3", "..", "nothing.png", "a\\b.png"])
def test_existing_pictures_are_those_of_parts(api: httpx.Client, name: str) -> None:
    refused = api.post("part/", json={"name": "Peeping", "existing_image": name})
    assert refused.json() == {"existing_image": ["Image file does not exist"]}


# ---------------------------------------------------------------------------------------------------------- deleting


def test_a_deleted_part_takes_its_own_along(api: httpx.Client) -> None:
    part = make(api, "part/", name="Going", tags=["gone"])
    item = stock(api, part["pk"], 2)
    make(api, "attachment/", model_type="part", model_id=part["pk"], link="https://example.com/a", comment="")
    assert api.delete(f"part/{part['pk']}/").status_code == 400
    api.patch(f"part/{part['pk']}/", json={"active": False, "locked": True})
    refused = api.delete(f"part/{part['pk']}/")
    assert refused.json() == {"non_field_errors": ["Cannot delete this part as it is locked"]}
    api.patch(f"part/{part['pk']}/", json={"locked": False})
    assert api.delete(f"part/{part['pk']}/").status_code == 204
    assert api.get(f"stock/{item['pk']}/").status_code == 404
    assert api.get("attachment/", params={"model_type": "part", "model_id": part["pk"]}).json() == []


def test_components_of_assemblies_stay(api: httpx.Client) -> None:
    assembly = make(api, "part/", name="Made of parts", assembly=True)
    component = make(api, "part/", name="Needed", active=False)
    make(api, "bom/", part=assembly["pk"], sub_part=component["pk"], quantity=1)
    refused = api.delete(f"part/{component['pk']}/")
    assert refused.json() == {"non_field_errors": ["Cannot delete this part as it is used in an assembly"]}


# ----------------------------------------------------------------------------------------------------------- finding


def test_low_and_high_stock_are_reckoned_exactly(api: httpx.Client) -> None:
    part = make(api, "part/", name="Watched", minimum_stock=10, maximum_stock=20)
    assert "Watched" in names(api, low_stock="true")
    stock(api, part["pk"], 9.99999)
    assert "Watched" in names(api, low_stock="true")
    stock(api, part["pk"], 0.00001)
    assert "Watched" not in names(api, low_stock="true")
    assert "Watched" in names(api, low_stock="false")
    stock(api, part["pk"], 10)
    assert "Watched" not in names(api, high_stock="true")
    stock(api, part["pk"], 0.00001)
    assert "Watched" in names(api, high_stock="true")


def test_bad_patterns_and_keys_are_refused(api: httpx.Client) -> None:
    assert api.get("part/", params={"name_regex": "("}).status_code == 400
    assert api.get("part/", params={"exclude_id": "1,two"}).json() == {"exclude_id": ["Enter a number."]}
    assert api.get("part/", params={"ancestor": 10**30}).status_code == 400
    assert api.get(f"part/{10**30}/").status_code == 404
    assert api.get(f"part/{10**30}/requirements/").status_code == 404


def test_search_treats_signs_as_signs(api: httpx.Client) -> None:
    make(api, "part/", name="100% cotton_rag")
    assert names(api, search="100%") == {"100% cotton_rag"}
    assert names(api, search="n_r") == {"100% cotton_rag"}
    assert names(api, search="0%c") == set()


@pytest.mark.parametrize(
    "ordering", ["name", "in_stock", "total_in_stock", "unallocated_stock", "ordering", "pricing_min", "IPN", "id"]
)
def test_every_order_runs_both_ways(api: httpx.Client, ordering: str) -> None:
    answers = [api.get("part/", params={"ordering": order}).json() for order in (ordering, f"-{ordering}")]
    up, down = ([row[{"id": "pk"}.get(ordering, ordering)] for row in answer] for answer in answers)
    assert sorted(up, key=lambda value: (value is not None, value)) == up
    assert sorted(down, key=lambda value: (value is not None, value), reverse=True) == down


# ----------------------------------------------------------------------------------------------------------- figures


def test_serial_numbers_go_on_among_variants(api: httpx.Client) -> None:
    template = make(api, "part/", name="Numbered", is_template=True, trackable=True)
    variant = make(api, "part/", name="Numbered variant", variant_of=template["pk"], trackable=True)
    assert api.get(f"part/{template['pk']}/serial-numbers/").json() == {"latest": None, "next": "1"}
    stock(api, variant["pk"], 2, serial_numbers="9,10")
    for part in (template, variant):
        assert api.get(f"part/{part['pk']}/serial-numbers/").json() == {"latest": "10", "next": "11"}


def test_requirements_count_variants_and_the_scarcest_component(api: httpx.Client) -> None:
    assembly = make(api, "part/", name="Wagon", assembly=True)
    wheel = make(api, "part/", name="Wheel")
    axle = make(api, "part/", name="Axle")
    paint = make(api, "part/", name="Wagon paint", consumable=True)
    make(api, "bom/", part=assembly["pk"], sub_part=wheel["pk"], quantity=4)
    make(api, "bom/", part=assembly["pk"], sub_part=axle["pk"], quantity=2)
    make(api, "bom/", part=assembly["pk"], sub_part=paint["pk"], quantity=1)
    stock(api, wheel["pk"], 10)
    stock(api, axle["pk"], 100)
    found = api.get(f"part/{assembly['pk']}/requirements/").json()
    assert found == {
        "total_stock": 0, "unallocated_stock": 0, "can_build": 2, "ordering": 0, "building": 0,
        "scheduled_to_build": 0, "required_for_build_orders": 0, "allocated_to_build_orders": 0,
        "required_for_sales_orders": 0, "allocated_to_sales_orders": 0,
    }  # fmt: skip


def test_prices_follow_their_breaks_and_overrides(api: httpx.Client) -> None:
    part = make(api, "part/", name="Priced", salable=True)
    path = f"part/{part['pk']}/pricing/"
    assert api.get(path).json()["updated"] is None
    for quantity, price in ((1, 3), (10, "2.50")):
        make(api, "part/sale-price/", part=part["pk"], quantity=quantity, price=price)
    assert api.get(path).json()["scheduled_for_update"] is True
    worked_out = api.patch(path, json={"update": True}).json()
    assert (worked_out["sale_price_min"], worked_out["sale_price_max"]) == (2.5, 3)
    assert worked_out["scheduled_for_update"] is False
    assert api.patch(path, json={"override_min": 1, "override_max": 4}).json()["overall_max"] == 4
    refused = api.patch(path, json={"override_min": 5, "override_max": 4})
    assert set(refused.json()) == {"override_min", "override_max"}
    shown = api.get(f"part/{part['pk']}/", params={"price_breaks": "true"}).json()
    assert [one["price"] for one in shown["price_breaks"]] == [3, 2.5]
    assert (shown["pricing_min"], shown["pricing_max"]) == (1, 4)


def test_the_figures_of_the_demo_are_those_that_one_works_out_by_hand(tmp_path: Path, demo_template: Path) -> None:
    with running(tmp_path / "demo", demo_template) as server, server.client("admin", "inventree") as api:
        parts = {part["pk"]: part for part in api.get("part/").json()}
        with server.database.read() as connection:
            rows = connection.execute(select(StockItem.__table__)).mappings().all()
    usable = (10, 50, 55, 85)
    held = dict.fromkeys(parts, Decimal(0))
    for row in rows:
        gone = (row["sales_order_id"], row["customer_id"], row["belongs_to_id"], row["consumed_by_id"])
        if gone == (None,) * 4 and not row["is_building"] and row["status"] in usable and row["quantity"] > 0:
            held[row["part_id"]] += row["quantity"]
    below: dict[int, list[int]] = {}
    for pk, part in parts.items():
        above = part["variant_of"]
        while above is not None:
            below.setdefault(above, []).append(pk)
            above = parts[above]["variant_of"]
    assert len(parts) > 400
    for pk, part in parts.items():
        assert part["in_stock"] == float(held[pk])
        assert part["variant_stock"] == float(sum(held[one] for one in below.get(pk, [])))
        assert part["stock_item_count"] == sum(row["part_id"] == pk for row in rows)


def test_whole_words_and_patterns_are_found_whatever_their_case(api: httpx.Client) -> None:
    make(api, "part/", name="Tealwood plank")
    make(api, "part/", name="Barn Teal paint")
    assert names(api, search="tEal", search_whole="true") == {"Barn Teal paint"}
    assert names(api, search="^tealW", search_regex="true") == {"Tealwood plank"}
    assert api.get("part/", params={"search": "(", "search_regex": "true"}).status_code == 400
