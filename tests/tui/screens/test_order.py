"""The screen of one order: read it, edit its lines from the keyboard, and have the server as witness."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.faults import FaultServer, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tests.tui.hostile_server import hostile_server
from tests.tui.screens.test_hostile import check as check_hostile
from tui.actions.orders import TRANSITION_KEYS
from tui.config import Launch
from tui.history import Place
from tui.orders.part_search import PartHit, Parts, SupplierParts
from tui.screens.order import OrderScreen
from tui.screens.part_picker import PartPicker
from tui.views.orders import MODELS
from workflow.orders import KINDS, RETURN, SALES, TRANSFER, OrderKind

Json = dict[str, Any]

EDITING = {"order.add", "order.edit", "order.copy", "order.delete", "order.extra", "order.header", "order.notes"}


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


def post(api: httpx.Client, path: str, body: Json | None = None) -> Json:
    answer = api.post(path, json=body or {})
    assert answer.is_success, (path, body, answer.text)
    found = answer.json()
    return found if isinstance(found, dict) else {"items": found}


def get(api: httpx.Client, path: str, **params: Any) -> Any:
    answer = api.get(path, params=params)
    assert answer.is_success, answer.text
    return answer.json()


def supplier_part(api: httpx.Client, sku: str = "MOU-55329-VXB") -> Json:
    return dict(get(api, "company/part/", SKU=sku, limit=1)["results"][0])


def part_named(api: httpx.Client, name: str) -> Json:
    return dict(next(row for row in get(api, "part/", search=name) if row["name"] == name))


def purchase(api: httpx.Client, *quantities: int) -> Json:
    """An order at Mouser with a line of the same part for each quantity."""
    bought = supplier_part(api)
    order = post(api, "order/po/", {"supplier": bought["supplier"], "description": "for the tests"})
    for number, quantity in enumerate(quantities, 1):
        line = {"order": order["pk"], "part": bought["pk"], "quantity": quantity, "line": str(number)}
        post(
            api,
            "order/po-line/",
            line | {"purchase_price": "0.5", "purchase_price_currency": "USD", "merge_items": False},
        )
    return order


def lines(api: httpx.Client, order: Json, path: str = "order/po-line/") -> list[Json]:
    return sorted(get(api, path, order=order["pk"]), key=lambda row: row["pk"])


async def show(client: Driver, model: str, order: Json) -> OrderScreen:
    await client.app.go(Place("order", model, order["pk"]))
    await client.see(order["reference"], "Lines")
    await client.idle()
    screen = client.app.screen
    assert isinstance(screen, OrderScreen)
    return screen


def offered(screen: OrderScreen) -> set[str]:
    return {action.id for action in screen.available() if action.scope == "order"}


# Reading


async def test_an_order_shows_what_it_is_about(client: Driver, api: httpx.Client) -> None:
    order = get(api, "order/po/", reference="PO0001", limit=1)["results"][0]
    screen = await show(client, "purchaseorder", order)
    await client.see("DigiKey", "PLACED", "!! OVERDUE", "d late  due 2021-12-10", "responsible engineering")
    await client.see("Total 211.50 USD", "R_100K_0402_1%", "received 0/3", "4 000 ░░░░░░ 0")
    assert screen.order is not None and screen.order.lines == 3


async def test_a_complete_order_says_why_it_cannot_be_edited(client: Driver, api: httpx.Client) -> None:
    order = get(api, "order/po/", reference="PO0005", limit=1)["results"][0]
    screen = await show(client, "purchaseorder", order)
    await client.see("COMPLETE", "! Complete: locked", "██████ 13")
    assert offered(screen) & (EDITING | {"order.line_up", "order.line_down"}) == set()
    assert "order.duplicate" in offered(screen)
    for key in "aexJKEN+":
        await client.press(key)
    assert client.app.screen is screen


async def test_a_setting_opens_complete_orders_again(client: Driver, api: httpx.Client, server: Running) -> None:
    order = get(api, "order/po/", reference="PO0005", limit=1)["results"][0]
    with server.client("admin", "inventree") as admin:
        path = "settings/global/PURCHASEORDER_EDIT_COMPLETED_ORDERS/"
        admin.patch(path, json={"value": True}).raise_for_status()
        screen = await show(client, "purchaseorder", order)
        admin.patch(path, json={"value": False}).raise_for_status()
    assert "locked" not in client.text
    assert "order.edit" in offered(screen)


async def test_history_tells_who_received_what_and_when(client: Driver, api: httpx.Client) -> None:
    order = get(api, "order/po/", reference="PO0005", limit=1)["results"][0]
    await show(client, "purchaseorder", order)
    await client.press("tab")
    await client.see("[2 History]", "Received against Purchase", "13 × Pink Paint", "Created", "admin")
    await client.press("b")
    await client.press("down", "b")
    await client.see("bin card of the item")


async def test_the_bin_card_of_a_line_opens_and_closes_again(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10)
    await show(client, "purchaseorder", order)
    await client.press("b")
    await client.see("bin card of the part")
    await client.press("[")
    await client.see(order["reference"], "[1 Lines 1]")


async def test_y_copies_the_reference(client: Driver, api: httpx.Client) -> None:
    order = purchase(api)
    await show(client, "purchaseorder", order)
    await client.press("y")
    assert client.app.clipboard == order["reference"]


async def test_an_order_that_is_gone_is_said_to_be_gone(client: Driver) -> None:
    await client.app.go(Place("order", "salesorder", 999_999))
    await client.see("It is not there any more")


# Transitions


@pytest.fixture
def admin(server: Running) -> Iterator[httpx.Client]:
    """Who may do anything, transfer orders too."""
    with server.client("admin", "inventree") as client:
        yield client


@pytest.fixture
async def as_admin(server: Running) -> AsyncIterator[Driver]:
    async with driven(Launch(server.url, user="admin", token=server.token("admin", "inventree", "screens"))) as driver:
        await driver.see(" items")
        yield driver


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_only_legal_transitions_have_keys(as_admin: Driver, admin: httpx.Client, kind: OrderKind) -> None:
    client, api = as_admin, admin
    order = make(api, kind)
    for state, action in (("PENDING", "hold"), ("ON_HOLD", "issue"), (None, "cancel"), ("CANCELLED", "")):
        screen = await show(client, MODELS[kind.name], order)
        now = screen.order
        assert now is not None
        assert state in (None, now.state)
        keys = {f"order.{each.action}" for each in kind.legal(now.state)} & {
            f"order.{name}" for name in TRANSITION_KEYS
        }
        assert {name for name in offered(screen) if name.partition(".")[2] in TRANSITION_KEYS} == keys
        if action:
            post(api, f"{kind.path}{order['pk']}/{action}/")


def make(api: httpx.Client, kind: OrderKind) -> Json:
    """An order of a kind, with nothing in it."""
    partner = {"purchase": {"supplier": 2}, "sales": {"customer": 30}, "return": {"customer": 30}}.get(kind.name, {})
    return post(api, kind.path, {"description": "for the tests", **partner})


async def test_issuing_changes_the_order_and_the_keys(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10)
    screen = await show(client, "purchaseorder", order)
    await client.press("I")
    await client.see(f"Issue {order['reference']}")
    await client.press("enter")
    await client.see("PLACED")
    assert get(api, f"order/po/{order['pk']}/")["status"] == 20
    assert "order.receive" in offered(screen)
    assert "order.issue" not in offered(screen)


# Adding lines


async def test_lines_are_added_one_after_another(client: Driver, api: httpx.Client) -> None:
    order = purchase(api)
    await show(client, "purchaseorder", order)
    await client.press("a")
    await client.see("Add line", "Enter Take it")
    await client.type("c_100nf")
    await client.see("MOU-55329-VXB", "C_100nF_0603")
    await client.type("_0603")
    await client.until(lambda: "> MOU-55329-VXB" in client.text, "the best match")
    await client.press("enter")
    await client.see("left empty:")
    await client.type("12*100")
    await client.see("left empty: 0.1284 AUD = 154.08 AUD")
    await client.press("enter", "enter")
    await client.type("+14")
    await client.press("enter", *"R1", "enter", *"soon", "enter")
    await client.see("1 added", "Added C_100nF_0603: 1 200 ×")
    await client.type("MOU-25510-MCM")
    await client.press("enter", *"5", "enter", *"1,25 eur -10%", "f2")
    await client.see("2 added", "5 × 1.25 EUR -10% = 5.625 EUR")
    await client.press("escape")
    await client.see("[1 Lines 2]")
    first, second = lines(api, order)
    known = [step for step in get(api, "company/price-break/", part=first["part"]) if step["quantity"] <= 1200]
    best = max(known, key=lambda step: step["quantity"])
    assert [first["quantity"], first["purchase_price"], first["reference"], first["notes"]] == [
        1200, best["price"], "R1", "soon"
    ]  # fmt: skip
    due = (date.today() + timedelta(days=14)).isoformat()
    assert [first["target_date"], second["target_date"]] == [due, due]  # the date stays for the next line
    assert [second["purchase_price"], second["purchase_price_currency"], second["discount"]] == [1.25, "EUR", 10]


async def test_everything_may_be_typed_ahead(client: Driver, api: httpx.Client) -> None:
    order = purchase(api)
    await show(client, "purchaseorder", order)
    await client.press("a", *"MOU-55329-VXB", "enter", *"10", "f2", *"MOU-25510-MCM", "enter", *"20", "f2")
    await client.see("2 added")
    assert [(row["sku"], row["quantity"]) for row in lines(api, order)] == [
        ("MOU-55329-VXB", 10),
        ("MOU-25510-MCM", 20),
    ]


async def test_the_same_part_twice_stays_two_lines_and_is_said(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10)
    await show(client, "purchaseorder", order)
    await client.press("a", *"MOU-55329-VXB")
    await client.see("! already on line 1, C_100nF_0603: 10")
    await client.press("enter", *"20", "f2")
    await client.see("1 added")
    assert [(row["quantity"], row["line"]) for row in lines(api, order)] == [(10, "1"), (20, "2")]


async def test_wrong_fields_are_named_where_they_are(client: Driver, api: httpx.Client) -> None:
    order = purchase(api)
    await show(client, "purchaseorder", order)
    await client.press("a", *"MOU-55329-VXB", "enter")
    await client.see("left empty")
    await client.press(*"many", "tab", *"cheap", "tab", *"soon", "f2")
    await client.see(
        "!! 'm' is not part of a quantity.",
        "!! 'c' is not part of a price.",
        "Type a date as 2026-12-24",
        "Not saved: see above",
    )
    row = client.lines.index(client.line_with("Due "))
    assert "!! Type a date" in client.lines[row + 1]
    assert lines(api, order) == []
    await client.press("escape")
    await client.see("Esc again drops")
    await client.press("escape")
    await client.lose("Unit price")


async def test_extra_lines_are_added_too(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10)
    await show(client, "purchaseorder", order)
    await client.press("+", *"Freight", "enter", "1", "enter", *"9,99 USD", "f2")
    await client.see("Added Freight: 1 × 9.99 USD")
    await client.press("escape")
    await client.see("+ Freight", "Total 14.99 USD")
    assert [row["description"] for row in lines(api, order, "order/po-extra-line/")] == ["Freight"]


async def test_sales_lines_show_what_is_free(client: Driver, api: httpx.Client) -> None:
    order = make(api, SALES)
    await show(client, "salesorder", order)
    await client.press("a", *"blue chair")
    await client.see("free")
    await client.press("enter", *"5000")
    await client.see("! Only", "free in stock.")
    await client.press("enter", *"12.5 CAD", "f2")
    await client.see("1 added", "5 000 × 12.50 CAD = 62 500.00 CAD")
    (row,) = lines(api, order, "order/so-line/")
    assert [row["part"], row["sale_price"], row["sale_price_currency"]] == [
        part_named(api, "Blue Chair")["pk"],
        12.5,
        "CAD",
    ]


async def test_transfer_lines_have_a_part_and_a_quantity(as_admin: Driver, admin: httpx.Client) -> None:
    client, api = as_admin, admin
    order = make(api, TRANSFER)
    await show(client, "transferorder", order)
    await client.press("a", *"blue chair", "enter")
    await client.lose("> Blue Chair")
    assert "Unit price" not in client.text
    await client.press(*"3", "f2")
    await client.see("1 added")
    (row,) = lines(api, order, "order/transfer-order-line/")
    assert row["quantity"] == 3


async def test_return_lines_are_items_of_the_customer(client: Driver, api: httpx.Client) -> None:
    part = part_named(api, "Blue Chair")
    item = post(api, "stock/", {"part": part["pk"], "location": 8, "quantity": 1, "batch": "RET-77"})["items"][0]
    post(api, "stock/assign/", {"items": [{"item": item["pk"]}], "customer": 30})
    order = make(api, RETURN)
    screen = await show(client, "returnorder", order)
    await client.press("a", *"ret-77", "enter")
    await client.until(lambda: "RET-77  Blue Chair" in client.text and "> RET" not in client.text, "the item")
    await client.press("f2")
    await client.see("1 added")
    await client.press("escape")
    (row,) = lines(api, order, "order/ro-line/")
    assert [row["item"], row["quantity"]] == [item["pk"], 1]
    await client.see("RET-77")
    assert "order.copy" not in offered(screen)


# Changing lines


async def test_an_edited_line_keeps_what_others_changed(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10, 20)
    await show(client, "purchaseorder", order)
    await client.press("down", "e")
    await client.see("Edit line 2", "20")
    changed = lines(api, order)[1]
    api.patch(f"order/po-line/{changed['pk']}/", json={"part": changed["part"], "notes": "theirs"}).raise_for_status()
    await client.press(*"25", "enter", *"0,75 USD", "f2")
    await client.see("Saved C_100nF_0603: 25 × 0.75 USD = 18.75 USD", "Total 23.75 USD")
    after = lines(api, order)[1]
    assert [after["quantity"], after["purchase_price"], after["notes"]] == [25, 0.75, "theirs"]


async def test_lines_are_copied(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10)
    await show(client, "purchaseorder", order)
    await client.press("c")
    await client.see("Copy line 1")
    await client.press("f2")
    await client.see("[1 Lines 2]")
    assert [(row["quantity"], row["line"], row["purchase_price"]) for row in lines(api, order)] == [
        (10, "1", 0.5), (10, "2", 0.5)
    ]  # fmt: skip


async def test_lines_move_up_and_down(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10, 20, 30)
    screen = await show(client, "purchaseorder", order)
    await client.press("J", "J")
    await client.until(lambda: [row["line"] for row in lines(api, order)] == ["3", "1", "2"], "the new order")
    await client.idle()
    assert screen.current_line is not None and screen.current_line.quantity == 10
    await client.press("K")
    await client.until(lambda: [row["line"] for row in lines(api, order)] == ["2", "1", "3"], "the new order")
    await client.until(lambda: "order.line_up" in offered(screen), "the answer")


async def test_a_line_is_deleted_once_that_is_agreed_to(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10, 20)
    await show(client, "purchaseorder", order)
    await client.press("x")
    await client.see(f"Delete line 1 of {order['reference']}: C_100nF_0603: 10 × 0.50 USD = 5.00 USD?")
    await client.press("escape")
    assert len(lines(api, order)) == 2
    await client.press("x", "enter")
    await client.see("Deleted C_100nF_0603: 10", "[1 Lines 1]")
    assert [row["quantity"] for row in lines(api, order)] == [20]


# The order as a whole


async def test_notes_are_written_and_not_over_others(client: Driver, api: httpx.Client) -> None:
    order = purchase(api)
    await show(client, "purchaseorder", order)
    await client.press("N", *"first", "enter", *"second", "f2")
    await client.see("Notes saved", "3 Notes *")
    assert get(api, f"order/po/{order['pk']}/")["notes"] == "first\nsecond"
    await client.press("3")
    await client.see("second")
    await client.press("N", *" mine")
    api.patch(f"order/po/{order['pk']}/", json={"notes": "theirs"}).raise_for_status()
    await client.press("f2")
    await client.see("Somebody else has changed")
    assert get(api, f"order/po/{order['pk']}/")["notes"] == "theirs"
    await client.press("f2")
    await client.see("Notes saved")
    assert get(api, f"order/po/{order['pk']}/")["notes"] == "first\nsecond mine"


async def test_an_order_is_copied_with_its_lines(client: Driver, api: httpx.Client) -> None:
    order = purchase(api, 10, 20)
    await show(client, "purchaseorder", order)
    await client.press("C")
    await client.see(f"Make a new order like {order['reference']} Mouser, with its 2 lines?")
    await client.press("enter")
    await client.see("a copy of", "[1 Lines 2]", "PENDING")
    screen = client.app.screen
    assert isinstance(screen, OrderScreen) and screen.order is not None and screen.order.pk != order["pk"]
    assert [row["quantity"] for row in lines(api, {"pk": screen.order.pk})] == [10, 20]


async def test_the_head_is_edited(client: Driver, api: httpx.Client) -> None:
    order = purchase(api)
    await show(client, "purchaseorder", order)
    await client.press("E")
    await client.see("edit", "for the tests")
    await client.press("escape")
    await client.lose(": edit")


async def test_who_may_only_look_is_offered_no_changes(server: Running, api: httpx.Client) -> None:
    order = purchase(api, 10)
    launch = Launch(server.url, user="reader", token=server.token("reader", "readonly", "screens"))
    async with driven(launch) as client:
        await client.see(" items")
        screen = await show(client, "purchaseorder", order)
        assert offered(screen) & EDITING == set()


# Faults


@pytest.fixture
def proxy(server: Running) -> Iterator[FaultServer]:
    with FaultServer(server.url) as started:
        yield started


@pytest.fixture
async def faulty(server: Running, proxy: FaultServer) -> AsyncIterator[Driver]:
    token = server.token("allaccess", "nolimits", "faults")
    async with driven(Launch(proxy.url, user="allaccess", token=token)) as driver:
        await driver.see(" items")
        yield driver


async def test_what_the_server_refuses_is_said_at_the_field(
    faulty: Driver, proxy: FaultServer, api: httpx.Client
) -> None:
    order = purchase(api)
    await show(faulty, "purchaseorder", order)
    proxy.fail("POST", "/api/order/po-line/", Reply(400, {"quantity": ["Too much of a good thing"]}))
    await faulty.press("a", *"MOU-55329-VXB", "enter", *"10", "f2")
    await faulty.see("!! Too much of a good thing", "Quantity   10")
    await faulty.press("f2")
    await faulty.see("1 added")
    assert len(lines(api, order)) == 1


async def test_a_plain_inventree_is_not_given_a_line_twice(server: Running, api: httpx.Client) -> None:
    order = purchase(api)
    with PlainInvenTree(server.url) as plain:
        token = server.token("allaccess", "nolimits", "plain")
        async with driven(Launch(plain.url, user="allaccess", token=token)) as client:
            await client.see(" items")
            await show(client, "purchaseorder", order)
            plain.fail("POST", "/api/order/po-line/", LoseAnswer())
            await client.press("a", *"MOU-55329-VXB", "enter", *"10", "f2")
            await client.see("It is not known whether that was saved", "Quantity   10")
            await client.press("f2")
            await client.see("1 added")
            await client.press("escape", "e", *"11", "f2")
            await client.see("Saved C_100nF_0603: 11")
            await client.press("2")
            await client.see("Created")
        assert plain.strayed == []
    assert [row["quantity"] for row in lines(api, order)] == [11]


async def test_an_order_that_cannot_be_loaded_says_how_to_go_on(
    faulty: Driver, proxy: FaultServer, api: httpx.Client
) -> None:
    order = purchase(api, 10)
    proxy.fail("GET", f"/api/order/po/{order['pk']}/", Reply(500, {"detail": "no order today"}))
    await faulty.app.go(Place("order", "purchaseorder", order["pk"]))
    await faulty.see("no order today", "Not loaded; r tries again.")
    await faulty.press("r")
    await faulty.see("[1 Lines 1]")


# How it looks


@pytest.mark.parametrize("size", [(80, 24), (132, 43), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_orders_look_as_they_should(launch: Launch, api: httpx.Client, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    order = get(api, "order/po/", reference="PO0005", limit=1)["results"][0]
    async with driven(launch, size) as client:
        await client.see(" items")
        await show(client, "purchaseorder", order)
        await client.check(f"order-{name}")
        await client.press("2")
        await client.see("13 × Pin")
        await client.idle()
        await client.check(f"order-history-{name}")
        order = get(api, "order/po/", reference="PO0012", limit=1)["results"][0]
        await show(client, "purchaseorder", order)
        await client.press("a")
        await client.idle()
        await client.check(f"order-line-form-{name}")


# The picker by itself


async def test_the_picker_takes_the_exact_match_even_when_typed_ahead(client: Driver, api: httpx.Client) -> None:
    taken: list[PartHit | None] = []
    picker = PartPicker("Which part?", SupplierParts(client.app.session.client), amount=Decimal(1000))
    await client.app.push_screen(picker, taken.append)
    await client.press(*"MOU-55329-VXB", "enter")
    await client.until(lambda: taken, "what was chosen")
    assert taken[0] is not None
    assert [taken[0].code, taken[0].pk] == ["MOU-55329-VXB", supplier_part(api)["pk"]]


async def test_the_picker_asks_where_several_match(client: Driver) -> None:
    taken: list[PartHit | None] = []
    source = SupplierParts(client.app.session.client)
    await client.app.push_screen(PartPicker("Which part?", source, text="100nF", amount=Decimal(1000)), taken.append)
    await client.see("C_100nF_0402", "1 000+")
    await client.press("x", "backspace", *" 06", "enter")
    await client.see("choose with the arrow keys")
    await client.press("down", "up", "enter")
    await client.until(lambda: taken, "what was chosen")
    assert taken[0] is not None and "0603" in taken[0].name


async def test_the_picker_says_when_nothing_matches(client: Driver) -> None:
    taken: list[PartHit | None] = []
    await client.app.push_screen(PartPicker("Which part?", Parts(client.app.session.client)), taken.append)
    await client.press(*"nothing like it", "enter")
    await client.see("Nothing matches nothing like it.")
    await client.press("escape")
    await client.until(lambda: taken, "the end")
    assert taken == [None]


# Hostile text


def hostile_orders(server: FaultServer) -> None:
    """An order whose every text is hostile, with a line for each of them."""
    texts = list(HOSTILE.values())
    header = {
        "pk": 1, "status": 10, "status_text": texts[0], "reference": texts[1], "supplier_name": texts[2], "supplier": 1,
        "description": texts[3], "notes": "\n".join(texts), "supplier_reference": texts[4], "target_date": texts[5],
        "creation_date": texts[6], "issue_date": texts[7], "created_by": {"username": texts[8]}, "overdue": True,
        "order_currency": texts[9], "responsible_detail": {"name": texts[0]}, "line_items": 2, "total_price": 5,
        "contact_detail": {"name": texts[0], "phone": texts[1], "email": texts[3]}, "link": texts[2],
    }  # fmt: skip
    rows = [
        {
            "pk": pk, "line": text, "quantity": 3, "received": 1, "part": pk, "sku": text, "internal_part": 1,
            "internal_part_name": text, "reference": text, "notes": text, "purchase_price": 1, "target_date": text,
            "purchase_price_currency": text, "part_detail": {"units": text}, "order": 1,
        }
        for pk, text in enumerate(texts, 1)
    ]  # fmt: skip
    parts = [
        {"pk": pk, "part": 1, "SKU": text, "MPN": text, "description": text, "part_detail": {"name": text, "IPN": text}}
        for pk, text in enumerate(texts, 1)
    ]
    breaks = [{"quantity": 1, "price": 2, "price_currency": texts[0]}]
    pages = {
        "order/po-line/": rows, "order/po-extra-line/": [], "company/part/": parts, "company/price-break/": breaks,
        "attachment/": [], "parameter/": [],
    }  # fmt: skip
    for path, results in pages.items():
        body = {"count": len(results), "next": None, "previous": None, "results": results}
        server.answer("GET", f"/api/{path}", body)
    server.answer("GET", "/api/order/po/1/", header)
    verbs = ["view", "add", "change", "delete"]
    roles = dict.fromkeys(("stock", "part", "stock_location", "purchase_order"), verbs)
    server.answer("GET", "/api/user/me/roles/", {"roles": roles, "is_superuser": False})
    refusal = {"quantity": texts, "part": [texts[0]], texts[1]: [texts[2]]}
    server.answer("POST", "/api/order/po-line/", refusal, status=400)


@pytest.mark.parametrize("size", [(132, 43), (80, 24), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_hostile_text_is_shown_as_text(size: tuple[int, int]) -> None:
    with hostile_server() as server:
        hostile_orders(server)
        async with driven(Launch(server.url, token="inv-1"), size) as client:
            await client.see("items")
            await client.app.go(Place("order", "purchaseorder", 1))
            await client.see("Lines ")
            await client.idle()
            for keys in (
                (),
                ("2",),
                ("3",),
                ("N",),
                ("escape", "1", "x"),
                ("escape", "e"),
                ("9", "f2"),
                ("escape", "escape"),
            ):
                await client.press(*keys)
                await client.idle()
                check_hostile(client)
            await client.press("a")
            await client.idle()
            check_hostile(client)
            await client.press("down", "enter", "7", "f2")
            await client.see("!! Not saved")
            check_hostile(client)
