"""The reports are the sums of what was shipped in whatever order it is told, and are mended when they are not."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from server.actions.sales.checking import check_sales
from server.actions.sales.following import catch_up
from server.actions.sales.history import demand_history
from server.actions.sales.source import returned, shipped
from server.actions.sales.tables import DEMAND, LINES, OUTS, REPORTS, SUMS
from server.db.models.order import SalesOrder, SalesOrderLineItem, SalesOrderShipment
from server.db.session import Database
from server.jobs.declaring import Work
from server.jobs.tasks.sales import follow_sales
from server.settings import Settings
from tests.server.resources.people import People, people
from tests.server.resources.sales_desk import Desk, Sale


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        catch_up(made.server.database)
        yield made


@pytest.fixture
def database(folk: People) -> Database:
    return folk.server.database


@pytest.fixture(scope="module")
def desk(folk: People) -> Iterator[Desk]:
    with folk.client("admin") as client:
        yield Desk(client)


def priced(desk: Desk, price: float, quantity: float = 5, stock: float = 100) -> Sale:
    """A sale whose goods are allocated to its shipment."""
    sale = desk.sale(quantity)
    answer = desk.api.patch(f"order/so-line/{sale.line}/", json={"sale_price": price, "sale_price_currency": "EUR"})
    assert answer.status_code == 200, answer.text
    item = desk.shop.item(sale.part, stock, location=desk.shop.location())
    assert desk.allocate(sale, (item, quantity)).status_code == 201
    return sale


def reported(database: Database, *parts: int) -> dict[tuple[int, date, str], tuple[Decimal, Decimal]]:
    table = REPORTS.c
    with database.read() as connection:
        wanted = select(table.part_key, table.sales_date, table.currency, table.quantity_sold, table.total_revenue)
        rows = connection.execute(wanted.where(table.part_key.in_(parts)))
        return {tuple(row[:3]): tuple(row[3:]) for row in rows}


def summed(database: Database, *parts: int) -> dict[tuple[str, date], tuple[Decimal, Decimal]]:
    table = SUMS.c
    with database.read() as connection:
        wanted = select(table.span, table.start, table.quantity_sold, table.total_revenue)
        rows = connection.execute(wanted.where(table.about == "P", table.object_key.in_(parts)))
        return {tuple(row[:2]): tuple(row[2:]) for row in rows}


def test_what_is_shipped_is_reported_and_what_comes_back_taken_off(desk: Desk, folk: People) -> None:
    database, today = folk.server.database, datetime.now(UTC).date()
    sale = priced(desk, 2.5)
    catch_up(database)
    assert reported(database, sale.part) == {}
    assert desk.ship(sale).status_code in (200, 201)
    figures = catch_up(database)
    assert figures is not None and figures["lines"] == 1
    assert reported(database, sale.part) == {(sale.part, today, "EUR"): (Decimal(5), Decimal("12.5"))}
    item = desk.allocations(order=sale.order)[0]["item"]
    customer = desk.api.get(f"order/so/{sale.order}/").json()["customer"]
    order = desk.api.post("order/ro/", json={"customer": customer}).json()["pk"]
    line = desk.api.post("order/ro-line/", json={"order": order, "item": item, "quantity": 2}).json()["pk"]
    desk.api.post(f"order/ro/{order}/issue/", json={}).raise_for_status()
    back = desk.api.post(
        f"order/ro/{order}/receive/", json={"items": [{"item": line}], "location": desk.shop.location()}
    )
    assert back.status_code == 201, back.text
    catch_up(database)
    assert reported(database, sale.part) == {(sale.part, today, "EUR"): (Decimal(3), Decimal("7.5"))}
    assert desk.api.patch(f"order/ro-line/{line}/", json={"outcome": 30}).status_code == 200  # it goes back repaired
    catch_up(database)
    assert reported(database, sale.part) == {(sale.part, today, "EUR"): (Decimal(5), Decimal("12.5"))}
    assert set(summed(database, sale.part).values()) == {(Decimal(5), Decimal("12.5"))}


def test_a_changed_date_price_or_customer_moves_the_report(desk: Desk, folk: People) -> None:
    database = folk.server.database
    sale = priced(desk, 4)
    desk.ship(sale).raise_for_status()
    catch_up(database)
    day = date(2025, 12, 31)
    with database.write() as session:
        session.execute(
            update(SalesOrderShipment).where(SalesOrderShipment.pk == sale.shipment).values(shipment_date=day)
        )
        session.execute(
            update(SalesOrderLineItem).where(SalesOrderLineItem.pk == sale.line).values(sale_price=Decimal("3"))
        )
        session.execute(update(SalesOrder).where(SalesOrder.pk == sale.order).values(customer_id=None))
    catch_up(database)
    assert reported(database, sale.part) == {(sale.part, day, "EUR"): (Decimal(5), Decimal(15))}
    assert summed(database, sale.part) == {
        ("W", date(2025, 12, 29)): (Decimal(5), Decimal(15)), ("M", date(2025, 12, 1)): (Decimal(5), Decimal(15)),
    }  # fmt: skip
    with database.read() as connection:
        assert connection.scalar(select(REPORTS.c.customer_key).where(REPORTS.c.part_key == sale.part)) == 0


def test_taking_the_same_events_in_again_changes_nothing(desk: Desk, folk: People) -> None:
    database = folk.server.database
    sale = priced(desk, 1)
    desk.ship(sale).raise_for_status()
    catch_up(database)
    before = everything(database)
    from server.actions.sales.tables import MARKS

    with database.write() as session:
        session.execute(update(MARKS).where(MARKS.c.name == "follower:sales").values(position=0))
    figures = catch_up(database)
    assert figures is not None and figures["events"] > 0 and figures["lines"] == figures["parts"] == 0
    assert everything(database) == before


def everything(database: Database) -> dict[str, set[Any]]:
    """All rows but their keys."""
    with database.read() as connection:
        return {
            table.name: {tuple(row[1:]) for row in connection.execute(select(table))}
            for table in (LINES, REPORTS, SUMS, DEMAND, OUTS)
        }


@pytest.mark.parametrize("seed", range(4))
def test_reports_are_the_shipments_whatever_the_order_of_events(desk: Desk, folk: People, seed: int) -> None:
    database, chance = folk.server.database, random.Random(seed)
    sales = [priced(desk, chance.randint(1, 900) / 100, chance.randint(1, 9)) for _ in range(3)]
    steps: list[Callable[[], Any]] = [
        *(lambda sale=sale: desk.ship(sale) for sale in sales),
        *(lambda sale=sale: _changed(desk, sale, chance) for sale in sales),
        *(lambda sale=sale: _dated(database, sale, chance) for sale in sales),
        *(lambda: catch_up(database) for _ in range(3)),
    ]
    chance.shuffle(steps)
    for step in steps:
        step()
    catch_up(database)
    with database.read() as connection:
        orders = list(connection.scalars(select(SalesOrder.pk)))
        truth: dict[Any, tuple[Decimal, Decimal]] = {}
        for line in (*shipped(connection, orders), *returned(connection, [])):
            if line.part in {sale.part for sale in sales}:
                key = (line.part, line.day, line.currency)
                had = truth.get(key, (Decimal(0), Decimal(0)))
                truth[key] = (had[0] + line.figures.units, had[1] + line.figures.revenue)
    found = reported(database, *(sale.part for sale in sales))
    assert found == truth and len(found) >= 1
    kept = everything(database)
    assert check_sales(database)["reports_mended"] == 0
    assert everything(database) == kept


def _changed(desk: Desk, sale: Sale, chance: random.Random) -> None:
    answer = desk.api.patch(f"order/so-line/{sale.line}/", json={"sale_price": chance.randint(1, 500) / 100})
    assert answer.status_code == 200, answer.text


def _dated(database: Database, sale: Sale, chance: random.Random) -> None:
    day = date(2026, 1, 1) + timedelta(days=chance.randint(0, 90))
    with database.write() as session:
        shipment = session.get(SalesOrderShipment, sale.shipment)
        assert shipment is not None
        if shipment.shipment_date is not None:
            shipment.shipment_date = day


def test_the_check_finds_damage_and_mends_it(desk: Desk, folk: People) -> None:
    database = folk.server.database
    sales = [priced(desk, 2) for _ in range(4)]
    for sale in sales:
        desk.ship(sale).raise_for_status()
    catch_up(database)
    check_sales(database)
    whole = everything(database)
    parts = [sale.part for sale in sales]
    with database.write() as session:
        session.execute(REPORTS.delete().where(REPORTS.c.part_key == parts[0]))
        session.execute(REPORTS.update().where(REPORTS.c.part_key == parts[1]).values(quantity_sold=Decimal(99)))
        session.execute(SUMS.update().where(SUMS.c.object_key == parts[2]).values(total_revenue=Decimal(7)))
        session.execute(LINES.delete().where(LINES.c.part_key == parts[3]))
        session.execute(DEMAND.update().where(DEMAND.c.part_key == parts[0]).values(sold=Decimal(1)))
        session.execute(REPORTS.insert().values(
            part_key=0, code="ghost", customer_key=0, sales_date=date(2020, 2, 29), quantity_sold=Decimal(1),
            total_revenue=Decimal(1), currency="USD", source="shipment",
        ))  # fmt: skip
    found = check_sales(database)
    assert found["lines_mended"] == 1 and found["parts_mended"] == 1
    assert found["reports_mended"] == 4 and found["sums_mended"] >= 2  # three damaged, and the line counted twice
    assert everything(database) == whole
    again = check_sales(database)
    assert not any(count for name, count in again.items() if name.endswith("_mended"))


def test_the_job_makes_everything_the_first_time(tmp_path: Path, demo_template: Path) -> None:
    with people(tmp_path, demo_template) as folk:
        database = folk.server.database
        work = Work(database, Settings(), {}, datetime.now(UTC))
        first = follow_sales.run(work)
        assert first["orders"] > 0 and first["parts"] > 50
        with database.read() as connection:
            assert connection.scalar(select(func.sum(LINES.c.quantity_sold))) > 0
            lines = connection.scalar(select(func.sum(LINES.c.quantity_sold)))
            assert lines is not None and lines > 0
            consumed = demand_history(connection, None, since=date(2020, 1, 1), until=date(2026, 1, 1), bucket="month")
        assert sum((one.consumed for buckets in consumed.values() for one in buckets), Decimal(0)) > 0
        assert follow_sales.run(work) == {"events": 0, "lines": 0, "parts": 0}
