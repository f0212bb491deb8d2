"""What lists of stock can be narrowed, searched and ordered by, and what they show beside the items."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.server.resources.making import make
from tests.server.resources.people import people
from tests.server.resources.stock_shop import Shop


@dataclass
class Room:
    """A small stock room: what there is, by name."""

    shop: Shop
    keys: dict[str, int]
    """Items: plain, deep, batched, spent, dear, sold, numbered, inside, damaged, kept."""
    part: dict[str, int]
    place: dict[str, int]
    company: dict[str, int]

    def names(self, **query: object) -> set[str]:
        """The names of the items that a list shows."""
        found = set(self.shop.keys(**query))
        return {name for name, pk in self.keys.items() if pk in found}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[Room]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as folk, folk.client("admin") as api:
        yield furnish(Shop(api))


def furnish(shop: Shop) -> Room:
    api = shop.api
    category = make(api, "part/category/", name="Hardware")["pk"]
    below = make(api, "part/category/", name="Screws", parent=category)["pk"]
    part = {
        "screw": shop.part(name="Screw M3", IPN="SC-3", category=below, purchaseable=True),
        "motor": shop.part(name="Motor 50% off", is_template=True, trackable=True),
        "box": shop.part(name="Box", assembly=True, salable=True),
    }
    part["fast"] = shop.part(name="Fast motor", variant_of=part["motor"], trackable=True)
    place = {"house": shop.location(name="House"), "yard": shop.location(name="Yard", external=True)}
    place["shelf"] = shop.location(name="Shelf", parent=place["house"])
    company = {
        "seller": make(api, "company/", name="Seller", is_supplier=True)["pk"],
        "maker": make(api, "company/", name="Maker", is_manufacturer=True)["pk"],
        "buyer": make(api, "company/", name="Buyer", is_customer=True)["pk"],
    }
    made = make(api, "company/part/manufacturer/", part=part["screw"], manufacturer=company["maker"], MPN="MP-1")
    supplied = make(
        api, "company/part/", part=part["screw"], supplier=company["seller"], SKU="SK-1", manufacturer_part=made["pk"]
    )
    company["supplied"], company["made"] = supplied["pk"], made["pk"]
    keys = {
        "plain": shop.item(part["screw"], 100, location=place["house"]),
        "deep": shop.item(part["screw"], 50, location=place["shelf"], tags=["loose"]),
        "batched": shop.item(part["screw"], 5, batch="Lot_7", location=place["yard"], expiry_date="2020-01-01"),
        "spent": shop.item(part["screw"], 0, delete_on_deplete=False),
        "dear": shop.item(part["screw"], 7, supplier_part=company["supplied"], purchase_price="3"),
        "sold": shop.item(part["box"], 1),
        "numbered": shop.items(part["fast"], 1, serial_numbers="17")[0]["pk"],
        "inside": shop.item(part["screw"], 2),
        "damaged": shop.item(part["box"], 3, status=55),
        "kept": shop.items(part["motor"], 1, serial_numbers="X9")[0]["pk"],
    }
    shop.act("assign", {"item": keys["sold"]}, customer=company["buyer"]).raise_for_status()
    make(api, "bom/", part=part["box"], sub_part=part["screw"], quantity=1)
    answer = api.post(f"stock/{keys['damaged']}/install/", json={"stock_item": keys["inside"], "quantity": 2})
    answer.raise_for_status()
    shop.act("count", {"pk": keys["plain"], "quantity": 100}).raise_for_status()
    return Room(shop, keys, part, place, company)


SCREWS = {"plain", "deep", "batched", "spent", "dear", "inside"}
EVERYTHING = SCREWS | {"sold", "numbered", "damaged", "kept"}


def test_by_part(room: Room) -> None:
    assert room.names(part=room.part["screw"]) == SCREWS
    assert room.names(part=room.part["motor"]) == {"numbered", "kept"}
    assert room.names(part=room.part["motor"], include_variants="false") == {"kept"}
    assert room.names(part_tree=room.part["fast"]) == {"numbered", "kept"}
    assert room.names(name="screw m3") == SCREWS
    assert room.names(name_contains="50%") == {"kept"}
    assert room.names(name_regex="^(Box|Fast)") == {"sold", "damaged", "numbered"}
    assert room.names(IPN="sc-3") == SCREWS
    assert room.names(IPN_contains="_") == set()
    assert room.names(assembly="true") == {"sold", "damaged"}
    assert room.names(salable="true") == {"sold", "damaged"}
    assert room.names(active="false") == set()


def test_by_place_and_category(room: Room) -> None:
    house, api = room.place["house"], room.shop.api
    assert room.names(location=house) == {"plain", "deep"}
    assert room.names(location=house, cascade="false") == {"plain"}
    assert room.names(location="null", cascade="false") == EVERYTHING - {"plain", "deep", "batched"}
    assert room.names(external="true") == {"batched"}
    categories = {row["name"]: row["pk"] for row in api.get("part/category/").json()}
    assert room.names(category=categories["Hardware"]) == SCREWS
    assert room.names(category=categories["Screws"]) == SCREWS


def test_by_source_and_customer(room: Room) -> None:
    company = room.company
    assert room.names(supplier=company["seller"]) == {"dear"}
    assert room.names(supplier_part=company["supplied"]) == {"dear"}
    assert room.names(manufacturer=company["maker"]) == {"dear"}
    assert room.names(manufacturer_part=company["made"]) == {"dear"}
    assert room.names(company=company["maker"]) == {"dear"}
    assert room.names(customer=company["buyer"]) == {"sold"}
    assert room.names(has_purchase_price="true") == {"dear"}


@pytest.mark.parametrize(
    ("flag", "names"),
    [
        ("in_stock", EVERYTHING - {"spent", "sold", "inside"}),
        ("available", EVERYTHING - {"spent", "sold", "inside"}),
        ("depleted", {"spent"}),
        ("sent_to_customer", {"sold"}),
        ("installed", {"inside"}),
        ("has_installed_items", {"damaged"}),
        ("has_child_items", set()),
        ("serialized", {"numbered", "kept"}),
        ("tracked", {"numbered", "kept", "batched"}),
        ("has_batch", {"batched"}),
        ("has_stocktake", {"plain"}),
        ("allocated", set()),
        ("consumed", set()),
        ("is_building", set()),
    ],
)  # fmt: skip
def test_flags_divide_the_stock(room: Room, flag: str, names: set[str]) -> None:
    assert room.names(**{flag: "true"}) == names
    if flag != "available":  # InvenTree's opposite is narrower: what is promised to the last
        assert room.names(**{flag: "false"}) == EVERYTHING - names
    assert room.names(**{flag: "perhaps"}) == EVERYTHING


def test_by_batch_serial_quantity_and_state(room: Room) -> None:
    assert room.names(batch="lot_7") == {"batched"}
    assert room.names(batch_regex="^Lot.[0-9]$") == {"batched"}
    assert room.names(serial="X9") == {"kept"}
    assert room.names(serial_gte=17, serial_lte=17) == {"numbered"}
    assert room.names(min_stock=50) == {"plain", "deep"}
    assert room.names(max_stock="2") == {"spent", "sold", "numbered", "inside", "kept"}
    assert room.names(status=55) == {"damaged"}


def test_by_date(room: Room) -> None:
    assert room.names(expiry_before="2020-01-02") == {"batched"}
    assert room.names(expiry_after="2020-01-02") == set()
    assert room.names(stocktake_after="2020-01-01") == {"plain"}
    assert room.names(updated_before="2020-01-01") == set()
    assert room.names(created_after="2020-01-01") == EVERYTHING


def test_expiry_matters_only_when_it_is_turned_on(room: Room) -> None:
    setting = "settings/global/STOCK_ENABLE_EXPIRY/"
    assert room.names(expired="true") == EVERYTHING
    room.shop.api.patch(setting, json={"value": True}).raise_for_status()
    try:
        assert room.names(expired="true") == {"batched"}
        assert room.names(expired="false") == EVERYTHING - {"batched"}
    finally:
        room.shop.api.patch(setting, json={"value": False}).raise_for_status()


def test_stock_for_a_line_of_a_bill(room: Room) -> None:
    (line,) = room.shop.api.get("bom/", params={"part": room.part["box"]}).json()
    assert room.names(bom_item=line["pk"]) == SCREWS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("17", {"numbered"}), ("lot_7", {"batched"}), ("SC-3", SCREWS), ("shelf", {"deep"}), ("sk-1", {"dear"}),
        ("MP-1", {"dear"}), ("maker", {"dear"}), ("screw m3", SCREWS), ("100%", set()), ("50%", {"kept"}),
        ("loose", {"deep"}), ("screw shelf", {"deep"}),
    ],
)  # fmt: skip
def test_search_looks_into_all_that_names_an_item(room: Room, text: str, names: set[str]) -> None:
    assert room.names(search=text) == names


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"part": "x"}, "part"), ({"part": 9999999}, "part"), ({"supplier": 9999999}, "supplier"),
        ({"min_stock": "much"}, "min_stock"), ({"expiry_before": "soon"}, "expiry_before"),
        ({"bom_item": "x"}, "bom_item"), ({"status": "x"}, "status"), ({"serial_gte": "x"}, "serial_gte"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(room: Room, query: dict[str, object], field: str) -> None:
    answer = room.shop.api.get("stock/", params=query)  # type: ignore[arg-type]
    assert (answer.status_code, set(answer.json())) == (400, {field})


def test_orders(room: Room) -> None:
    screws, names = room.part["screw"], {pk: name for name, pk in room.keys.items()}

    def order(**query: object) -> list[str]:
        return [names[pk] for pk in room.shop.keys(part=screws, **query)]

    assert order(ordering="quantity") == ["spent", "inside", "batched", "dear", "deep", "plain"]
    assert order(ordering="-quantity") == ["plain", "deep", "dear", "batched", "inside", "spent"]
    assert order(ordering="-purchase_price")[0] == "dear"
    assert order(ordering="batch")[-1] == "batched"
    assert order(ordering="nonsense") == order()
    located = [name for name in order(ordering="location") if name in ("plain", "deep", "batched")]
    assert located == ["plain", "deep", "batched"]


@pytest.mark.parametrize(
    "name",
    [
        "part", "part__name", "part__IPN", "IPN", "location", "batch", "updated", "creation_date", "stocktake_date",
        "expiry_date", "packaging", "purchase_price", "quantity", "stock", "status", "SKU", "MPN",
    ],
)  # fmt: skip
def test_every_page_shows_each_item_once_in_any_order(room: Room, name: str) -> None:
    for sign in ("", "-"):
        everything = room.shop.keys(ordering=f"{sign}{name}")
        paged = []
        for offset in range(0, len(everything), 3):
            page = room.shop.api.get("stock/", params={"ordering": f"{sign}{name}", "limit": 3, "offset": offset})
            assert page.json()["count"] == len(everything)
            paged += [row["pk"] for row in page.json()["results"]]
        assert paged == everything
        assert len(set(everything)) == len(room.keys)


def test_switches_add_and_leave_out_what_is_beside_an_item(room: Room) -> None:
    deep = room.keys["deep"]
    plain = room.shop.read(deep)
    assert "part_detail" in plain
    assert not {"location_detail", "location_path", "supplier_part_detail", "tests", "tags"} & set(plain)
    full = room.shop.read(
        deep, location_detail="true", path_detail="true", supplier_part_detail="true", tests="true", tags="true",
        part_detail="false",
    )  # fmt: skip
    assert "part_detail" not in full
    assert full["location_detail"]["name"] == "Shelf"
    assert [step["name"] for step in full["location_path"]] == ["House", "Shelf"]
    assert (full["supplier_part_detail"], full["tests"], full["tags"]) == (None, [], ["loose"])
    rows = room.shop.api.get("stock/", params={"location_detail": "true", "path_detail": "true"}).json()
    assert {row["location_detail"]["name"] for row in rows if row["location"] is not None} == {"House", "Shelf", "Yard"}
    dear = room.shop.read(room.keys["dear"], supplier_part_detail="true")
    assert (dear["supplier_part_detail"]["SKU"], dear["MPN"]) == ("SK-1", "MP-1")


def test_statuses_are_told(room: Room) -> None:
    api: httpx.Client = room.shop.api
    stock, track = api.get("stock/status/").json(), api.get("stock/track/status/").json()
    assert stock["values"]["DAMAGED"]["key"] == 55
    assert track["values"]["STOCK_COUNT"]["key"] == 10
