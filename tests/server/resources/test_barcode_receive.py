"""Receiving by scanning, over the wire."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from server.db.models.company import ManufacturerPart
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.domain.supplier_labels import SupplierLabel, read_supplier_label
from tests.server.resources.order_desk import Desk
from tests.server.resources.people import People, people
from tests.server.resources.stock_shop import Shop

DIGIKEY = "[)>\x1e06\x1dP{sku}\x1d1P{mpn}\x1dK{order}\x1d1K5551\x1dQ{quantity}\x1e\x04"


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def desk(folk: People) -> Iterator[Desk]:
    with folk.client("admin") as client:
        yield Desk(folk, Shop(client))


def scan(desk: Desk, barcode: str, status: int = 200, **more: Any) -> dict[str, Any]:
    answer = desk.api.post("barcode/po-receive/", json={"barcode": barcode, **more})
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (DIGIKEY.format(sku="296-1", mpn="LM358", order="PO-7", quantity=100),
         SupplierLabel("296-1", "LM358", ("PO-7", "5551"), Decimal(100))),
        (">[)>06\x1dKPO-9\x1d14K011\x1d1PRC0603\x1dQ50\x1d11K0773",
         SupplierLabel("", "RC0603", ("PO-9",), Decimal(50))),
        ("{pbn:PICK1,on:SO1,pc:C25804,pm:0603WAF,qty:300,mc:,cc:1,pdi:7,hp:0}",
         SupplierLabel("C25804", "0603WAF", ("SO1",), Decimal(300))),
        ("QTY:25 PN:WBP-302 PO:19361337/1 MFR:WISHERENT MPN:302 RoHS", SupplierLabel(
            "WBP-302", "302", ("19361337/1",), Decimal(25))),
        ("[)>\x1e06\x1dP1\x1dQmany\x1e\x04", SupplierLabel("1", "", (), None)),
        ("296-1", None),
        ('{"supplierpart": 1}', None),
        ("[)>\x1e06\x1d\x1e\x04", None),
        ("", None),
    ],
)  # fmt: skip
def test_labels_of_suppliers_are_read(text: str, label: SupplierLabel | None) -> None:
    assert read_supplier_label(text) == label


def test_a_label_that_says_everything_is_received_at_once(desk: Desk) -> None:
    place, part = desk.shop.location(), desk.part()
    supplied = desk.supplied(part, pack=50, SKU="DK-100")
    order, (line,) = desk.purchase({"part": supplied, "quantity": 4, "destination_id": place})
    text = DIGIKEY.format(sku="DK-100", mpn="", order="", quantity=100)
    told = scan(desk, text)
    assert told["success"] == "Received purchase order line item"
    assert told["lineitem"] == {
        "pk": line, "quantity": 2, "supplier_part": supplied, "purchase_order": order, "location": place,
    }  # fmt: skip
    (item,) = desk.shop.keys(part=part)
    assert desk.shop.read(item)["quantity"] == 100
    assert desk.read(PurchaseOrderLineItem, line).received == 2
    again = scan(desk, text, 400)
    assert again["error"] == "Item has already been received"


def test_a_code_finds_the_line_and_the_client_says_the_rest(desk: Desk) -> None:
    part = desk.part(IPN="IPN-77")
    maker = desk.company(is_manufacturer=True)
    made = desk.add(ManufacturerPart(part_id=part, manufacturer_id=maker, MPN="MPN-77"))
    supplied = desk.supplied(part, SKU="SKU-77", manufacturer_part_id=made)
    order, lines = desk.purchase(*[{"part": supplied, "quantity": 10, "received": count} for count in (10, 4)])
    desk.api.post("barcode/link/", json={"barcode": "BAG-77", "supplierpart": supplied}).raise_for_status()
    for text in ("SKU-77", "MPN-77", "IPN-77", "BAG-77", f'{{"part": {part}}}', f'{{"supplierpart": {supplied}}}'):
        told = scan(desk, text)
        assert told["action_required"] == "Further information required to receive line item"
        assert told["lineitem"] == {
            "pk": lines[1], "quantity": 6, "supplier_part": supplied, "purchase_order": order, "location": None,
        }, text  # fmt: skip
    chosen = scan(desk, "SKU-77", line_item=lines[0], location=desk.shop.location())
    assert chosen["lineitem"]["pk"] == lines[0]
    assert [desk.read(PurchaseOrderLineItem, line).received for line in lines] == [10, 4]


def test_nothing_is_received_where_the_client_wants_to_see_it_first(desk: Desk) -> None:
    supplied = desk.supplied(desk.part(), SKU="LOOK-1")
    _, (line,) = desk.purchase({"part": supplied, "quantity": 9, "destination_id": desk.shop.location()})
    told = scan(desk, DIGIKEY.format(sku="LOOK-1", mpn="", order="", quantity=3), auto_allocate=False)
    assert (told["lineitem"]["quantity"], "action_required" in told) == (3, True)
    assert desk.read(PurchaseOrderLineItem, line).received == 0


def test_of_several_orders_the_label_or_the_client_says_which(desk: Desk) -> None:
    supplied = desk.supplied(desk.part(), SKU="MANY-1")
    (first, (one,)), (second, (two,)) = (desk.purchase({"part": supplied, "quantity": 5}) for _ in range(2))
    names = [desk.read(PurchaseOrder, order).reference for order in (first, second)]
    told = scan(desk, "MANY-1", 400)
    assert told["error"] == f"Found matching line items in several orders ({names[0]}, {names[1]}): say which one"
    assert scan(desk, "MANY-1", purchase_order=first)["lineitem"]["pk"] == one
    labelled = scan(desk, DIGIKEY.format(sku="MANY-1", mpn="", order=names[1], quantity=2))
    assert labelled["lineitem"]["pk"] == two


def test_what_cannot_be_received_says_why(desk: Desk) -> None:
    place, supplied = desk.shop.location(), desk.supplied(desk.part(), SKU="WHY-1")
    pending, _ = desk.purchase({"part": supplied, "quantity": 5}, status=10)
    told = scan(desk, "WHY-1", 400)
    assert told["error"] == "No matching line item of a placed order found for barcode"
    assert scan(desk, "WHY-1", 400, purchase_order=pending) == {
        "purchase_order": ["Purchase order has not been placed"]
    }
    order, (line,) = desk.purchase({"part": supplied, "quantity": 5})
    structural = desk.shop.location(structural=True)
    assert scan(desk, "WHY-1", 400, location=structural) == {
        "location": ["Structural locations cannot be assigned stock items"]
    }
    desk.set_own("PURCHASE_OVER_RECEIPT", "refuse")
    try:
        text = DIGIKEY.format(sku="WHY-1", mpn="", order="", quantity=6)
        much = scan(desk, text, 400, location=place, purchase_order=order)
    finally:
        desk.set_own("PURCHASE_OVER_RECEIPT", "accept")
    assert much["error"] == "5 ordered, 0 received: 6 would be 1 too many."
    assert desk.read(PurchaseOrderLineItem, line).received == 0
    unknown = scan(desk, "nobody sells this", 400)
    assert (unknown["error"], unknown["plugin"]) == ("No plugin match for supplier barcode", "None")
