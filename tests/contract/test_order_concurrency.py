"""Fifty clients at once promise, ship and remove the same stock, on every kind of database.

Whatever the order of things: nothing is promised that is not free, nothing is sent twice, no piece is lost, the
histories add up, and the only errors are refusals that say why.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext

from server.auth.passwords import hash_password
from server.db.migrate import migrate
from server.db.models.users import User
from server.db.session import Database
from tests.databases import mariadb, postgresql
from tests.server.resources.sales_desk import Desk, Sale
from tests.serving import Running, running, settings_for

Deed = Callable[[httpx.Client], list[httpx.Response]]
CLIENTS = 50
STARTS = {"postgresql": postgresql, "mariadb": mariadb}


def _migrated(url: str) -> None:
    database = Database(url, synchronous="OFF")
    migrate(database)
    with database.write() as session:
        session.add(
            User(
                username="admin", password=hash_password("admin"), is_superuser=True, is_staff=True, is_active=True,
                first_name="", last_name="", email="", date_joined=datetime.now(UTC),
            )
        )  # fmt: skip
    database.close()


@dataclass
class Crowd:
    """A server, and clients that start at the same moment."""

    server: Running
    token: str
    lost: list[str] = field(default_factory=list)
    """What transactions lost against others for, and were run again."""

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Token {self.token}"}
        return httpx.Client(base_url=f"{self.server.url}/api/", headers=headers, timeout=120)

    def at_once(self, deeds: Sequence[Deed]) -> list[httpx.Response]:
        """The answers of all clients; each does its deed, all begin together."""
        start = Barrier(len(deeds))

        def run(deed: Deed) -> list[httpx.Response]:
            with self.client() as client:
                start.wait(60)
                return deed(client)

        with ThreadPoolExecutor(len(deeds)) as pool:
            answers = [answer for several in pool.map(run, deeds) for answer in several]
        for answer in answers:
            assert answer.status_code in (200, 201, 204, 400, 404), f"{answer.status_code} {answer.text[:500]}"
            if answer.status_code == 400:
                assert "exists already" not in answer.text
                assert "still referred to" not in answer.text
        return answers


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    data_dir: Path = tmp_path_factory.mktemp("crowd")
    with ExitStack() as stack:
        more: dict[str, Any] = {}
        if request.param in STARTS:
            more["database_url"] = stack.enter_context(STARTS[request.param]()).fresh()
        _migrated(settings_for(data_dir, **more).url)
        server = stack.enter_context(running(data_dir, **more))
        made = Crowd(server, server.token())

        def failed(context: ExceptionContext) -> None:
            made.lost.append(str(context.original_exception)[:200])

        event.listen(server.database.engine, "handle_error", failed)
        yield made
        print(f"{request.param}: {len(made.lost)} transactions were run again", Counter(made.lost))


@pytest.fixture
def desk(crowd: Crowd) -> Iterator[Desk]:
    with crowd.client() as client:
        yield Desk(client)


def done(answers: Sequence[httpx.Response]) -> int:
    return sum(answer.status_code < 300 for answer in answers)


# ------------------------------------------------------------------------------------------------- one thing at once


def test_no_more_is_promised_than_there_is(crowd: Crowd, desk: Desk) -> None:
    part = desk.shop.part(salable=True)
    item = desk.shop.item(part, 12)
    sales = [desk.sale(5, part) for _ in range(10)]

    def take_one(sale: Sale) -> Deed:
        return lambda client: [Desk(client).allocate(sale, (item, 1))]

    answers = crowd.at_once([take_one(sales[number % 10]) for number in range(CLIENTS)])
    assert done(answers) == 12
    refused = [answer.json() for answer in answers if answer.status_code == 400]
    assert refused == [{"items": {"0": {"quantity": ["Available quantity (0) exceeded"]}}}] * 38
    assert sum(row["quantity"] for row in desk.allocations(item=item)) == 12


def test_a_shipment_is_sent_once(crowd: Crowd, desk: Desk) -> None:
    sale = desk.sale(5)
    item = desk.shop.item(sale.part, 12)
    desk.allocate(sale, (item, 2), (item, 3)).raise_for_status()
    answers = crowd.at_once([lambda client: [Desk(client).ship(sale)]] * CLIENTS)
    assert done(answers) == 1
    assert {answer.text for answer in answers if answer.status_code == 400} == {
        '{"non_field_errors":["Shipment has already been sent"]}'
    }
    assert desk.shop.read(item)["quantity"] == 7
    assert desk.line_of(sale)["shipped"] == 5


def test_items_in_any_order_do_not_wait_for_each_other_for_ever(crowd: Crowd, desk: Desk) -> None:
    part = desk.shop.part(salable=True)
    items = [desk.shop.item(part, 110) for _ in range(6)]
    sales = [desk.sale(500, part) for _ in range(CLIENTS)]
    before = len(crowd.lost)

    def deed(number: int) -> Deed:
        shuffled = random.Random(number).sample(items, len(items))
        pairs = [(item, 1) for item in shuffled]

        def do(client: httpx.Client) -> list[httpx.Response]:
            mine = Desk(client)
            removal = {"items": [{"pk": item, "quantity": 1} for item in reversed(shuffled)]}
            return [
                mine.allocate(sales[number], *pairs), client.post("stock/remove/", json=removal),
                mine.ship(sales[number]),
            ]  # fmt: skip

        return do

    answers = crowd.at_once([deed(number) for number in range(CLIENTS)])
    refused = [answer.text for answer in answers if answer.status_code >= 300]
    assert not refused
    assert [desk.shop.read(item)["quantity"] for item in items] == [10] * 6
    assert crowd.lost[before:] == []


def test_the_server_never_chooses_the_same_piece_twice(crowd: Crowd, desk: Desk) -> None:
    part = desk.shop.part(salable=True)
    for _ in range(5):
        desk.shop.item(part, 20)
    sales = [desk.sale(3, part) for _ in range(CLIENTS)]

    def choose(sale: Sale) -> Deed:
        return lambda client: [Desk(client).auto(sale)]

    crowd.at_once([choose(sale) for sale in sales])
    got = [sum(quantity for _, quantity in desk.promised(sale)) for sale in sales]
    assert sum(got) == 100
    assert all(quantity <= 3 for quantity in got)


# ------------------------------------------------------------------------------------------------- everything at once


@dataclass
class Market:
    """One part, several items of it, several orders that all want it."""

    part: int
    items: list[int]
    sales: list[Sale]


def _market(desk: Desk) -> Market:
    part = desk.shop.part(salable=True)
    items = [desk.shop.item(part, 60, delete_on_deplete=number % 2 == 0) for number in range(6)]
    return Market(part, items, [desk.sale(40, part) for _ in range(12)])


def _haggle(market: Market, seed: int, *, removing: bool) -> Deed:
    """Eight deeds of one client, chosen by the seed."""

    def do(client: httpx.Client) -> list[httpx.Response]:
        chance, mine = random.Random(seed), Desk(client)
        answers = []
        for _ in range(8):
            sale, item = chance.choice(market.sales), chance.choice(market.items)
            match chance.choice(["allocate", "allocate", "auto", "ship", "drop", "remove"]):
                case "allocate":
                    pairs = [(each, chance.randint(1, 6)) for each in chance.sample(market.items, 2)]
                    answers.append(mine.allocate(sale, *pairs))
                case "auto":
                    answers.append(mine.auto(sale))
                case "ship":
                    answers.append(mine.ship(sale))
                case "drop":
                    for row in mine.allocations(order=sale.order)[:1]:
                        answers.append(client.delete(f"order/so-allocation/{row['pk']}/"))
                case "remove" if removing:
                    removal = {"items": [{"pk": item, "quantity": chance.randint(1, 4)}]}
                    answers.append(client.post("stock/remove/", json=removal))
        return answers

    return do


def _rows(desk: Desk, market: Market) -> list[dict[str, Any]]:
    answer = desk.api.get("stock/", params={"part": market.part})
    rows: list[dict[str, Any]] = answer.json()
    return rows


def _check(desk: Desk, market: Market, removed: float) -> None:
    """No piece is lost, none is sent twice, and the histories say what there is."""
    rows = _rows(desk, market)
    sold = [row for row in rows if row["sales_order"] is not None]
    assert sum(row["quantity"] for row in rows) + removed == 60 * len(market.items)
    assert all(row["quantity"] >= 0 for row in rows)
    sent: Counter[int] = Counter()
    for sale in market.sales:
        shipment = desk.api.get(f"order/so/shipment/{sale.shipment}/").json()
        mine = [row for row in desk.allocations(order=sale.order) if shipment["shipment_date"]]
        sent.update({row["item"]: row["quantity"] for row in mine if row["shipment"] == sale.shipment})
        assert sum(row["quantity"] for row in mine if row["shipment"] == sale.shipment) == desk.line_of(sale)["shipped"]
    assert sent == {row["pk"]: row["quantity"] for row in sold}
    for row in rows:
        told = [deltas["quantity"] for _, deltas in desk.shop.history(row["pk"]) if "quantity" in deltas]
        assert told[-1] == row["quantity"], (row["pk"], told)


def _taken(answers: Sequence[httpx.Response]) -> float:
    """What was removed: the answers to removals give back the quantities."""
    bodies = [answer.json() for answer in answers if answer.status_code == 201 and "stock/remove" in str(answer.url)]
    return sum(float(line["quantity"]) for body in bodies for line in body["items"])


def test_promising_and_shipping_never_exceeds_the_stock(crowd: Crowd, desk: Desk) -> None:
    market = _market(desk)
    answers = crowd.at_once([_haggle(market, seed, removing=False) for seed in range(CLIENTS)])
    assert done(answers) >= 20
    _check(desk, market, 0)
    for row in _rows(desk, market):
        if row["sales_order"] is None:
            assert row["allocated"] <= row["quantity"], row


def test_removing_meanwhile_loses_nothing(crowd: Crowd, desk: Desk) -> None:
    market = _market(desk)
    answers = crowd.at_once([_haggle(market, 1000 + seed, removing=True) for seed in range(CLIENTS)])
    assert _taken(answers) > 0
    _check(desk, market, _taken(answers))
