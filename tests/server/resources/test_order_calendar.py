"""The calendar feed of the orders."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from server.auth.passwords import hash_password
from server.db.models import Company, PurchaseOrder, ReturnOrder, SalesOrder, StockLocation, TransferOrder, User
from tests.server.resources.people import People, people

DAY = date(2026, 5, 4)


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        _orders(made)
        yield made


def _orders(folk: People) -> None:
    with folk.server.database.write() as session:
        company = Company(name="Comma, Semi; Ltd.", is_supplier=True, is_customer=True)
        place = StockLocation(name="Hall 2")
        session.add_all([company, place])
        session.flush()
        common: dict[str, Any] = {
            "target_date": DAY,
            "creation_date": date(2026, 4, 1),
            "description": "Line 1\nLine 2",
        }
        session.add_all(
            [
                PurchaseOrder(reference="PO-1", status=20, supplier_id=company.pk, **common),
                PurchaseOrder(reference="PO-2", status=30, supplier_id=company.pk, **common),
                PurchaseOrder(reference="PO-3", status=40, supplier_id=company.pk, **common),
                PurchaseOrder(reference="PO-4", status=20, supplier_id=company.pk, **{**common, "target_date": None}),
                SalesOrder(reference="SO-1", status=25, customer_id=company.pk, **common),
                SalesOrder(reference="SO-2", status=20, customer_id=company.pk, **common),
                ReturnOrder(reference="RO-1", status=20, customer_id=None, **common),
                TransferOrder(reference="TO-1", status=20, destination_id=place.pk, **common),
            ]
        )


def events(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.mark.parametrize(
    ("kind", "role", "under_way", "everything"),
    [
        ("purchase-order", "purchase_order", {"PO-1"}, {"PO-1", "PO-2", "PO-3"}),
        ("sales-order", "sales_order", {"SO-1"}, {"SO-1", "SO-2"}),
        ("return-order", "return_order", {"RO-1"}, {"RO-1"}),
        ("transfer-order", "transfer_order", {"TO-1"}, {"TO-1"}),
    ],
)
def test_orders_under_way_are_told_the_others_on_request(
    folk: People, kind: str, role: str, under_way: set[str], everything: set[str]
) -> None:
    address = f"order/calendar/{kind}/calendar.ics"
    with folk.as_user(f"reader of {role}".replace(" ", "-"), roles={role: ["view"]}) as reader:
        assert set(events(reader.get(address))) == under_way
        assert set(events(reader.get(address, params={"include_completed": "true"}))) == everything
        assert set(events(reader.get(address, params={"include_completed": "false"}))) == under_way


def test_an_entry_says_with_whom_and_where_to_look(folk: People) -> None:
    with folk.client("admin") as admin:
        found = events(admin.get("order/calendar/purchase-order/calendar.ics", params={"include_completed": "1"}))
        (place,) = events(admin.get("order/calendar/transfer-order/calendar.ics")).values()
    event = found["PO-1"]
    assert event["description"] == "Company: Comma, Semi; Ltd.\nStatus: Placed\nDescription: Line 1\nLine 2"
    assert event.decoded("dtstart") == DAY
    assert event["url"].endswith("/web/purchasing/purchase-order/1")
    assert found["PO-3"]["status"] == "CANCELLED"
    assert len({str(entry["uid"]) for entry in found.values()}) == 3
    assert place["description"].startswith("Destination: Hall 2\n")


def test_calendar_programs_sign_in_with_name_and_password(folk: People) -> None:
    address = f"{folk.server.url}/api/order/calendar/sales-order/calendar.ics"
    folk.make("phone", roles={"sales_order": ["view"]})
    with folk.server.database.write() as session:
        user = session.query(User).filter(User.username == "phone").one()
        user.password = hash_password("calendar")
    asked = httpx.get(address)
    assert asked.status_code == 401
    assert asked.headers["WWW-Authenticate"] == 'Basic realm="api"'
    assert set(events(httpx.get(address, auth=("phone", "calendar")))) == {"SO-1"}
    assert httpx.get(address, auth=("phone", "wrong")).status_code == 401


def test_other_kinds_and_other_roles_are_refused(folk: People) -> None:
    with folk.as_user("seller", roles={"sales_order": ["view"]}) as seller:
        assert seller.get("order/calendar/purchase-order/calendar.ics").status_code == 403
        assert seller.get("order/calendar/build-order/calendar.ics").status_code == 404
