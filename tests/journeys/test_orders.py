"""A buyer orders, a clerk receives, a picker ships, a return comes back, stock moves: from the keyboard, in a terminal.

Each step is done on the screen and looked up on the server.
"""

from collections.abc import Callable
from typing import Any

import httpx

from tests.serving import Running
from tests.terminal import Terminal

Open = Callable[..., Terminal]
ROOM_404 = 6
SKU = "WIRE.BLK.10AWG.100M"


def signed_in(open_client: Open, server: Running, user: str = "admin", password: str = "inventree") -> Terminal:
    terminal = open_client(server.url, token=server.token(user, password, "journey"), columns=100, rows=30)
    terminal.wait_for(r"\d items", f"{user} at")
    return terminal


def described(api: httpx.Client, path: str, text: str) -> dict[str, Any]:
    """The order with this description."""
    (found,) = [each for each in api.get(path).raise_for_status().json() if each["description"] == text]
    return dict(found)


def new_order(terminal: Terminal, kind: str, fields: str) -> None:
    """Make an order of a kind (the digit of its tab) and open it."""
    terminal.press("o")
    terminal.wait_for(r"Purchase")
    terminal.press(kind, "n")
    terminal.wait_for(r"New \w+ order")
    terminal.type(fields)
    terminal.wait_for("No lines yet")


def test_bought_and_received(server: Running, open_client: Open) -> None:
    with server.client("admin", "inventree") as api, signed_in(open_client, server) as terminal:
        api.patch("settings/global/PURCHASEORDER_AUTO_COMPLETE/", json={"value": True}).raise_for_status()
        new_order(terminal, "1", "Wirey\rMore wire\r+14\r\r\r\r")
        order = described(api, "order/po/", "More wire")
        path = f"order/po/{order['pk']}/"
        assert (order["status_text"], order["supplier_name"]) == ("Pending", "Wirey")
        # One line, by SKU and a sum; the price comes from the price break.
        terminal.press("a")
        terminal.wait_for("Add line")
        terminal.type(f"{SKU}\r")
        terminal.wait_for(r"Part +WIRE\.BLK\.10AWG\.100M ")
        terminal.type("2+1")
        terminal.press("f2")
        terminal.wait_gone("No lines yet")
        terminal.press("escape")
        terminal.wait_gone("F2 Save")
        (line,) = api.get("order/po-line/", params={"order": order["pk"]}).json()
        assert (line["quantity"], line["purchase_price"], line["sku"]) == (3, 250, SKU)
        assert api.get(path).json()["total_price"] == 750
        # Issue, then receive: two packs and the last one.
        terminal.press("I")
        terminal.wait_for(f"Issue {order['reference']}")
        terminal.press("enter")
        terminal.wait_for("PLACED")
        assert api.get(path).json()["status_text"] == "Placed"
        terminal.press("R")
        terminal.wait_for("Item:")
        terminal.type(f"{SKU}\r")
        terminal.wait_for("3 packs of 100 = 300 m to come")
        terminal.press("2", "enter")
        terminal.wait_for("Ordered 3 packs, now 2: 1 still to come")
        terminal.press("enter")
        terminal.wait_for("Location")
        terminal.type("Room 404\r")
        terminal.wait_for("2 pack|200 m", "Item:")
        terminal.type(f"{SKU}\r")
        terminal.wait_for("1 pack of 100 = 100 m to come")
        terminal.press("enter")
        terminal.wait_for("1/1 lines")
        assert api.get(path).json()["status_text"] == "Complete"
        items = api.get("stock/", params={"purchase_order": order["pk"]}).json()
        assert sorted(item["quantity"] for item in items) == [100, 200]
        assert {(item["location"], item["purchase_price"]) for item in items} == {(ROOM_404, 2.5)}


