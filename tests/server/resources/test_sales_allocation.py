"""Allocating stock to sales orders over the wire."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from server.db.models.common import InvenTreeSetting
from server.db.models.stock import StockItem
from tests.server.resources.making import make
from tests.server.resources.people import People, people
from tests.server.resources.sales_desk import Desk, Sale
from tests.server.resources.stock_shop import traced

DONE = {"task_id": "", "exists": False, "pending": False, "complete": True, "success": True, "http_status": 200}


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
def setting(folk: People, api: httpx.Client) -> Iterator[object]:
    """Sets global settings until the test ends."""
    changed: list[str] = []

    def change(key: str, value: str = "true") -> None:
        changed.append(key)
        api.patch(f"settings/global/{key}/", json={"value": value}).raise_for_status()

    yield change
    with folk.server.database.write() as session:
        session.query(InvenTreeSetting).filter(InvenTreeSetting.key.in_(changed)).delete()


# ------------------------------------------------------------------------------------------------- by item


def test_the_answer_is_the_body_and_the_figures_follow(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 10)
    answer = desk.allocate(sale, (item, 2))
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "items": [{"line_item": sale.line, "stock_item": item, "quantity": "2.00000"}],
            "shipment": sale.shipment,
        },
    )
    assert desk.line_of(sale)["allocated"] == 2
    assert desk.shop.read(item)["allocated"] == 2
    part = desk.api.get(f"part/{sale.part}/").json()
    assert (part["allocated_to_sales_orders"], part["unallocated_stock"]) == (2, 8)


def test_more_than_the_line_asks_for_may_be_promised_but_not_more_than_is_free(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 10)
    desk.allocate(sale, (item, 7)).raise_for_status()
    answer = desk.allocate(sale, (item, 2), (item, 2))
    assert answer.json() == {"items": {"1": {"quantity": ["Available quantity (1) exceeded"]}}}
    assert desk.promised(sale) == [(item, 7)]


def test_what_builds_and_transfers_were_promised_is_not_free(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 10)
    order = make(desk.api, "order/transfer-order/", consume=True)["pk"]
    line = make(desk.api, "order/transfer-order-line/", order=order, part=sale.part, quantity=4)["pk"]
    body = {"items": [{"line_item": line, "stock_item": item, "quantity": 4}]}
    desk.api.post(f"order/transfer-order/{order}/allocate/", json=body).raise_for_status()
    assert desk.allocate(sale, (item, 7)).json() == {"items": {"0": {"quantity": ["Available quantity (6) exceeded"]}}}
    desk.api.post(f"order/transfer-order/{order}/cancel/", json={}).raise_for_status()
    assert desk.allocate(sale, (item, 7)).status_code == 201


def test_what_does_not_fit_together_is_refused(desk: Desk, sale: Sale) -> None:
    other = desk.sale(5)
    item, foreign = desk.shop.item(sale.part, 10), desk.shop.item(other.part, 10)
    assert desk.allocate(sale, (foreign, 1)).json() == {
        "item": ["Cannot allocate stock item to a line with a different part"]
    }
    wrong_line = Sale(sale.order, other.line, sale.shipment, sale.part)
    assert desk.allocate(wrong_line, (item, 1)).json() == {
        "items": {"0": {"line_item": ["Line item is not associated with this order"]}}
    }
    wrong_shipment = Sale(sale.order, sale.line, other.shipment, sale.part)
    assert desk.allocate(wrong_shipment, (item, 1)).json() == {
        "shipment": ["Shipment is not associated with this order"]
    }
    unsold = desk.shop.item(desk.shop.part(salable=False), 10)
    assert desk.allocate(sale, (unsold, 1)).json() == {
        "item": [f"Stock Item instance with id {unsold} is not a valid choice."]
    }
    assert desk.promised(sale) == []
    missing = desk.api.post("order/so/987654/allocate/", json={"items": []})
    assert missing.status_code == 404


def test_stock_of_a_variant_will_do(desk: Desk) -> None:
    template = desk.shop.part(salable=True, is_template=True)
    variant = desk.shop.part(salable=True, variant_of=template)
    sale = desk.sale(5, template)
    assert desk.allocate(sale, (desk.shop.item(variant, 3), 3)).status_code == 201
    assert desk.auto(sale).json() == DONE
    desk.shop.item(variant, 9)
    desk.auto(sale)
    assert desk.line_of(sale)["allocated"] == 5


@pytest.mark.parametrize(("action", "told"), [("hold", None), ("cancel", "Cancelled")])
def test_a_closed_order_gets_nothing(desk: Desk, sale: Sale, action: str, told: str | None) -> None:
    item = desk.shop.item(sale.part, 10)
    desk.api.post(f"order/so/{sale.order}/{action}/", json={}).raise_for_status()
    answers = [
        desk.allocate(sale, (item, 1)), desk.auto(sale),
        desk.api.post(
            f"order/so/{sale.order}/allocate-serials/",
            json={"line_item": sale.line, "quantity": 1, "serial_numbers": "1"},
        ),
    ]  # fmt: skip
    if told is None:
        assert [answer.status_code for answer in answers] == [201, 200, 400]
        return
    for answer in answers:
        assert answer.status_code == 400
        assert f"is {told}" in answer.json()["non_field_errors"][0]


def test_stock_that_must_be_tested_first_waits_for_its_tests(desk: Desk, setting: object) -> None:
    assert callable(setting)
    setting("SALESORDER_BLOCK_INCOMPLETE_ITEM_TESTS")
    sale = desk.sale(5, testable=True)
    item = desk.shop.item(sale.part, 10)
    wanted = {"test_name": "Leak test", "description": "No bubbles", "required": True}
    template = make(desk.api, "part/test-template/", part=sale.part, **wanted)["pk"]
    text = "Stock item has not passed all required tests"
    assert desk.allocate(sale, (item, 1)).json() == {"items": {"0": {"stock_item": [text]}}}
    desk.auto(sale).raise_for_status()
    assert desk.promised(sale) == []
    make(desk.api, "stock/test/", stock_item=item, template=template, result=True)
    desk.auto(sale).raise_for_status()
    assert desk.promised(sale) == [(item, 5)]


def test_expired_stock_is_not_sold_unless_the_settings_allow_it(desk: Desk, setting: object) -> None:
    assert callable(setting)
    setting("STOCK_ENABLE_EXPIRY")
    sale = desk.sale(5)
    item = desk.shop.item(sale.part, 10, expiry_date="2020-01-01")
    assert "expired" in desk.allocate(sale, (item, 1)).text
    desk.auto(sale).raise_for_status()
    assert desk.promised(sale) == []
    setting("STOCK_ALLOW_EXPIRED_SALE")
    assert desk.allocate(sale, (item, 1)).status_code == 201


# ------------------------------------------------------------------------------------------------- by serial number


def test_serial_numbers_are_promised_one_by_one(desk: Desk) -> None:
    sale = desk.sale(3, trackable=True)
    made = desk.shop.items(sale.part, 4, serial_numbers="700-703")
    keys = {row["serial"]: row["pk"] for row in made}
    url = f"order/so/{sale.order}/allocate-serials/"
    body = {"line_item": sale.line, "quantity": 2, "serial_numbers": "700,702", "shipment": sale.shipment}
    answer = desk.api.post(url, json=body)
    assert (answer.status_code, answer.json()) == (201, body)
    assert desk.promised(sale) == [(keys["700"], 1), (keys["702"], 1)]
    answer = desk.api.post(url, json={**body, "quantity": 3, "serial_numbers": "700-702"})
    assert answer.json() == {"serial_numbers": ["The following serial numbers are unavailable: 700,702"]}
    answer = desk.api.post(url, json={**body, "serial_numbers": "701,999"})
    assert answer.json() == {"serial_numbers": ["No match found for the following serial numbers: 999"]}
    answer = desk.api.post(url, json={**body, "serial_numbers": "701"})
    assert answer.status_code == 400
    assert list(answer.json()) == ["serial_numbers"]
    assert len(desk.promised(sale)) == 2


# ------------------------------------------------------------------------------------------------- of itself


def test_the_server_chooses_where_from_and_in_which_order(desk: Desk) -> None:
    near, far = desk.shop.location(), desk.shop.location()
    bin_in_near = desk.shop.location(parent=near)
    part = desk.shop.part(salable=True)
    big, small = desk.shop.item(part, 9, location=far), desk.shop.item(part, 4, location=bin_in_near)

    def chosen(quantity: float = 5, **choice: object) -> list[tuple[int, float]]:
        sale = desk.sale(quantity, part)
        assert desk.auto(sale, **choice).json() == DONE
        found = desk.promised(sale)
        desk.api.post(f"order/so/{sale.order}/cancel/", json={}).raise_for_status()
        return found

    assert chosen() == [(big, 5)]
    assert chosen(stock_sort_by="-updated") == [(small, 4), (big, 1)]
    assert chosen(stock_sort_by="quantity") == [(small, 4), (big, 1)]
    assert chosen(stock_sort_by="-quantity") == [(big, 5)]
    assert chosen(location=near) == [(small, 4)]
    assert chosen(exclude_location=near) == [(big, 5)]
    assert chosen(quantity=10, interchangeable=False) == []
    assert chosen(quantity=9, interchangeable=False) == [(big, 9)]
    assert chosen(serialized_stock="serialized") == []


def test_only_what_lies_on_a_shelf_is_chosen(desk: Desk, sale: Sale, folk: People) -> None:
    lying, sold, built_in, in_the_making, kept_back = (desk.shop.item(sale.part, 10) for _ in range(5))
    states: dict[int, dict[str, object]] = {
        sold: {"customer_id": desk.customer()}, built_in: {"belongs_to_id": lying}, kept_back: {"status": 75},
        in_the_making: {"is_building": True},
    }  # fmt: skip
    with folk.server.database.write() as session:
        for pk, values in states.items():
            session.execute(update(StockItem).where(StockItem.pk == pk).values(**values))
    line = desk.line(sale.order, sale.part, 50)
    assert desk.auto(sale).json() == DONE
    assert sum(row["quantity"] for row in desk.allocations(line=line)) == 5
    assert {item for item, _ in desk.promised(sale)} == {lying}


def test_choosing_may_be_limited_to_lines_and_takes_only_what_is_missing(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 100)
    second = desk.line(sale.order, sale.part, 7)
    desk.allocate(sale, (item, 3)).raise_for_status()
    desk.auto(sale, line_items=[sale.line]).raise_for_status()
    assert [row["line"] for row in desk.allocations(order=sale.order)] == [sale.line] * 2
    desk.auto(sale).raise_for_status()
    desk.auto(sale).raise_for_status()
    by_line = {line: sum(row["quantity"] for row in desk.allocations(line=line)) for line in (sale.line, second)}
    assert by_line == {sale.line: 5, second: 7}


@pytest.mark.parametrize(
    "choice",
    [{"stock_sort_by": "colour"}, {"serialized_stock": "some"}, {"line_items": [987_654]}, {"location": 987_654}],
)
def test_a_choice_that_makes_no_sense_is_refused(desk: Desk, sale: Sale, choice: dict[str, object]) -> None:
    answer = desk.auto(sale, **choice)
    assert answer.status_code == 400
    assert list(answer.json()) == list(choice)


def test_many_lines_take_as_many_questions_as_one(desk: Desk, folk: People) -> None:
    def statements(lines: int) -> int:
        order = desk.order()
        for _ in range(lines):
            part = desk.shop.part(salable=True)
            desk.line(order, part, 2)
            desk.shop.item(part, 5)
        with traced(folk.server.database) as run:
            desk.api.post(f"order/so/{order}/auto-allocate/", json={}).raise_for_status()
        assert len(desk.allocations(order=order)) == lines
        return len([text for text in run if text.lstrip().upper().startswith("SELECT")])

    assert statements(12) == statements(2)


# ------------------------------------------------------------------------------------------------- what is allocated


def test_a_promise_is_changed_within_what_is_free(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 10)
    desk.allocate(sale, (item, 3), (item, 4)).raise_for_status()
    first, _ = desk.allocations(order=sale.order)
    url = f"order/so-allocation/{first['pk']}/"
    assert desk.api.patch(url, json={"quantity": 6}).json()["quantity"] == 6
    answer = desk.api.patch(url, json={"quantity": 7})
    assert answer.json() == {"quantity": ["Stock item is over-allocated: 6 of 10 are free"]}
    for bad in (0, -1):
        assert desk.api.patch(url, json={"quantity": bad}).status_code == 400
    assert desk.api.patch(url, json={"item": desk.shop.item(desk.shop.part(), 5)}).status_code == 400
    assert desk.api.delete(url).status_code == 204
    assert desk.api.get(url).status_code == 404


def test_several_are_changed_and_dropped_at_once(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 10)
    desk.allocate(sale, (item, 3), (item, 4), shipment=False).raise_for_status()
    keys = [row["pk"] for row in desk.allocations(order=sale.order)]
    body = {"items": keys, "shipment": sale.shipment}
    assert desk.api.patch("order/so-allocation/", json=body).status_code == 200
    assert len(desk.allocations(shipment=sale.shipment)) == 2
    assert desk.api.request("DELETE", "order/so-allocation/", json={"items": keys}).status_code == 200
    assert desk.promised(sale) == []


def test_allocations_are_found_by_what_they_belong_to(desk: Desk, sale: Sale) -> None:
    place = desk.shop.location()
    item = desk.shop.item(sale.part, 10, location=desk.shop.location(parent=place), batch="B7")
    desk.allocate(sale, (item, 2)).raise_for_status()
    desk.allocate(sale, (item, 1), shipment=False).raise_for_status()
    for query, expected in (
        ({"item": item}, 2), ({"line": sale.line}, 2), ({"part": sale.part}, 2), ({"order": sale.order}, 2),
        ({"location": place}, 2), ({"shipment": sale.shipment}, 1),
        ({"order": sale.order, "assigned_to_shipment": "false"}, 1), ({"order": sale.order, "outstanding": "true"}, 2),
        ({"order": sale.order, "outstanding": "false"}, 0), ({"order": sale.order, "search": "B7"}, 2),
        ({"order": sale.order, "search": "nothing"}, 0),
    ):  # fmt: skip
        assert len(desk.allocations(**query)) == expected, query
    rows = desk.allocations(order=sale.order, ordering="-quantity", item_detail="true", location_detail="true")
    assert [row["quantity"] for row in rows] == [2, 1]
    assert rows[0]["item_detail"]["batch"] == "B7"
    assert rows[0]["shipment_detail"]["pk"] == sale.shipment
    for name in ("part", "serial", "IPN", "batch", "location", "order", "shipment_date"):
        assert len(desk.allocations(order=sale.order, ordering=name)) == 2


# ------------------------------------------------------------------------------------------------- by scan


def scan(desk: Desk, item: int, sale: Sale, **more: object) -> httpx.Response:
    body = {"barcode": f"INV-SI{item}", "sales_order": sale.order, **more}
    return desk.api.post("barcode/so-allocate/", json=body)


def test_a_scan_promises_what_the_line_misses(desk: Desk, sale: Sale) -> None:
    first, second = desk.shop.item(sale.part, 3), desk.shop.item(sale.part, 9)
    answer = scan(desk, first, sale)
    assert answer.status_code == 200
    told = {name: answer.json()[name] for name in ("line_item", "shipment", "quantity")}
    assert told == {"line_item": sale.line, "shipment": sale.shipment, "quantity": 3}
    assert answer.json()["success"] == "Stock item allocated to sales order"
    assert scan(desk, second, sale).json()["quantity"] == 2
    assert "fully allocated" in scan(desk, second, sale).json()["error"]
    assert scan(desk, second, sale, quantity=4).status_code == 200
    assert scan(desk, second, sale, quantity=4).json()["error"] == "Insufficient stock available"
    assert desk.promised(sale) == [(first, 3), (second, 2), (second, 4)]


def test_a_scan_that_leaves_something_open_is_refused(desk: Desk, sale: Sale) -> None:
    item = desk.shop.item(sale.part, 9)
    desk.line(sale.order, sale.part, 2)
    assert scan(desk, item, sale).json()["error"] == "Multiple matching line items found"
    desk.shipment(sale.order)
    answer = scan(desk, item, sale, line=sale.line).json()
    assert (answer["error"], answer["action_required"]) == ("Not enough information", "True")
    assert scan(desk, desk.shop.item(desk.shop.part(), 3), sale).json()["error"] == "No matching line item found"
    other = desk.sale(3)
    assert scan(desk, item, sale, line=other.line).json()["error"] == "Line item does not match sales order"
    wrong = scan(desk, item, sale, line=sale.line, shipment=other.shipment)
    assert wrong.json()["error"] == "Shipment is not associated with this order"
    assert desk.promised(sale) == []


def test_scans_are_kept_whatever_came_of_them(desk: Desk, sale: Sale, setting: object) -> None:
    assert callable(setting)
    setting("BARCODE_STORE_RESULTS")
    item = desk.shop.item(sale.part, 3)
    assert scan(desk, item, sale).status_code == 200
    assert scan(desk, item, sale).status_code == 400
    kept = desk.api.get("barcode/history/", params={"ordering": "timestamp"}).json()
    assert [row["result"] for row in kept[-2:]] == [True, False]
