"""What recorded answers of InvenTree mean to the client."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tui.api_models import Location, Person, ServerInfo, StatusChoice, StockItem

RECORDED = Path(__file__).parents[1] / "data" / "inventree_exchanges.jsonl"


def recorded(path: str) -> Any:
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        if exchange["path"] == path:
            return exchange["response_body"]
    raise KeyError(path)


def test_a_server_introduces_itself() -> None:
    server = ServerInfo.of(recorded("/api/"))
    assert (server.version, server.api_version) == ("1.6.0 dev", 532)
    assert server.instance == "My very first InvenTree Instance"
    assert not server.is_bincard
    assert str(server) == "InvenTree 1.6.0 dev (API 532)"


def test_bincard_is_known_by_its_plugin() -> None:
    answer = recorded("/api/") | {"active_plugins": [{"slug": "other"}, {"name": "Bincard", "slug": "bincard"}, 3]}
    assert ServerInfo.of(answer).is_bincard


@pytest.mark.parametrize("answer", [{}, {"version": "1"}, {"apiVersion": "532", "version": "1"}])
def test_another_kind_of_server_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        ServerInfo.of(answer)


def test_a_superuser_may_everything() -> None:
    person = Person.of(recorded("/api/user/me/"), recorded("/api/user/me/roles/"))
    assert (person.pk, person.username) == (5, "testuser")
    assert person.can("stock", "delete")


def test_a_role_allows_what_it_names() -> None:
    roles = recorded("/api/user/roles/")
    person = Person.of({"pk": 6, "username": "reader"}, roles)
    assert person.can("stock", "change")
    assert not person.can("stock", "add")
    assert not person.can("stock_location", "view")
    assert not person.can("no such role", "view")


def test_statuses_come_with_key_and_label() -> None:
    choices = StatusChoice.all_of(recorded("/api/stock/status/"))
    assert [choice.key for choice in choices] == [10, 50, 55, 60, 65, 70, 75, 85]
    assert choices[1] == StatusChoice(50, "Attention needed", "warning")
    assert StatusChoice.all_of({"values": {"odd": 3, "ODD": {}}}) == []


def test_a_stock_item_is_read_from_its_row() -> None:
    item = StockItem.of(recorded("/api/stock/1/"))
    assert (item.pk, item.part, item.part_name, item.batch, item.location) == (1, 1, "M2x4 LPHS", "B123", 3)
    assert (item.quantity, item.allocated, item.available) == (Decimal(3999), Decimal(3), Decimal(3996))
    assert item.delete_on_deplete
    assert not item.deletes_itself
    assert not item.is_serialised
    assert item.where_else == ""
    assert item.label == "M2x4 LPHS batch B123"


def test_quantities_keep_five_places() -> None:
    row = recorded("/api/stock/1/") | {
        "quantity": 0.1,
        "allocated": None,
        "part_detail": {"name": "Wire", "units": "m"},
    }
    item = StockItem.of(row)
    assert item.quantity + item.quantity + item.quantity == Decimal("0.3")
    assert item.amount(item.quantity) == "0.1 m"


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ("customer", "with a customer"),
        ("belongs_to", "installed"),
        ("consumed_by", "used up"),
        ("sales_order", "shipped"),
    ],
)
def test_stock_that_is_elsewhere_says_where(member: str, text: str) -> None:
    assert text in StockItem.of(recorded("/api/stock/1/") | {member: 4}).where_else


def test_a_custom_status_counts_more_than_the_plain_one() -> None:
    assert StockItem.of(recorded("/api/stock/1/") | {"status": 50, "status_custom_key": 51}).status == 51


def test_what_is_no_stock_item_is_refused() -> None:
    for row in ({}, {"pk": 1, "part": 1, "quantity": "many"}):
        with pytest.raises((KeyError, ValueError)):
            StockItem.of(row)


def test_a_location_without_a_stored_path_has_its_name() -> None:
    assert Location.of({"pk": 3, "name": "Shelf", "pathstring": ""}) == Location(3, "Shelf", "Shelf")
