"""The reorder desk in the client, against the real server and a plain InvenTree."""

import re
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import String, cast, delete, update

from server.db.models import Company, Part, PurchaseOrder, PurchaseOrderLineItem
from tests.faults import FaultServer, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.server.resources.people import People
from tests.serving import Running, running
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tui.config import Launch
from tui.history import Place
from tui.safe_text import is_safe
from tui.screens.order import OrderScreen
from tui.screens.reorder import ReorderScreen
from tui.screens.reorder_dialogs import ReorderDialog

NUMBERS = count(1)


class Store:
    """Parts that are short, and who sells them."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api
        self.suppliers = [self.supplier(name) for name in ("Acme Fasteners", "Best Screws", "Cheap & Late")]

    def made(self, path: str, **values: Any) -> int:
        answer = self.api.post(path, json=values)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["pk"])

    def supplier(self, name: str) -> int:
        return self.made("company/", name=name, description="", is_supplier=True, currency="USD")

    def sold(self, part: int, supplier: int, *, pack: str = "1", price: str = "2", more: str = "") -> int:
        pk = self.made("company/part/", part=part, supplier=supplier, SKU=f"SKU-{next(NUMBERS)}", pack_quantity=pack)
        self.made("company/price-break/", part=pk, quantity=1, price=price, price_currency="USD")
        if more:
            self.made("company/price-break/", part=pk, quantity=10, price=more, price_currency="USD")
        return pk

    def short(self, name: str, minimum: float = 10, supplier: int | None = None, **sold: str) -> int:
        part = self.made("part/", name=name, description="x", purchaseable=True, minimum_stock=minimum)
        self.sold(part, self.suppliers[0] if supplier is None else supplier, **sold)
        return part

    def ten(self) -> list[int]:
        return [self.short(f"Short {number}", 10 + number, self.suppliers[number % 3]) for number in range(10)]

    def orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("order/po/", params={"ordering": "pk"}).json()
        return found

    def lines(self) -> list[tuple[str, float]]:
        rows = self.api.get("order/po-line/", params={"part_detail": True}).json()
        return sorted((row["part_detail"]["name"], row["quantity"]) for row in rows)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("reorder"), empty_template) as started:
        yield started


@pytest.fixture
def store(server: Running) -> Iterator[Store]:
    """What is short is what the test makes: what others made is bought no more, and their orders are gone."""
    with server.database.write() as session:
        session.execute(delete(PurchaseOrderLineItem))
        session.execute(delete(PurchaseOrder))
        session.execute(update(Part).values(active=False, IPN=cast(Part.pk, String)))
        session.execute(delete(Company))
    with server.client() as api:
        yield Store(api)


async def signed_in(client: Driver) -> None:
    await client.until(lambda: client.app.session.user is not None, "the session")
    await client.idle()


async def at_desk(client: Driver) -> None:
    await signed_in(client)
    await client.app.run_by_id("app.reorder")
    await client.until(lambda: isinstance(client.app.screen, ReorderScreen), "the desk")
    await client.see(" short")
    await client.idle()


@pytest.fixture
async def client(server: Running, store: Store) -> AsyncIterator[Driver]:
    async with driven(launch(server), (132, 43)) as driver:
        yield driver


def launch(server: Running, url: str = "") -> Launch:
    return Launch(url or server.url, user="admin", token=server.token())


async def make_orders(client: Driver) -> None:
    await client.press("enter")
    await client.see("Make ")
    await client.press("enter")
    await client.see("Open which?")


async def test_ten_shortages_are_ordered_with_at_most_15_keys(client: Driver, store: Store) -> None:
    store.ten()
    await signed_in(client)
    keys = [":", *"reorder", "enter"]  # to the desk
    await client.press(*keys)
    await client.see("10 short")
    await client.idle()
    keys += ["enter", "enter", "enter"]  # the summary, make them, open the first
    await client.press("enter")
    await client.see("Make 3 draft purchase orders of 10 lines, 290.00 USD?", "Acme Fasteners: 4 lines, 116.00 USD")
    await client.see("Best Screws: 3 lines, 84.00 USD", "Cheap & Late: 3 lines, 90.00 USD")
    await client.press("enter")
    await client.see("3 draft orders are made. Open which?", "PO-0001 Acme Fasteners  4 lines")
    await client.press("enter")
    await client.until(lambda: isinstance(client.app.screen, OrderScreen), "the order")
    await client.see("PO-0001")
    assert len(keys) <= 15
    assert sorted((order["status"], order["line_items"]) for order in store.orders()) == [(10, 3), (10, 3), (10, 4)]
    await client.app.run_by_id("app.reorder")
    await client.see("Nothing is short.")


async def test_from_the_order_board_by_a_shown_key(client: Driver, store: Store) -> None:
    store.short("Nail")
    await signed_in(client)
    await client.press("o")
    await client.see("B Reorder")
    await client.press("B")
    await client.see("Nail", "1 short")


async def test_a_typed_quantity_in_whole_packs_is_ordered(client: Driver, store: Store) -> None:
    store.short("Boxed", 20, pack="12", price="3")
    store.short("Left alone")
    store.short("Not now")
    await at_desk(client)
    await client.press("2", "5")
    await client.see("Order of Boxed", "25 becomes 36 = 3 packs of 12, 9.00 USD")
    await client.press("enter", "down", "x", "x")  # each leaves its line out and goes on
    await client.until(lambda: client.text.count("left out") == 2, "two lines left out")
    await client.press("up", "x")  # and the second time takes it in again
    await client.until(lambda: client.text.count("left out") == 1, "one taken in again")
    await client.press("home", "c", "7", "escape")
    await client.see("36")
    await make_orders(client)
    assert store.lines() == [("Boxed", 3), ("Left alone", 10)]


async def test_marked_lines_alone_are_ordered(client: Driver, store: Store) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        store.short(name)
    await at_desk(client)
    await client.press("space", "down", "space")
    await client.see("Order marked")
    await make_orders(client)
    assert store.lines() == [("Alpha", 10), ("Gamma", 10)]
    await client.press("escape")
    await client.see("Beta", "1 short")


async def test_each_number_is_explained(client: Driver, store: Store) -> None:
    part = store.short("Boxed", 95, pack="12", price="3", more="1.5")
    store.made("stock/location/", name="Shelf")
    store.api.post("stock/", json={"part": part, "quantity": 5}).raise_for_status()
    await at_desk(client)
    await client.press("e")
    await client.see("Why so much of Boxed?", "needed 95 - have 5 - on order 0 + allocated 0")
    await client.see("10 packs of 12", "which would cost 24.00 USD: more than 15.00 USD for all of this")
    await client.see(
        "nothing was received from there yet", "for a service level of 95%", "the only one who supplies it"
    )
    await client.press("escape")
    await client.lose("Why so much")


async def test_another_supplier_is_chosen_and_kept(client: Driver, server: Running, store: Store) -> None:
    part = store.short("Nail", price="2")
    store.sold(part, store.suppliers[1], pack="25", price="40")
    await at_desk(client)
    await client.see("Acme Fasteners")
    await client.press("s")
    await client.see("Order Nail from whom?", "25 for 40.00 USD")
    await client.press(*"best", "enter")
    await client.see("Best Screws")
    await client.press("equals_sign")
    await client.see("Suppliers of Nail")
    await client.press("down", "left_square_bracket")
    await client.see("Best Screws", "25", "1 short")
    await make_orders(client)
    assert [order["supplier"] for order in store.orders()] == [store.suppliers[1]]


async def test_added_to_the_draft_of_the_desk(client: Driver, store: Store) -> None:
    store.short("First")
    await at_desk(client)
    await make_orders(client)
    await client.press("escape")
    store.short("Second")
    await client.press("r")
    await client.see("Second", "1 short")
    await client.press("enter")
    await client.see("Make 1")
    await client.press("space")
    await client.see("Added to the newest pending draft")
    await client.press("enter")
    await client.see("1 line, added to the draft")
    assert len(store.orders()) == 1


async def test_an_alert_shows_its_part_alone(client: Driver, store: Store) -> None:
    part, _ = store.short("Wanted"), store.short("Other")
    await signed_in(client)
    await client.app.go(Place("reorder", "part", part, title="Wanted"))
    await client.see("Reorder desk: Wanted", "1 short")
    assert "Other" not in client.text
    await client.press("t")
    await client.see("Other", "2 short")


async def test_nothing_is_lost_or_made_twice_when_the_server_fails(server: Running, store: Store) -> None:
    store.short("Nail")
    with FaultServer(server.url) as proxy:
        async with driven(launch(server, proxy.url), (80, 24)) as client:
            await at_desk(client)
            await client.press("4", "0", "enter")
            await client.see("80.00 USD")
            proxy.fail("GET", "/plugin/bincard/reorder/", *[Reply(503, {"detail": "Closed for lunch"})] * 5)
            await client.press("r")
            await client.see("Closed for lunch", "80.00 USD")
            proxy.clear()
            proxy.fail("POST", "/plugin/bincard/reorder/order/", *[Reply(403, {"detail": "Not you"})])
            await client.press("enter")
            await client.see("Make 1")
            await client.press("enter")
            await client.see("Not made", "Your lines are kept")
            proxy.fail("POST", "/plugin/bincard/reorder/order/", *[LoseAnswer()] * 2)
            await client.press("enter")
            await client.until(lambda: "Open which" in client.text or "not known" in client.text, "an answer")
            if "not known" in client.text:
                await client.press("enter")
            await client.see("Open which")
        assert store.lines() == [("Nail", 40)]


async def test_what_was_changed_is_there_in_the_next_run(server: Running, store: Store) -> None:
    store.short("Nail")
    for run in range(2):
        async with driven(launch(server), (80, 24)) as client:
            await at_desk(client)
            if run == 0:
                await client.press("4", "0", "enter")
            await client.see("80.00 USD")


async def test_a_plain_inventree_gets_orders_once(server: Running, store: Store) -> None:
    store.short("Nail", 30, pack="12", price="3")
    store.short("Screw", 5, store.suppliers[1])
    with PlainInvenTree(server.url) as plain:
        async with driven(launch(server, plain.url), (132, 43)) as client:
            await at_desk(client)
            await client.see("low stock, without forecasts", "36", "9.00 USD", "2 short")
            await client.press("e")
            await client.see("this server makes no forecasts")
            await client.press("escape", "enter")
            await client.see("Make 2 draft purchase orders")
            plain.fail("POST", "/api/order/po-line/", LoseAnswer())
            await client.press("enter")
            await client.see("not known whether the orders were made")
            await client.press("enter")
            await client.see("Open which?")
        assert not plain.strayed
    assert store.lines() == [("Nail", 3), ("Screw", 5)]
    assert sorted(order["total_price"] for order in store.orders()) == [9, 10]


async def test_who_may_only_look_makes_no_orders(server: Running, store: Store) -> None:
    store.short("Nail")
    folk = People(server)
    for name, roles in (("looks", {"purchase_order": ["view"], "stock": ["view"]}), ("stock", {"stock": ["view"]})):
        folk.make(name, roles=roles)
        async with driven(Launch(server.url, user=name, token=folk.token(name)), (80, 24)) as client:
            await signed_in(client)
            await client.app.run_by_id("app.reorder")
            if name == "looks":
                await client.see("Nail", "1 short")
                await client.press("enter", "5", "enter")
                assert not isinstance(client.app.screen, ReorderDialog)
                assert "Order of" not in client.text
            else:
                assert not isinstance(client.app.screen, ReorderScreen)
    assert store.orders() == []


async def test_hostile_names_reach_no_terminal(client: Driver, store: Store) -> None:
    kept = 0
    for number, text in enumerate(text for text in HOSTILE.values() if "\ud800" not in text):
        body = {"name": f"Evil {number} {text}"[:100], "description": "x", "purchaseable": True, "minimum_stock": 4}
        part = store.api.post("part/", json=body)
        if part.is_success and kept < 5:
            kept += 1
            store.sold(part.json()["pk"], store.suppliers[0])
    assert kept
    await at_desk(client)
    for keys, text in ((("e",), "Why so much"), (("escape", "s"), "from whom"), (("escape", "enter"), "Make ")):
        await client.press(*keys)
        await client.see(text)
        assert all(is_safe(character) or character == "\n" for character in client.text)


@pytest.mark.parametrize("size", [(132, 43), (80, 24)])
async def test_looks(server: Running, store: Store, size: tuple[int, int]) -> None:
    store.ten()
    store.short("Boxed", 95, store.suppliers[1], pack="12", price="3", more="1.5")
    store.made("part/", name="Nobody sells it", description="x", purchaseable=True, minimum_stock=5)

    name = f"{size[0]}x{size[1]}"
    async with driven(launch(server), size) as client:

        def shown() -> list[str]:
            dated = [re.sub(r"\d{4}-\d\d-\d\d", "YYYY-MM-DD", line) for line in client.lines]
            return [re.sub(r"SKU-\d+", "SKU-1", line) for line in dated]

        await at_desk(client)
        await client.check(f"reorder-{name}", shown)
        await client.press("e")
        await client.see("Why so much")
        await client.check(f"reorder-explain-{name}", shown)
        await client.press("escape", "enter")
        await client.see("Make ")
        await client.check(f"reorder-summary-{name}", shown)
