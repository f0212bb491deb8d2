"""Shipments of sales orders over the wire: made, checked, sent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.common import InvenTreeSetting
from tests.server.resources.making import make
from tests.server.resources.people import People, people
from tests.server.resources.sales_desk import Desk, Sale
from tests.server.resources.stock_shop import traced
from workflow.orders import SHIPMENT, shipment_state

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def api(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@pytest.fixture(scope="module")
def desk(api: httpx.Client) -> Desk:
    return Desk(api)


@pytest.fixture
def sale(desk: Desk) -> Sale:
    return desk.sale(5)


@pytest.fixture
def checking(folk: People, api: httpx.Client) -> Iterator[None]:
    """Shipments must be checked before they are sent."""
    key = "SALESORDER_SHIPMENT_REQUIRES_CHECK"
    api.patch(f"settings/global/{key}/", json={"value": "true"}).raise_for_status()
    yield
    with folk.server.database.write() as session:
        session.query(InvenTreeSetting).filter_by(key=key).delete()


def test_what_is_sent_is_split_off_and_becomes_the_customers(desk: Desk, sale: Sale) -> None:
    place = desk.shop.location()
    item = desk.shop.item(sale.part, 10, location=place, batch="B1")
    desk.allocate(sale, (item, 2), (item, 3)).raise_for_status()
    values = {"tracking_number": "T1", "invoice_number": "I1", "link": "https://example.com/t1"}
    answer = desk.ship(sale, **values)
    assert (answer.status_code, answer.json()["complete"], answer.json()["success"]) == (200, True, True)
    shipment = desk.api.get(f"order/so/shipment/{sale.shipment}/").json()
    assert shipment["shipment_date"] == TODAY
    assert {name: shipment[name] for name in values} == values
    assert desk.shop.read(item)["quantity"] == 5
    assert desk.line_of(sale)["shipped"] == 5
    customer = desk.api.get(f"order/so/{sale.order}/").json()["customer"]
    for sent, quantity in desk.promised(sale):
        piece = desk.shop.read(sent)
        assert (piece["quantity"], piece["parent"], piece["batch"]) == (quantity, item, "B1")
        assert (piece["customer"], piece["sales_order"], piece["location"]) == (customer, sale.order, None)
        assert piece["in_stock"] is False
        codes = [code for code, _ in desk.shop.history(sent)]
        assert codes == [40, 60]
        assert desk.shop.history(sent)[-1][1]["salesorder"] == sale.order
    assert [code for code, _ in desk.shop.history(item)] == [1, 42, 42]
    part = desk.api.get(f"part/{sale.part}/").json()
    assert (part["allocated_to_sales_orders"], part["unallocated_stock"], part["total_in_stock"]) == (0, 5, 5)


def test_a_whole_item_goes_as_it_is(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 5)
    desk.allocate(sale, (item, 5)).raise_for_status()
    desk.ship(sale).raise_for_status()
    assert desk.promised(sale) == [(item, 5)]
    assert desk.shop.read(item)["sales_order"] == sale.order
    assert [code for code, _ in desk.shop.history(item)] == [1, 60]


def test_nothing_is_sent_that_the_item_does_not_hold_any_more(desk: Desk, sale: Sale) -> None:
    item, other = desk.shop.item(sale.part, 10), desk.shop.item(sale.part, 10)
    desk.allocate(sale, (item, 4), (other, 1)).raise_for_status()
    desk.shop.act("remove", {"pk": item, "quantity": 8}).raise_for_status()
    answer = desk.ship(sale)
    assert answer.json() == {
        "non_field_errors": [f"Stock item {item} holds 2 of the 4 allocated: count it, or allocate other stock"]
    }
    assert desk.shop.read(other)["quantity"] == 10
    assert desk.line_of(sale)["shipped"] == 0
    assert desk.api.get(f"order/so/shipment/{sale.shipment}/").json()["shipment_date"] is None


def test_what_was_promised_twice_is_sent_once(desk: Desk, sale: Sale) -> None:
    """Stock that is removed may leave more promised than there is: first come, first served."""
    second = desk.sale(6, sale.part)
    item = desk.shop.item(sale.part, 10)
    desk.allocate(sale, (item, 4)).raise_for_status()
    desk.allocate(second, (item, 6)).raise_for_status()
    desk.shop.act("remove", {"pk": item, "quantity": 6}).raise_for_status()
    desk.ship(sale).raise_for_status()
    assert desk.shop.read(item)["quantity"] == 0
    assert "holds 0 of the 6 allocated" in desk.ship(second).text
    assert desk.line_of(second)["shipped"] == 0


def test_nothing_is_removed_from_what_was_sent(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 5)
    desk.allocate(sale, (item, 5)).raise_for_status()
    desk.ship(sale).raise_for_status()
    answer = desk.shop.act("remove", {"pk": item, "quantity": 1})
    assert answer.json() == {"items": {"0": {"pk": ["Stock item was shipped: nothing can be removed from it"]}}}


def test_a_shipment_is_not_sent_empty_or_twice(desk: Desk, sale: Sale) -> None:
    assert desk.ship(sale).json() == {"non_field_errors": ["Shipment has no allocated stock items"]}
    desk.allocate(sale, (desk.shop.item(sale.part, 5), 1)).raise_for_status()
    assert desk.ship(sale, shipment_date="x").status_code == 400
    desk.ship(sale, shipment_date="2026-01-02").raise_for_status()
    assert desk.ship(sale).json() == {"non_field_errors": ["Shipment has already been sent"]}
    assert desk.api.post("order/so/shipment/987654/ship/", json={}).status_code == 404


@pytest.mark.usefixtures("checking")
def test_what_must_be_checked_is_checked_by_somebody(desk: Desk, sale: Sale) -> None:
    desk.allocate(sale, (desk.shop.item(sale.part, 5), 1)).raise_for_status()
    url = f"order/so/shipment/{sale.shipment}/"
    refusal = {"non_field_errors": ["Shipment must be checked before it can be completed"]}
    assert desk.ship(sale).json() == refusal
    me = desk.api.get("user/me/").json()["pk"]
    checked = desk.api.patch(url, json={"checked_by": me})
    assert (checked.status_code, checked.json()["checked_by_detail"]["pk"]) == (200, me)
    desk.api.patch(url, json={"checked_by": None}).raise_for_status()
    assert desk.ship(sale).json() == refusal
    desk.api.patch(url, json={"checked_by": me}).raise_for_status()
    assert desk.ship(sale).status_code == 200


def test_the_state_of_a_shipment_follows_from_its_members() -> None:
    assert shipment_state(checked=False, shipped=False) == "PENDING"
    assert shipment_state(checked=True, shipped=False) == "CHECKED"
    assert shipment_state(checked=True, shipped=True) == shipment_state(checked=False, shipped=True) == "SHIPPED"
    assert {deed.target for deed in SHIPMENT} == {"PENDING", "CHECKED", "SHIPPED"}


# ------------------------------------------------------------------------------------------------- keeping shipments


def test_what_was_sent_stays_on_record(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 5)
    desk.allocate(sale, (item, 2)).raise_for_status()
    url = f"order/so/shipment/{sale.shipment}/"
    assert "date is set when it is shipped" in desk.api.patch(url, json={"shipment_date": "2026-01-02"}).text
    desk.ship(sale, shipment_date="2026-01-02").raise_for_status()
    (allocation,) = desk.allocations(order=sale.order)
    own = f"order/so-allocation/{allocation['pk']}/"
    for answer in (
        desk.api.delete(url), desk.api.delete(own), desk.api.patch(own, json={"quantity": 1}),
        desk.api.request("DELETE", "order/so-allocation/", json={"items": [allocation["pk"]]}),
    ):  # fmt: skip
        assert answer.status_code == 400
        assert "was sent on 2026-01-02" in answer.json()["non_field_errors"][0]
    assert desk.api.patch(url, json={"shipment_date": None}).status_code == 400
    assert desk.api.patch(url, json={"delivery_date": "2026-01-05", "tracking_number": "T9"}).status_code == 200
    refused = desk.allocate(sale, (item, 1))
    assert refused.json() == {"shipment": ["Shipment has already been shipped"]}


def test_a_shipment_that_goes_frees_what_was_in_it(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 5)
    desk.allocate(sale, (item, 2)).raise_for_status()
    assert desk.api.delete(f"order/so/shipment/{sale.shipment}/").status_code == 204
    assert desk.promised(sale) == []
    assert desk.shop.read(item)["allocated"] == 0


def test_a_shipment_belongs_to_one_order_and_its_reference_is_its_own(desk: Desk, sale: Sale) -> None:
    other = desk.order()
    reference = desk.api.get(f"order/so/shipment/{sale.shipment}/").json()["reference"]
    again = desk.api.post("order/so/shipment/", json={"order": sale.order, "reference": reference})
    assert again.json() == {"non_field_errors": ["The fields order, reference must make a unique set."]}
    assert desk.api.post("order/so/shipment/", json={"order": other, "reference": reference}).status_code == 201
    desk.allocate(sale, (desk.shop.item(sale.part, 5), 2)).raise_for_status()
    moved = desk.api.patch(f"order/so/shipment/{sale.shipment}/", json={"order": other, "reference": "9"})
    assert moved.json() == {"order": ["Shipment holds items of its order"]}


def test_the_address_is_one_of_the_customers(desk: Desk, sale: Sale) -> None:
    customer = desk.api.get(f"order/so/{sale.order}/").json()["customer"]
    own = make(desk.api, "company/address/", company=customer, title="Home")["pk"]
    foreign = make(desk.api, "company/address/", company=desk.customer(), title="Away")["pk"]
    url = f"order/so/shipment/{sale.shipment}/"
    assert desk.api.patch(url, json={"shipment_address": own}).json()["shipment_address_detail"]["pk"] == own
    assert desk.api.patch(url, json={"shipment_address": foreign}).json() == {
        "shipment_address": ["Shipping address must match the customer"]
    }


def test_shipments_are_found(desk: Desk, sale: Sale) -> None:
    def found(**query: Any) -> list[int]:
        answer = desk.api.get("order/so/shipment/", params={"order": sale.order, **query})
        assert answer.status_code == 200
        return [row["pk"] for row in answer.json()]

    second = desk.shipment(sale.order)
    desk.allocate(sale, (desk.shop.item(sale.part, 5), 1)).raise_for_status()
    desk.ship(sale, tracking_number="FINDME").raise_for_status()
    assert found() == [sale.shipment, second]
    assert found(shipped="true") == [sale.shipment]
    assert found(shipped="false") == [second]
    assert found(checked="true") == found(delivered="true") == []
    assert found(order_outstanding="true", ordering="-reference") == [second, sale.shipment]
    assert found(order_outstanding="false") == found(order_status=30) == []
    assert found(order_status=15, ordering="-allocated_items") == [sale.shipment, second]
    assert found(search="findme") == [sale.shipment]
    assert found(tags="urgent") == []
    desk.api.patch(f"order/so/shipment/{second}/", json={"tags": ["urgent"]}).raise_for_status()
    assert found(tags="urgent") == [second]


def test_a_shipment_takes_over_the_parameters_of_another(desk: Desk, sale: Sale) -> None:
    template = make(desk.api, "parameter/template/", name="Weight of parcel", units="")["pk"]
    make(
        desk.api, "parameter/", template=template, model_type="order.salesordershipment", model_id=sale.shipment,
        data="12",
    )  # fmt: skip
    copy = make(
        desk.api, "order/so/shipment/", order=sale.order, reference="copy",
        duplicate={"original": sale.shipment, "copy_parameters": True},
    )  # fmt: skip
    shown = desk.api.get(f"order/so/shipment/{copy['pk']}/", params={"parameters": "true"}).json()
    assert [each["data"] for each in shown["parameters"]] == ["12"]


def test_many_allocations_take_as_many_questions_as_one(desk: Desk, folk: People) -> None:
    def statements(count: int) -> int:
        sale = desk.sale(100)
        items = [desk.shop.item(sale.part, 5) for _ in range(count)]
        desk.allocate(sale, *((item, 2) for item in items)).raise_for_status()
        with traced(folk.server.database) as run:
            desk.ship(sale).raise_for_status()
        return len([text for text in run if text.lstrip().upper().startswith("SELECT")])

    assert statements(12) == statements(2)


def test_what_belongs_to_an_order_that_is_done_is_closed_with_it(desk: Desk) -> None:
    sale = desk.sale(2)
    desk.allocate(sale, (desk.shop.item(sale.part, 2), 2)).raise_for_status()
    desk.ship(sale).raise_for_status()
    allocation = desk.allocations(order=sale.order)[0]["pk"]
    desk.api.post(f"order/so/{sale.order}/complete/", json={}).raise_for_status()
    desk.api.post(f"order/so/{sale.order}/complete/", json={})
    locked = {"non_field_errors": ["The order is locked and cannot be modified"]}
    shipment = f"order/so/shipment/{sale.shipment}/"
    for answer in (
        desk.api.patch(shipment, json={"reference": "other"}),
        desk.api.post("order/so/shipment/", json={"order": sale.order, "reference": "more"}),
        desk.api.patch(f"order/so-allocation/{allocation}/", json={"quantity": 1}),
        desk.api.delete(f"order/so-allocation/{allocation}/"),
    ):
        assert (answer.status_code, answer.json()) == (400, locked)
    later = desk.api.patch(shipment, json={"tracking_number": "T-1", "delivery_date": "2030-01-02"})
    assert later.status_code == 200, later.text
