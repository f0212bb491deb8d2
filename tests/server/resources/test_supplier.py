"""Supplier parts, manufacturer parts and price breaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.resources.making import make
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@dataclass(frozen=True)
class Trade:
    """Who sells and makes what."""

    seller: int
    maker: int
    buyer: int
    bolt: int
    wire: int


@pytest.fixture(scope="module")
def trade(admin: httpx.Client) -> Trade:
    return Trade(
        seller=make(admin, "company/", name="Seller", is_supplier=True)["pk"],
        maker=make(admin, "company/", name="Maker", is_manufacturer=True, is_supplier=False)["pk"],
        buyer=make(admin, "company/", name="Buyer", is_customer=True, is_supplier=False)["pk"],
        bolt=make(admin, "part/", name="Bolt", IPN="B-1")["pk"],
        wire=make(admin, "part/", name="Wire", units="m")["pk"],
    )


def sell(admin: httpx.Client, trade: Trade, part: int, sku: str, **more: Any) -> dict[str, Any]:
    return make(admin, "company/part/", part=part, supplier=trade.seller, SKU=sku, **more)


@pytest.mark.parametrize(
    ("unit", "pack", "native"),
    [("bolt", "", 1.0), ("bolt", "100", 100.0), ("bolt", "2 dozen", 24.0), ("wire", "50 m", 50.0),
     ("wire", "25 cm", 0.25), ("wire", "10", 10.0), ("wire", "3 feet", 0.9144)],
)  # fmt: skip
def test_a_pack_is_counted_in_the_units_of_its_part(
    admin: httpx.Client, trade: Trade, unit: str, pack: str, native: float
) -> None:
    made = sell(admin, trade, getattr(trade, unit), f"P-{unit}-{pack}", pack_quantity=pack)
    assert made["pack_quantity_native"] == pytest.approx(native)
    assert made["pack_quantity"] == (pack or "1")
    changed = admin.patch(f"company/part/{made['pk']}/", json={"pack_quantity": "2"}).json()
    assert changed["pack_quantity_native"] == 2.0


@pytest.mark.parametrize(
    ("unit", "pack", "refusal"),
    [
        ("bolt", "abc", "Invalid quantity provided"),
        ("bolt", "-5", "Pack units must be greater than zero"),
        ("bolt", "0", "Pack units must be greater than zero"),
        ("bolt", "5 m", "Pack units must be compatible with the base part units"),
        ("wire", "5 kg", "Could not convert 5 kg to m"),
        ("bolt", "9**9**9**9", "Invalid quantity provided"),
        ("bolt", "1e20", "A pack holds at most 900,000,000"),
    ],
)
def test_a_pack_of_nonsense_is_refused(admin: httpx.Client, trade: Trade, unit: str, pack: str, refusal: str) -> None:
    body = {"part": getattr(trade, unit), "supplier": trade.seller, "SKU": "never", "pack_quantity": pack}
    refused = admin.post("company/part/", json=body)
    assert refused.status_code == 400
    assert refused.json() == {"pack_quantity": [refusal]}


def test_only_a_supplier_sells_and_only_a_manufacturer_makes(admin: httpx.Client, trade: Trade) -> None:
    for path, member in (("company/part/", "supplier"), ("company/part/manufacturer/", "manufacturer")):
        refused = admin.post(path, json={"part": trade.bolt, member: trade.buyer, "SKU": "x", "MPN": "x"})
        assert refused.status_code == 400
        assert refused.json() == {member: [f'Invalid pk "{trade.buyer}" - object does not exist.']}


def test_part_supplier_and_sku_together_are_unique(admin: httpx.Client, trade: Trade) -> None:
    sell(admin, trade, trade.bolt, "ONCE")
    refused = admin.post("company/part/", json={"part": trade.bolt, "supplier": trade.seller, "SKU": "ONCE"})
    assert refused.json() == {"non_field_errors": ["The fields part, supplier, SKU must make a unique set."]}


def test_one_supplier_part_is_the_primary_one(admin: httpx.Client, trade: Trade) -> None:
    nut = make(admin, "part/", name="Nut")["pk"]
    first = sell(admin, trade, nut, "N-1")
    assert first["primary"] is True
    second = sell(admin, trade, nut, "N-2")
    assert second["primary"] is False
    assert admin.patch(f"company/part/{second['pk']}/", json={"primary": True}).json()["primary"] is True
    primaries = admin.get("company/part/", params={"part": nut, "primary": "true"}).json()
    assert [row["SKU"] for row in primaries] == ["N-2"]


def test_a_manufacturer_part_must_be_of_the_same_part(admin: httpx.Client, trade: Trade) -> None:
    made = make(admin, "company/part/manufacturer/", part=trade.wire, manufacturer=trade.maker, MPN="W-7")
    body = {"part": trade.bolt, "supplier": trade.seller, "SKU": "mixed", "manufacturer_part": made["pk"]}
    refused = admin.post("company/part/", json=body)
    assert refused.json() == {"manufacturer_part": ["Linked manufacturer part must reference the same base part"]}
    linked = sell(admin, trade, trade.wire, "linked", manufacturer_part=made["pk"])
    assert linked["MPN"] == "W-7"
    assert linked["manufacturer_detail"]["name"] == "Maker"
    assert linked["pretty_name"] == "Seller | linked | Maker | W-7"
    for query in ({"MPN": "w-7"}, {"manufacturer": trade.maker}, {"company": trade.maker}, {"search": "W-7"}):
        found = admin.get("company/part/", params=query).json()
        assert [row["SKU"] for row in found] == ["linked"], query
    assert admin.delete(f"company/part/manufacturer/{made['pk']}/").status_code == 204
    assert admin.get(f"company/part/{linked['pk']}/").status_code == 404


def test_when_availability_changed_is_noted(admin: httpx.Client, trade: Trade) -> None:
    made = sell(admin, trade, trade.bolt, "AVAIL")
    assert made["availability_updated"] is None
    changed = admin.patch(f"company/part/{made['pk']}/", json={"available": 12.5}).json()
    assert changed["available"] == 12.5
    assert changed["availability_updated"]


def test_stock_of_a_supplier_part_counts(admin: httpx.Client, trade: Trade) -> None:
    made = sell(admin, trade, trade.bolt, "STOCKED")
    assert made["in_stock"] is None
    make(admin, "stock/", part=trade.bolt, quantity=7.5, supplier_part=made["pk"])
    assert admin.get(f"company/part/{made['pk']}/").json()["in_stock"] == 7.5
    stocked = admin.get("company/part/", params={"has_stock": "true"}).json()
    assert [row["SKU"] for row in stocked] == ["STOCKED"]
    ordered = admin.get("company/part/", params={"ordering": "-in_stock", "limit": 1}).json()["results"]
    assert ordered[0]["SKU"] == "STOCKED"


def test_details_are_there_when_asked_for(admin: httpx.Client, trade: Trade) -> None:
    sell(admin, trade, trade.bolt, "DETAIL")
    plain = admin.get("company/part/", params={"SKU": "DETAIL"}).json()[0]
    flags = ("part_detail", "supplier_detail", "manufacturer_detail", "manufacturer_part_detail", "price_breaks",
             "tags", "parameters")  # fmt: skip
    asked = dict.fromkeys((*flags, "pretty"), "true")
    full = admin.get("company/part/", params={"SKU": "DETAIL", **asked}).json()[0]
    assert set(full) - set(plain) == {*flags, "pretty_name"}
    assert full["part_detail"]["full_name"] == "B-1 | Bolt"
    assert full["supplier_detail"]["name"] == "Seller"
    assert full["manufacturer_detail"] is None
    assert full["pretty_name"] == "B-1 | Seller | DETAIL"


def test_price_breaks_are_ordered_rounded_and_unique(admin: httpx.Client, trade: Trade) -> None:
    part = sell(admin, trade, trade.bolt, "PRICED")["pk"]
    for quantity, price in ((100, "0.5"), (1, "1.1234567"), (2.5, 1)):
        make(admin, "company/price-break/", part=part, quantity=quantity, price=price)
    breaks = admin.get("company/price-break/", params={"part": part}).json()
    assert [(row["quantity"], row["price"]) for row in breaks] == [(1.0, 1.123457), (2.5, 1.0), (100.0, 0.5)]
    shown = admin.get(f"company/part/{part}/", params={"price_breaks": "true"}).json()["price_breaks"]
    assert [row["quantity"] for row in shown] == [1.0, 2.5, 100.0]
    for body, refusal in (
        ({"quantity": 100, "price": 1}, {"non_field_errors": ["The fields part, quantity must make a unique set."]}),
        ({"quantity": 0.5, "price": 1}, {"quantity": ["Ensure this value is greater than or equal to 1."]}),
        ({"quantity": 7, "price": None}, {"price": ["This field cannot be blank."]}),
        ({"quantity": 7}, {"price": ["This field is required."]}),
    ):
        assert admin.post("company/price-break/", json={"part": part, **body}).json() == refusal


def test_several_are_made_and_deleted_at_once(admin: httpx.Client, trade: Trade) -> None:
    bodies = [{"part": trade.bolt, "supplier": trade.seller, "SKU": f"BULK-{number}"} for number in range(3)]
    made = admin.post("company/part/", json=bodies)
    assert made.status_code == 201
    keys = [row["pk"] for row in made.json()]
    refused = admin.post("company/part/", json=[{**bodies[0], "SKU": "BULK-9"}, bodies[1]])
    assert refused.status_code == 400
    assert admin.get("company/part/", params={"SKU": "BULK-9"}).json() == [], "all or none"
    gone = admin.request("DELETE", "company/part/", json={"items": keys})
    assert gone.json() == {"success": "Deleted 3 items"}


def test_either_role_opens_supplier_parts(folk: People, trade: Trade) -> None:
    for role in ("part", "purchase_order"):
        with folk.as_user(f"buyer by {role}", roles={role: ("view",)}) as buyer:
            assert buyer.get("company/part/").status_code == 200
            assert buyer.get("company/part/manufacturer/").status_code == 200
            assert buyer.post("company/part/", json={}).status_code == 403
            expected = 200 if role == "purchase_order" else 403
            assert buyer.get("company/price-break/").status_code == expected
    with folk.as_user("seller of things", roles={"sales_order": ("view",)}) as other:
        assert other.get("company/part/").status_code == 403
