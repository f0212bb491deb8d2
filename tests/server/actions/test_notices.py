"""The responsible are told what becomes of their orders, in their own messages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.actions.users import give_owner
from server.db.models.users import Group, Owner, UserGroup
from tests.server.resources.making import make
from tests.server.resources.people import People, people


@pytest.fixture
def folk(tmp_path: Path, empty_template: Path) -> Iterator[People]:
    with people(tmp_path / "data", empty_template) as made:
        yield made


@pytest.fixture
def api(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


def owner(folk: People, kind: str, pk: int) -> int:
    with folk.server.database.write() as session:
        wanted = select(Owner.pk).where(Owner.owner_type == kind, Owner.owner_id == pk)
        return int(session.scalars(wanted).one())


def order(api: httpx.Client, lines: int = 1, **values: Any) -> tuple[int, list[int]]:
    """A purchase order and the keys of its lines."""
    supplier = make(api, "company/", name=f"S {datetime.now(UTC)}", is_supplier=True, currency="USD")["pk"]
    part = make(api, "part/", name=f"P {datetime.now(UTC)}", purchaseable=True)["pk"]
    sold = make(api, "company/part/", part=part, supplier=supplier, SKU="1")["pk"]
    pk = make(api, "order/po/", supplier=supplier, **values)["pk"]
    made = [make(api, "order/po-line/", order=pk, part=sold, quantity=5, reference=f"{n}")["pk"] for n in range(lines)]
    return pk, made


def messages(client: httpx.Client) -> list[dict[str, Any]]:
    """From the oldest."""
    found: list[dict[str, Any]] = client.get("notifications/", params={"ordering": "creation"}).json()
    return found


def test_the_responsible_user_hears_of_it_and_nobody_else(folk: People, api: httpx.Client) -> None:
    sam = folk.make("sam", roles={"purchase_order": ["view"]})
    pk, _ = order(api, responsible=owner(folk, "user", sam))
    api.post(f"order/po/{pk}/issue/").raise_for_status()
    api.post(f"order/po/{pk}/cancel/").raise_for_status()
    with folk.client("sam") as client:
        placed, gone = messages(client)
    assert (placed["category"], placed["name"]) == ("order.new_purchaseorder", "New Purchase Order")
    assert (gone["category"], gone["name"]) == ("order.canceled_purchaseorder", "Purchase Order canceled")
    assert [(one["target"]["model_id"], one["read"]) for one in (placed, gone)] == [(pk, False)] * 2
    assert messages(api) == []


def test_a_delivery_that_comes_line_by_line_is_one_message(folk: People, api: httpx.Client) -> None:
    sam = folk.make("sam")
    place = make(api, "stock/location/", name="Dock")["pk"]
    pk, lines = order(api, 3, responsible=owner(folk, "user", sam))
    api.post(f"order/po/{pk}/issue/").raise_for_status()

    def receive(line: int) -> None:
        body = {"items": [{"line_item": line, "quantity": 5}], "location": place}
        api.post(f"order/po/{pk}/receive/", json=body).raise_for_status()

    def received(client: httpx.Client) -> int:
        return sum(one["category"] == "purchase_order.items_received" for one in messages(client))

    with folk.client("sam") as client:
        receive(lines[0])
        receive(lines[1])
        assert received(client) == 1
        client.post("notifications/readall/").raise_for_status()
        receive(lines[2])
        assert received(client) == 2


def test_a_group_is_told_but_who_did_it(folk: People, api: httpx.Client) -> None:
    sam, admin = folk.make("sam"), api.get("user/me/").json()["pk"]
    with folk.server.database.write() as session:
        group = Group(name="buyers")
        session.add(group)
        session.flush()
        give_owner(session, "group", group.pk)
        session.add_all([UserGroup(user_id=user, group_id=group.pk) for user in (sam, admin)])
        buyers = int(group.pk)
    pk, _ = order(api, responsible=owner(folk, "group", buyers))
    api.post(f"order/po/{pk}/issue/").raise_for_status()
    with folk.client("sam") as client:
        assert len(messages(client)) == 1
    assert messages(api) == []


def test_what_is_refused_tells_nobody(folk: People, api: httpx.Client) -> None:
    sam = folk.make("sam")
    pk, lines = order(api, responsible=owner(folk, "user", sam))
    body = {"items": [{"line_item": lines[0], "quantity": 5}]}
    assert api.post(f"order/po/{pk}/receive/", json=body).status_code == 400
    with folk.client("sam") as client:
        assert messages(client) == []
