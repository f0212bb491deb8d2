"""Several clerks write orders at once, on every kind of database: numbers are given once, totals add up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.actions.users import add_user
from server.auth.passwords import hash_password
from server.db.migrate import migrate
from server.db.models.company import Company
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.db.session import Database
from tests.databases import mariadb, postgresql
from tests.server.resources.order_desk import Desk
from tests.server.resources.people import People
from tests.server.resources.stock_shop import Shop
from tests.serving import running, settings_for

STARTS = {"postgresql": postgresql, "mariadb": mariadb}
CLERKS = 8


def _prepared(url: str) -> None:
    """All tables, the superuser admin/admin."""
    database = Database(url, synchronous="OFF")
    migrate(database)
    with database.write() as session:
        user = add_user(session, "admin", datetime.now(UTC))
        user.password, user.is_superuser, user.is_staff = hash_password("admin"), True, True
    database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as stack:
        data_dir: Path = tmp_path_factory.mktemp("together")
        more: dict[str, Any] = {}
        if request.param in STARTS:
            more["database_url"] = stack.enter_context(STARTS[request.param]()).fresh()
        _prepared(settings_for(data_dir, **more).url)
        folk = People(stack.enter_context(running(data_dir, **more)))
        yield Desk(folk, Shop(stack.enter_context(folk.client("admin"))))


def at_once(desk: Desk, number: int, path: str, **values: Any) -> list[httpx.Response]:
    """The answers to so many posts of the same, by several clerks."""
    with ThreadPoolExecutor(CLERKS) as pool:
        return list(pool.map(lambda _: desk.api.post(f"order/{path}/", json=values), range(number)))


def test_no_number_is_given_twice(desk: Desk) -> None:
    supplier = desk.add(Company(name="ACME", currency="USD", is_supplier=True))
    desk.api.post("order/po/", json={"supplier": supplier}).raise_for_status()
    answers = at_once(desk, 32, "po", supplier=supplier)
    assert {answer.status_code for answer in answers} == {201}, answers[-1].text
    assert len({answer.json()["reference"] for answer in answers}) == 32


def test_the_total_holds_every_line(desk: Desk) -> None:
    supplier = desk.company(is_supplier=True)
    part = desk.supplied(desk.part(), supplier_id=supplier)
    order = desk.api.post("order/po/", json={"supplier": supplier}).json()["pk"]
    answers = at_once(desk, 32, "po-line", order=order, part=part, purchase_price="0.1", merge_items=False)
    assert {answer.status_code for answer in answers} == {201}, answers[-1].text
    assert Decimal(desk.read(PurchaseOrder, order).total_price) == Decimal("3.2")


def test_what_joins_a_line_is_not_lost(desk: Desk) -> None:
    supplier = desk.company(is_supplier=True)
    part = desk.supplied(desk.part(), supplier_id=supplier)
    order = desk.api.post("order/po/", json={"supplier": supplier}).json()["pk"]
    answers = at_once(desk, 32, "po-line", order=order, part=part, quantity="1.5", purchase_price="2")
    keys = {answer.json()["pk"] for answer in answers}
    assert len(keys) == 1, answers[-1].text
    assert Decimal(desk.read(PurchaseOrderLineItem, keys.pop()).quantity) == 48
    assert Decimal(desk.read(PurchaseOrder, order).total_price) == 96