def test_sold_picked_and_shipped(server: Running, open_client: Open) -> None:
    with server.client("admin", "inventree") as api, signed_in(open_client, server) as terminal:
        part = api.get("part/", params={"name_regex": "^Red Chair$"}).json()[0]["pk"]
        new_order(terminal, "2", "Customer A\rTwo chairs\r\r\r\r\r")
        order = described(api, "order/so/", "Two chairs")
        path = f"order/so/{order['pk']}/"
        terminal.press("a")
        terminal.wait_for("Add line")
        terminal.type("Red Chair\r")
        terminal.wait_for(r"Part +Red Chair")
        terminal.press("2", "f2")
        terminal.wait_gone("No lines yet")
        terminal.press("escape")
        terminal.wait_gone("F2 Save")
        terminal.press("I")
        terminal.wait_for(f"Issue {order['reference']}")
        terminal.press("enter")
        terminal.wait_for("IN PROGRESS")
        terminal.press("A")
        terminal.wait_for("Go to Factory/Storage Room A, take 2 of 25 x Red Chair")
        there = api.get("stock/", params={"part": part, "in_stock": True}).json()
        item = next(each for each in there if each["quantity"] == 25)
        terminal.type("Storage Room A\r")
        terminal.wait_for("Scan item|item")
        terminal.type(f"INV-SI{item['pk']}\r")
        terminal.wait_for("Quantity")
        terminal.press("enter")
        terminal.wait_for("1 of 1 lines")
        (line,) = api.get("order/so-line/", params={"order": order["pk"]}).json()
        assert line["allocated"] == 2
        # Ship with a tracking number, then close the order.
        terminal.press("S")
        terminal.wait_for("Tracking")
        terminal.type("TRACK-1\r\r")
        terminal.wait_for("shipped")
        (line,) = api.get("order/so-line/", params={"order": order["pk"]}).json()
        (shipment,) = api.get("order/so/shipment/", params={"order": order["pk"]}).json()
        assert line["shipped"] == 2
        assert shipment["tracking_number"] == "TRACK-1"
        assert api.get(f"stock/{item['pk']}/").json()["quantity"] == 23
        for state in ("Shipped", "Complete"):  # in two steps, unless the settings say otherwise
            terminal.press("D")
            terminal.wait_for(f"Complete {order['reference']}")
            terminal.press("enter")
            terminal.wait_until(lambda state=state: api.get(path).json()["status_text"] == state, state)  # type: ignore[misc]
            terminal.wait_gone(f"Complete {order['reference']}")
        come_back(terminal, api, part)


def come_back(terminal: Terminal, api: httpx.Client, part: int) -> None:
    """One of the chairs that the customer has comes back and is put into quarantine."""
    (sold,) = api.get("stock/", params={"part": part, "sent_to_customer": True, "search": "Red Chair"}).json()
    new_order(terminal, "3", "Customer A\rA broken chair\r\r\r\r\r")
    order = described(api, "order/ro/", "A broken chair")
    path = f"order/ro/{order['pk']}/"
    terminal.press("a")
    terminal.wait_for("Add line")
    terminal.type("Red Chair\r")
    terminal.wait_for("Item +Red Chair")
    terminal.press("1", "f2")
    terminal.wait_gone("No lines yet")
    terminal.press("escape")
    terminal.wait_gone("F2 Save")
    terminal.press("I")
    terminal.wait_for(f"Issue {order['reference']}")
    terminal.press("enter")
    terminal.wait_for("IN PROGRESS")
    terminal.press("R")
    terminal.wait_for("Item:")
    terminal.type(f"INV-SI{sold['pk']}\r")
    terminal.wait_for("to come")
    terminal.press("enter")
    terminal.wait_for("Location")
    terminal.type("Room 404\r")
    terminal.wait_for("1/1 lines")
    back = api.get("stock/", params={"part": part, "status": 75}).json()
    assert [(item["quantity"], item["location"], item["customer"]) for item in back] == [(1, ROOM_404, None)]
    terminal.press("escape")
    terminal.wait_for("D Complete")
    terminal.press("D")
    terminal.wait_for(f"Complete {order['reference']}")
    terminal.press("enter")
    terminal.wait_until(lambda: api.get(path).json()["status_text"] == "Complete", "the end of the return")


def test_moved_by_a_transfer_order(server: Running, open_client: Open) -> None:
    with server.client("admin", "inventree") as api, signed_in(open_client, server) as terminal:
        terminal.press("o")
        terminal.wait_for("Purchase")
        new_order(terminal, "4", "Storage Room A\rRoom 404\rChairs for the office\r\r\r\r")
        order = described(api, "order/transfer-order/", "Chairs for the office")
        path = f"order/transfer-order/{order['pk']}/"
        terminal.press("a")
        terminal.wait_for("Add line")
        terminal.type("Red Chair\r")
        terminal.wait_for(r"Part +Red Chair")
        terminal.press("3", "f2")
        terminal.wait_gone("No lines yet")
        terminal.press("escape")
        terminal.wait_gone("F2 Save")
        terminal.press("I")
        terminal.wait_for(f"Issue {order['reference']}")
        terminal.press("enter")
        terminal.wait_for("ISSUED")
        terminal.press("A")
        terminal.wait_for("Go to Factory/Storage Room A, take 3 of 25 x Red Chair")
        terminal.type("Storage Room A\r")
        terminal.wait_for("Scan item")
        terminal.type("Red Chair\r")
        terminal.wait_for("Quantity")
        terminal.press("enter")
        terminal.wait_for("1 of 1 lines")
        terminal.press("D")
        terminal.wait_for(f"Complete {order['reference']}")
        terminal.press("enter")
        terminal.wait_until(lambda: api.get(path).json()["status_text"] == "Complete", "the end of the transfer")
        moved = api.get("stock/", params={"location": ROOM_404, "search": "Red Chair", "cascade": False}).json()
        assert [item["quantity"] for item in moved] == [3]
