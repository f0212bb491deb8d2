"""Receiving by scan against the real server: what is asked, what is posted, and what the server holds afterwards."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.serving import Running
from tests.tui.driving import Driver
from tests.tui.screens.receiving import DOCK, SHELF, Desk, Wanted, open_receiving
from tui.history import Place
from tui.screens.order import OrderScreen
from tui.screens.receive import ReceiveScreen
from tui.screens.receive_order import OrderPicker


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture(scope="module", autouse=True)
def _complete_themselves(server: Running) -> None:
    """The demo data has this switched off."""
    with server.client("admin", "inventree") as admin:
        admin.patch("settings/global/PURCHASEORDER_AUTO_COMPLETE/", json={"value": True}).raise_for_status()


@pytest.fixture
def desk(api: httpx.Client) -> Desk:
    return Desk(api)


def sku(name: str) -> str:
    """A SKU that no other test has."""
    return f"{name}-{uuid4().hex[:6]}"


async def test_a_scan_digits_and_enter_receive_a_line(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt, 10), Wanted(nut, 20)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter")
    await client.see("Quantity", "Room 404")
    await client.press("1", "0", "enter")
    await client.see(f"✓ 10 × Part {bolt}", "1/2 lines")
    assert desk.received(order) == {bolt: 10, nut: 0}
    assert desk.stock(order) == [(bolt, 10, DOCK)]


async def test_twenty_lines_take_a_scan_digits_and_an_enter_each(client: Driver, desk: Desk) -> None:
    wanted = [Wanted(sku(f"P{number}"), 5 + number) for number in range(20)]
    order = desk.order(wanted, destination=SHELF)
    await open_receiving(client, order)
    keys = 0
    for line in wanted:
        digits = f"{line.quantity:g}"
        typed = [*line.sku, "enter", *digits, "enter"]
        keys += len(typed) - len(line.sku) - 1  # what the scanner types is one scan
        await client.press(*typed)
    await client.see("All 20 lines are received", "is Complete")
    assert keys == sum(len(f"{line.quantity:g}") + 1 for line in wanted)
    assert isinstance(client.app.screen, ReceiveScreen)
    assert desk.state(order) == "Complete"
    assert desk.stock(order) == [(line.sku, line.quantity, SHELF) for line in wanted]


async def test_what_was_ordered_is_offered_so_that_enter_alone_takes_it(client: Driver, desk: Desk) -> None:
    wire = sku("WIRE")
    order = desk.order([Wanted(wire, 4, pack="25"), Wanted(sku("X"))], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*wire, "enter")
    await client.see("Packs of 25", "4 packs of 25 = 100 pcs to come")
    await client.press("enter")
    await client.see(f"✓ 4 packs of 25 = 100 pcs × Part {wire}", "4/4")
    assert desk.stock(order) == [(wire, 100, DOCK)]


async def test_pieces_and_sums_are_understood_and_shown_while_typing(client: Driver, desk: Desk) -> None:
    wire = sku("WIRE")
    order = desk.order([Wanted(wire, 4, pack="25")], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*wire, "enter")
    await client.see("Packs of 25")
    await client.type("2+1")
    await client.see("3 packs of 25 = 75 pcs")
    await client.press("backspace", "backspace", "backspace", *"50 pcs")
    await client.see("2 packs of 25 = 50 pcs")
    await client.press("enter")
    await client.see("2 still to come")
    await client.press("enter")
    await client.see("✓ 2 packs of 25 = 50 pcs")
    assert desk.received(order) == {wire: 2}


async def test_too_much_is_asked_once_with_the_figures(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt, 100), Wanted(sku("X"))], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", *"40", "enter")
    await client.see("Ordered 100, now 40: 60 still to come. Enter to accept, Esc to correct")
    assert desk.received(order)[bolt] == 0
    await client.press("enter")
    await client.see("40/100")
    await client.press(*bolt, "enter", *"80", "enter")
    await client.see("Ordered 100, received before 40, now 80: 20 more than ordered.")
    await client.press("escape")
    await client.see("Quantity")
    await client.press(*"60", "enter")
    await client.see("100/100")
    assert desk.received(order)[bolt] == 100
    assert [quantity for _, quantity, _ in desk.stock(order)] == [40, 60]


async def test_more_than_ordered_is_posted_when_it_is_accepted(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt, 10), Wanted(sku("X"))], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", *"12", "enter")
    await client.see("2 more than ordered")
    await client.press("enter")
    await client.see("12/10")
    assert desk.received(order)[bolt] == 12


async def test_the_location_is_asked_for_once_when_nobody_knows_it(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt), Wanted(nut)])
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "enter")
    await client.see(f"Where does Part {bolt} go?")
    await client.press(*"room 404", "enter")
    await client.see(f"✓ 10 × Part {bolt} → Factory/Office Block/Room 404")
    await client.press(*nut, "enter", "enter")
    await client.see("All 2 lines are received")
    assert desk.stock(order) == [(bolt, 10, DOCK), (nut, 10, DOCK)]


async def test_a_scanned_location_holds_for_everything_after_it(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt), Wanted(nut)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter")
    await client.see("Quantity", "Room 404")
    await client.press(*f"INV-SL{SHELF}", "enter")
    await client.see("Everything goes to", "Electronics Lab/Reel Storage (as you said)")
    await client.press("enter")
    await client.see("1/2 lines")
    await client.press(*nut, "enter", "enter")
    await client.see("All 2 lines are received")
    assert {place for _, _, place in desk.stock(order)} == {SHELF}


async def test_the_line_comes_before_the_order_in_saying_where(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt, destination=SHELF), Wanted(nut)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "enter", *nut, "enter", "enter")
    await client.see("All 2 lines are received")
    assert desk.stock(order) == [(bolt, 10, SHELF), (nut, 10, DOCK)]


async def test_more_can_be_said_by_keys(client: Driver, desk: Desk) -> None:
    bolt, code = sku("BOLT"), sku("EAN")
    order = desk.order([Wanted(bolt)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "alt+b", *"B-77", "enter", "alt+e", *"28.2.2031", "enter")
    await client.see("batch", "B-77 · expires 2031-02-28")
    await client.press("alt+t", *"dama")
    await client.see("> Damaged")
    await client.press("enter", "alt+p", *"tray", "enter", "alt+k", *code, "enter", "alt+n", *"wet box", "enter")
    await client.see("Damaged", "wet box")
    await client.press("enter")
    await client.see("The only line is received")
    (item,) = desk.get("stock/", purchase_order=order)
    assert (item["batch"], item["expiry_date"], item["status"], item["packaging"]) == ("B-77", "2031-02-28", 55, "tray")
    found = desk.post("barcode/", barcode=code)
    assert found["stockitem"]["pk"] == item["pk"]
    assert desk.get(f"stock/{item['pk']}/")["notes"] == "wet box"


async def test_serial_numbers_make_an_item_each(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt, 3)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "alt+s", *"700-702", "enter", "enter")
    await client.see("The only line is received")
    rows = desk.get("stock/", purchase_order=order)
    assert sorted(row["serial"] for row in rows) == ["700", "701", "702"]


async def test_tab_walks_through_the_fields_and_keeps_the_quantity(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "7", "tab")
    await client.see("Batch")
    await client.press("tab")
    await client.see("Serials")
    await client.press("shift+tab", *"B-1", "enter")
    await client.see("Quantity:  7", "B-1")


async def test_a_refusal_keeps_the_line_and_says_why(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt, 2)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "alt+s", *"1-5", "enter", "enter")
    await client.see("Not received:", "Quantity:  2")
    assert desk.received(order) == {bolt: 0}
    await client.press("alt+s", *"1-2", "enter", "enter")
    await client.see("The only line is received")


async def test_an_unknown_code_is_said(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*"nosuch-1", "enter")
    await client.see("matches nosuch-1")
    await client.press(*bolt, "enter", "enter")
    await client.see("The only line is received")


async def test_several_matches_are_a_short_list(client: Driver, desk: Desk) -> None:
    tag = sku("T")
    order = desk.order([Wanted(f"{tag}-A"), Wanted(f"{tag}-B", 7)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*f"part {tag}", "enter")
    await client.see("2 lines match", f"> Part {tag}-A", "7 to come")
    await client.press("down", "enter")
    await client.see("7 to come →")
    await client.press("enter")
    await client.see("1/2 lines")
    assert desk.received(order) == {f"{tag}-A": 0, f"{tag}-B": 7}


async def test_an_item_scanned_instead_of_a_quantity_is_asked_about_and_not_lost(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt), Wanted(nut, 3)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", *nut, "enter")
    await client.see(f"{nut} was scanned, but Part {bolt} has no quantity.", f"Typed ahead: {nut}")
    await client.press("enter")
    await client.see(f"✓ 10 × Part {bolt}", "3 to come →")
    assert desk.received(order) == {bolt: 10, nut: 0}


async def test_the_item_left_out_is_not_received(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt), Wanted(nut, 3)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", *nut, "enter")
    await client.see("was scanned")
    await client.press("escape")
    await client.see("3 to come →")
    await client.press("enter")
    await client.see("1/2 lines")
    assert desk.received(order) == {bolt: 0, nut: 3}


async def test_a_line_can_be_chosen_without_a_code(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt), Wanted(nut, 3)], destination=DOCK)
    await open_receiving(client, order)
    await client.press("down", "enter")
    await client.see("3 to come →")
    await client.press("enter")
    await client.see("1/2 lines")
    assert desk.received(order) == {bolt: 0, nut: 3}


async def test_an_order_that_is_not_placed_takes_nothing(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt)], place=False, destination=DOCK)
    await open_receiving(client, order)
    await client.see("The order is Pending: nothing can be received")
    await client.press(*bolt, "enter")
    await client.see("takes no receipts now")
    assert desk.received(order) == {bolt: 0}


async def test_escape_steps_back_and_then_closes(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt)], destination=DOCK)
    await open_receiving(client, order)
    await client.press(*bolt, "enter", "alt+b")
    await client.see("Batch")
    await client.press("escape")
    await client.see("Quantity")
    await client.press("escape")
    await client.see("Item")
    await client.press("escape")
    await client.until(lambda: not isinstance(client.app.screen, ReceiveScreen), "the end of receiving")
    assert desk.received(order) == {bolt: 0}


async def test_a_scan_from_the_bus_goes_to_the_prompt(client: Driver, desk: Desk) -> None:
    bolt, nut = sku("BOLT"), sku("NUT")
    order = desk.order([Wanted(bolt, 5), Wanted(nut)], destination=DOCK)
    await open_receiving(client, order)
    screen = client.app.screen
    assert isinstance(screen, ReceiveScreen)
    await screen.take_scan(bolt)
    await client.see("5 to come →")
    await client.press("4")
    await screen.take_scan(f"INV-SL{SHELF}")
    await client.see("as you said", "Quantity:  4")
    await client.press("enter")
    await client.see("1 still to come")
    await client.press("enter")
    await client.see("4/5")
    assert desk.stock(order) == [(bolt, 4, SHELF)]


# Which order


async def test_the_order_is_found_by_its_reference(client: Driver, desk: Desk) -> None:
    order = desk.order([Wanted(sku("BOLT"))], destination=DOCK)
    reference = desk.get(f"order/po/{order}/")["reference"]
    await open_receiving(client, None)
    await client.until(lambda: isinstance(client.app.screen, OrderPicker), "the question which order")
    await client.press(*reference, "enter")
    await client.see("0/1 lines", reference, "Item")


async def test_the_order_is_found_by_a_scan_of_what_is_in_it(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt), Wanted(sku("X"))], destination=DOCK)
    await open_receiving(client, None)
    await client.until(lambda: isinstance(client.app.screen, OrderPicker), "the question which order")
    await client.press(*bolt, "enter")
    await client.see(f"Part {bolt}", "Quantity", "10 to come →")
    await client.press("enter")
    await client.see("1/2 lines")
    assert desk.received(order)[bolt] == 10


async def test_of_several_orders_the_one_due_first_is_on_top(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    first = desk.order([Wanted(bolt)], destination=DOCK, target_date="2031-05-01")
    supplied = desk.get("order/po-line/", order=first)[0]["part"]
    orders = [first]
    for day in ("2031-04-01", "2031-06-01"):
        order = desk.post("order/po/", supplier=desk.supplier, target_date=day, destination=DOCK)["pk"]
        desk.post("order/po-line/", order=order, part=supplied, quantity=5)
        desk.post(f"order/po/{order}/issue/")
        orders.append(order)
    await open_receiving(client, None)
    await client.until(lambda: isinstance(client.app.screen, OrderPicker), "the question which order")
    await client.press(*bolt, "enter")
    await client.see("3 orders match", "2031-04-01")
    await client.press("enter")
    await client.see("5 to come →")
    await client.press("enter")
    await client.see("The only line is received")
    assert [desk.state(order) for order in orders] == ["Placed", "Complete", "Placed"]


async def test_an_order_that_is_not_placed_is_named_as_such(client: Driver, desk: Desk) -> None:
    order = desk.order([Wanted(sku("BOLT"))], place=False)
    reference = desk.get(f"order/po/{order}/")["reference"]
    await open_receiving(client, None)
    await client.until(lambda: isinstance(client.app.screen, OrderPicker), "the question which order")
    await client.press(*reference, "enter")
    await client.see(f"{reference} is Pending; nothing can be received")
    await client.press("escape")
    await client.until(lambda: not isinstance(client.app.screen, ReceiveScreen | OrderPicker), "the end of receiving")


async def test_receiving_begins_anywhere_with_what_has_come(client: Driver, desk: Desk) -> None:
    bolt = sku("BOLT")
    order = desk.order([Wanted(bolt, 10)], destination=DOCK)
    await client.press("R")
    reference = desk.get(f"order/po/{order}/")["reference"]
    await client.see("which order?", "PO0001")
    assert "nothing can be received" not in client.text
    assert "Enter Take it" in client.lines[-2]
    await client.press(*bolt, "enter")
    await client.see("Quantity", f"Part {bolt}", reference)
    await client.press("enter")
    await client.see("The only line is received")
    assert desk.received(order) == {bolt: 10}


async def test_on_an_order_that_cannot_be_received_the_key_does_nothing(client: Driver, desk: Desk) -> None:
    order = desk.order([Wanted(sku("BOLT"))], place=False)
    await client.app.go(Place("order", "purchaseorder", order))
    await client.see("PENDING", "Issue")
    assert "Receive" not in client.lines[-2]
    await client.press("R")
    await client.idle()
    assert isinstance(client.app.screen, OrderScreen)


async def test_a_label_says_quantity_batch_and_expiry(client: Driver, desk: Desk) -> None:
    bolt, wire = sku("BOLT"), sku("WIRE")
    order = desk.order([Wanted(bolt, 10), Wanted(wire, 4, pack="25")], destination=DOCK)
    await open_receiving(client, order)
    await client.type(f"(240){bolt}(10)LOT7(17)310131(37)10")
    await client.press("enter")
    await client.see(f"Part {bolt}", "Quantity:  10", "LOT7", "2031-01-31")
    await client.press("enter")
    await client.see("1/2 lines")
    assert isinstance(client.app.screen, ReceiveScreen)
    await client.app.screen.take_scan(f"[)>\x1e06\x1d1P{wire}\x1dQ50\x1d1TW9\x1e\x04")
    await client.see("Packs of 25:", "50 pcs", "W9")
    await client.press("enter")
    await client.see("2 still to come")
    await client.press("enter")
    await client.see("2/4")
    rows = sorted(desk.get("stock/", purchase_order=order), key=lambda row: row["pk"])
    assert [(row["SKU"], row["quantity"], row["batch"]) for row in rows] == [(bolt, 10, "LOT7"), (wire, 50, "W9")]
    assert rows[0]["expiry_date"] == "2031-01-31"
