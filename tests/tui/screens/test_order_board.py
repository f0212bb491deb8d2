"""The order board: by state, by target date, in columns; what may be done to an order has a key, and no more."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults import FaultServer, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running, running
from tests.tui.driving import Driver, driven
from tests.tui.order_lists import OrderLists, order_row, orders_server
from tui.actions.orders import TRANSITION_KEYS
from tui.config import Launch, Options
from tui.orders.transitions import SCREEN_OF
from tui.screens.order_board import OrderBoard
from tui.screens.order_confirm import ConfirmDialog
from tui.screens.order_form import OrderForm
from tui.screens.record_field import RecordField
from tui.widgets.form_row import FormRow
from tui.widgets.orders_table import OrdersTable
from workflow.orders import KINDS, OrderKind, kind_of

PATHS = {kind.name: kind.path for kind in KINDS}


@pytest.fixture(scope="module")
def api(server: Running) -> Iterator[httpx.Client]:
    """The server, asked without our client, by somebody who may do anything."""
    with server.client("admin", "inventree") as client:
        yield client


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    """A server whose orders no test changes."""
    with running(tmp_path_factory.mktemp("untouched"), demo_template) as started:
        yield started


@pytest.fixture
def fresh(untouched: Running) -> Launch:
    """Signs in where the orders are those of the demo data."""
    return Launch(untouched.url, user="allaccess", token=untouched.token("allaccess", "nolimits", "orders"))


@pytest.fixture
def launch(server: Running) -> Launch:
    """Signs in as somebody who may see orders of every kind."""
    return Launch(server.url, user="admin", token=server.token("admin", "inventree", "orders"))


@pytest.fixture
async def board(launch: Launch) -> AsyncIterator[Driver]:
    """The board of the purchase orders at 80x24, loaded."""
    async with driven(launch) as client:
        await open_board(client)
        yield client


async def open_board(client: Driver) -> None:
    await client.see(" items")
    await client.idle()
    await client.press("o")
    await client.see("Purchase ") if client.app.size.width >= 70 else await client.see("PO ")
    await client.see(" open")
    await client.idle()


async def look_for(client: Driver, text: str) -> None:
    """Filter by a text and go to what is found."""
    await client.press("slash")
    await client.type(text)
    await client.press("enter")
    await client.see(f"filter {text}")
    await client.until(lambda: (order := screen(client).order) is not None and order.reference == text, text)
    await client.idle()


def screen(client: Driver) -> OrderBoard:
    shown = client.app.screen
    assert isinstance(shown, OrderBoard)
    return shown


def company(api: httpx.Client, role: str) -> int:
    found: list[dict[str, Any]] = api.get("company/", params={role: "true", "active": "true"}).json()
    return int(found[0]["pk"])


def make(api: httpx.Client, kind: OrderKind = KINDS[0], *, issue: bool = False, **fields: Any) -> dict[str, Any]:
    """An order of a kind, with nothing in it."""
    if kind.name == "purchase":
        fields.setdefault("supplier", company(api, "is_supplier"))
    elif kind.name != "transfer":
        fields.setdefault("customer", company(api, "is_customer"))
    answer = api.post(kind.path, json=fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    if issue:
        assert api.post(f"{kind.path}{made['pk']}/issue/", json={}).status_code == 201
    return made


def status_of(api: httpx.Client, kind: OrderKind, pk: int) -> int:
    return int(api.get(f"{kind.path}{pk}/").json()["status"])


def focused_row(client: Driver) -> str | None:
    """The id of the row of the form that has the focus."""
    focused = client.app.focused
    return (
        next((each.id for each in focused.ancestors if isinstance(each, FormRow | RecordField)), None)
        if focused
        else None
    )


def steady(lines: list[str]) -> list[str]:
    """The screen with what changes from day to day masked."""
    return [re.sub(r"(?<=\s)\d+ d late", lambda late: "#" * (len(late[0]) - 7) + " d late", line) for line in lines]


# -- what is seen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (132, 43), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_board_at_every_size(fresh: Launch, size: tuple[int, int]) -> None:
    async with driven(fresh, size) as client:
        await open_board(client)
        await client.check(f"orders-{size[0]}x{size[1]}", lambda: steady(client.lines))


@pytest.mark.parametrize("size", [(80, 24), (132, 43), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_board_by_target_date_at_every_size(fresh: Launch, size: tuple[int, int]) -> None:
    async with driven(fresh, size) as client:
        await open_board(client)
        await client.press("v")
        await client.see("No date")
        await client.idle()
        await client.check(f"orders-by-date-{size[0]}x{size[1]}", lambda: steady(client.lines))


async def test_the_question_before_an_action_and_the_form_for_a_new_order(fresh: Launch) -> None:
    async with driven(fresh) as client:
        await open_board(client)
        await client.press("X")
        await client.see("Cancel PO0001 to DigiKey: 3 lines, 211.50 USD?", "cannot be taken up again")
        await client.idle()
        await client.check("orders-cancel-80x24", lambda: steady(client.lines))
        await client.press("escape", "n")
        await client.see("New purchase order", "PO0013", "DigiKey Electronics", "Assigned   allaccess", "Overdue · 3")
        await client.idle()
        await client.check("orders-new-80x24", lambda: steady(client.lines))


async def test_what_is_overdue_is_marked_by_words_and_stands_first(board: Driver, api: httpx.Client) -> None:
    late = make(api, target_date=str(date.today() - timedelta(days=3)), description="late one")
    due = make(api, target_date=str(date.today()), description="due today")
    await board.press("r")
    await board.see(late["reference"], due["reference"])
    line = board.line_with(late["reference"])
    assert "! " + late["reference"] in line
    assert "3 d late" in line
    assert "today" in board.line_with(due["reference"])
    lines = board.lines
    heads = [index for index, text in enumerate(lines) if text.startswith((" Overdue", " Pending"))]
    assert heads[0] < lines.index(line) < heads[1]
    for made in (late, due):
        api.post(f"order/po/{made['pk']}/cancel/", json={})


# -- kinds and filters -----------------------------------------------------------------------------------------------


async def test_kinds_are_switched_by_keys_and_going_back_comes_back(board: Driver) -> None:
    for key, title, reference in (
        ("2", "[2 Sales", "SO"),
        ("3", "[3 Returns", "RMA"),
        ("4", "[4 Transfers", "No open"),
    ):
        await board.press(key)
        await board.see(title)
        await board.idle()
        await board.see(reference)
    await board.press("tab")
    await board.see("[1 Purchase")
    await board.press("shift+tab")
    await board.see("[4 Transfers")
    await board.press("1")
    await board.see("[1 Purchase")
    await board.press("left_square_bracket")
    await board.see("[4 Transfers")


async def test_the_command_takes_the_kind_and_the_last_kind_is_remembered(launch: Launch) -> None:
    async with driven(launch) as client:
        await client.see(" items")
        await client.press("colon")
        await client.type("orders sal")
        await client.press("enter")
        await client.see("[2 Sales")
    async with driven(launch) as again:
        await again.see(" items")
        await again.press("o")
        await again.see("[2 Sales")


async def test_only_mine_only_late_and_all_states(board: Driver, api: httpx.Client) -> None:
    owners = api.get("user/owner/", params={"search": "admin"}).json()
    mine = next(row["pk"] for row in owners if row["label"] == "user" and row["name"] == "admin")
    made = make(api, responsible=mine, description="mine alone")
    await board.press("m")
    await board.see("assigned to me", made["reference"])
    await board.lose("PO0001")
    await board.press("m")
    await board.see("PO0001")
    await board.press("p")
    await board.see("overdue only")
    await board.lose("PO0012")
    await board.press("p", "c")
    await board.see("all states")
    await board.press("end")
    await board.see("Complete ·")
    await board.press("c")
    await board.lose("all states")
    api.post(f"order/po/{made['pk']}/cancel/", json={})


async def test_the_text_filter_is_the_servers_search_and_escape_ends_it(board: Driver) -> None:
    await board.press("slash")
    await board.type("paint")
    await board.see("filter paint")
    await board.lose("PO0001")
    await board.see("PO0002")
    await board.press("enter", "escape")
    await board.see("PO0001")
    await board.lose("filter paint")


async def test_a_filter_that_nothing_matches_says_so(board: Driver) -> None:
    await board.press("slash")
    await board.type("nosuchthing")
    await board.see("No purchase orders match nosuchthing")


# -- transitions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_an_order_is_issued_held_issued_again_and_cancelled(
    launch: Launch, api: httpx.Client, kind: OrderKind
) -> None:
    made = make(api, kind, description="a life")
    reference, pk = made["reference"], made["pk"]
    issued = kind.code(kind.transition("issue").target or "")
    async with driven(launch) as client:
        await open_board(client)
        await client.press(str(KINDS.index(kind) + 1))
        await look_for(client, reference)
        for key, label, status in (
            ("I", "Issue", issued),
            ("H", "Hold", 25),
            ("I", "Issue", issued),
            ("X", "Cancel order", 40),
        ):
            await client.press(key)
            await client.see(f"Enter {label}", reference)
            assert status_of(api, kind, pk) != status
            await client.press("enter")
            await client.lose(f"Enter {label}")
            await client.idle()
            assert status_of(api, kind, pk) == status
            if status != 40:
                order = screen(client).order
                assert order is not None
                assert (order.pk, order.status) == (pk, status), "the cursor is on the order, which is fresh"


async def test_completing_what_is_not_received_says_so_and_does_it(board: Driver, api: httpx.Client) -> None:
    made = make(api, issue=True)
    part = api.get("company/part/", params={"supplier": made["supplier"], "limit": 1}).json()["results"][0]["pk"]
    line = {"order": made["pk"], "part": part, "quantity": 7, "purchase_price": "2.5"}
    assert api.post("order/po-line/", json=line).status_code == 201
    await look_for(board, made["reference"])
    await board.press("D")
    await board.see("1 of 1 lines is not received, and will not be", "1 line")
    await board.press("enter")
    await board.see("completed.")
    assert status_of(api, KINDS[0], made["pk"]) == 30


async def test_escape_leaves_the_order_as_it_is(board: Driver, api: httpx.Client) -> None:
    made = make(api)
    await look_for(board, made["reference"])
    await board.press("I", "escape")
    await board.idle()
    assert status_of(api, KINDS[0], made["pk"]) == 10


async def test_an_order_that_somebody_else_changed_meanwhile_is_looked_at_again(
    board: Driver, api: httpx.Client
) -> None:
    made = make(api)
    await look_for(board, made["reference"])
    api.post(f"order/po/{made['pk']}/cancel/", json={})
    await board.press("I")
    await board.see("is Cancelled now; this cannot be done any more")
    await board.press("enter")
    await board.idle()
    assert isinstance(board.app.screen, ConfirmDialog)
    await board.press("escape")
    await board.see("No purchase orders match")
    assert status_of(api, KINDS[0], made["pk"]) == 40


async def test_a_refusal_is_told_in_the_servers_words(board: Driver, api: httpx.Client) -> None:
    made = make(api)
    await look_for(board, made["reference"])
    await board.press("I")
    await board.see("Enter Issue")
    await board.idle()
    api.post(f"order/po/{made['pk']}/cancel/", json={})
    await board.press("enter")
    await board.see("!! Refused: Invalid transition on Purchase Order.status")


async def test_an_answer_that_is_lost_is_told_and_the_order_looked_at_again(
    server: Running, launch: Launch, api: httpx.Client
) -> None:
    made = make(api)
    with PlainInvenTree(server.url) as proxy:
        async with driven(Launch(proxy.url, user="admin", token=launch.token)) as client:
            await open_board(client)
            await look_for(client, made["reference"])
            proxy.fail("POST", f"/api/order/po/{made['pk']}/issue/", LoseAnswer())
            await client.press("I", "enter")
            await client.see("It is not known whether that was done")
            await client.press("enter", "escape")
            await client.until(
                lambda: (order := screen(client).order) is not None and order.state == "PLACED", "the truth"
            )


async def test_the_server_chooses_the_stock_of_a_sales_order(board: Driver, api: httpx.Client) -> None:
    sales = kind_of("sales")
    made = make(api, sales, issue=True)
    parts = api.get("part/", params={"salable": "true", "has_stock": "true", "limit": 50, "virtual": "false"}).json()
    part = next(each for each in parts["results"] if each["unallocated_stock"] >= 2 and not each["trackable"])
    line = {"order": made["pk"], "part": part["pk"], "quantity": 1}
    assert api.post("order/so-line/", json=line).status_code == 201
    await board.press("2")
    await look_for(board, made["reference"])
    await board.press("W")
    await board.see(f"Allocate all of {made['reference']}", "for 1 of 1")
    await board.press("enter")
    await board.see("stock allocated.")
    promised = api.get("order/so-allocation/", params={"order": made["pk"]}).json()
    assert sum(each["quantity"] for each in promised) == 1


async def test_who_may_only_look_gets_no_key_for_anything_else(server: Running) -> None:
    launch = Launch(server.url, user="reader", token=server.token("reader", "readonly", "orders"))
    async with driven(launch) as client:
        await open_board(client)
        assert screen(client).order is not None
        offered = {action.id for action in screen(client).available() if action.scope == "orders"}
        assert not offered & {f"orders.{name}" for name in (*TRANSITION_KEYS, "new")}


async def test_a_read_only_session_gets_none_either(server: Running) -> None:
    token = server.token("admin", "inventree", "orders")
    async with driven(Launch(server.url, user="admin", token=token, options=Options(read_only=True))) as client:
        await open_board(client)
        assert screen(client).order is not None
        assert not {each.id for each in screen(client).available() if each.writes and each.scope == "orders"}


async def test_an_order_is_opened_and_going_back_comes_back_to_it(board: Driver) -> None:
    await board.press("down", "down")
    order = screen(board).order
    assert order is not None
    await board.press("enter")
    await board.until(lambda: not isinstance(board.app.screen, OrderBoard), "the order's own screen")
    await board.see(order.reference)
    await board.press("left_square_bracket")
    await board.until(lambda: isinstance(board.app.screen, OrderBoard), "the board")
    await board.until(lambda: (here := screen(board).order) is not None and here.pk == order.pk, "the order")


@pytest.mark.parametrize(("key", "kind", "place"), [("R", "purchase", "receive"), ("A", "sales", "pick")])
async def test_what_is_done_line_by_line_opens_its_own_screen(
    board: Driver, api: httpx.Client, key: str, kind: str, place: str
) -> None:
    made = make(api, kind_of(kind), issue=True)
    await board.press("1" if kind == "purchase" else "2")
    await look_for(board, made["reference"])
    await board.press(key)
    await board.until(lambda: not isinstance(board.app.screen, OrderBoard), place)
    assert board.app.history.current is not None
    assert (board.app.history.current.screen, board.app.history.current.pk) == (place, made["pk"])
    await board.see(made["reference"])


# -- no key for what is not legal ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_state_has_a_key_for_each_legal_action_and_for_no_other(kind: OrderKind) -> None:
    lists = OrderLists([order_row(kind, number, code) for number, (code, _, _) in enumerate(kind.states, 1)])
    with orders_server({kind.name: lists}) as server:
        async with driven(Launch(server.url, token="inv-1"), (80, 40)) as client:
            await open_board(client)
            await client.press(str(KINDS.index(kind) + 1), "c")
            await client.see("all states", kind.states[-1][2])
            await client.idle()
            for number, (_, state, _) in enumerate(kind.states, 1):
                assert screen(client).point_at(number)
                await client.pilot.pause()
                order = screen(client).order
                assert order is not None
                assert order.state == state
                offered = {
                    each.id.removeprefix("orders.")
                    for each in screen(client).available()
                    if each.writes and each.scope == "orders"
                }
                legal = {each.action for each in kind.legal(state)} - {"allocate_serials"}
                assert offered - {"new"} == legal, state
                shown = {label for _, label in screen(client).footer_keys()}
                illegal = {TRANSITION_KEYS[name][1] for name in TRANSITION_KEYS if name not in legal}
                assert not shown & illegal, state
                asked = len(server.requests)
                for name in set(TRANSITION_KEYS) - legal:
                    await client.press(TRANSITION_KEYS[name][0])
                    assert isinstance(client.app.screen, OrderBoard), name
                assert not [each for each in server.requests[asked:] if each.method == "POST"]


def test_every_transition_of_the_workflow_has_a_key_or_is_part_of_picking() -> None:
    actions = {each.action for kind in KINDS for each in kind.transitions}
    assert actions - set(TRANSITION_KEYS) == {"allocate_serials"}
    assert set(SCREEN_OF) == {"receive", "allocate", "allocate_serials"}
    keys = [key for key, *_ in TRANSITION_KEYS.values()]
    assert len(set(keys)) == len(keys)


# -- columns ---------------------------------------------------------------------------------------------------------


async def test_wide_an_order_goes_to_the_column_of_its_new_state_and_the_cursor_with_it(
    launch: Launch, api: httpx.Client
) -> None:
    made = make(api, target_date=str(date.today() + timedelta(days=2)))
    async with driven(launch, (132, 43)) as client:
        await open_board(client)
        await look_for(client, made["reference"])
        assert screen(client).table.id == "column-0"
        await client.press("I", "enter")
        await client.see("issued.")
        await client.until(lambda: screen(client).table.id == "column-2", "the cursor in the column of what is placed")
        assert screen(client).order is not None
        assert "in 2 d" in client.text
        await client.press("escape")
        await client.see("PO0012", "PO0001")
        await client.idle()
        await client.press("left")
        assert screen(client).table.id == "column-0"
        await client.press("right")
        assert screen(client).table.id == "column-2"
    api.post(f"order/po/{made['pk']}/cancel/", json={})


async def test_a_narrower_terminal_gets_the_list_and_keeps_the_cursor(launch: Launch) -> None:
    async with driven(launch, (132, 43)) as client:
        await open_board(client)
        assert screen(client).point_at(2)
        await client.pilot.resize_terminal(80, 24)
        await client.see("Reference")
        order = screen(client).order
        assert order is not None
        assert order.pk == 2
        assert screen(client).focused is screen(client).tables[0]


# -- many, faulty, plain ---------------------------------------------------------------------------------------------


async def test_ten_thousand_orders_are_loaded_in_windows() -> None:
    kind = KINDS[0]
    lists = OrderLists([order_row(kind, number, 20) for number in range(1, 10_001)])
    with orders_server({kind.name: lists}) as server:
        async with driven(Launch(server.url, token="inv-1")) as client:
            await open_board(client)
            table = client.widget(OrdersTable)
            for _ in range(30):
                await client.press("pagedown")
            await client.idle()
            assert table.order is not None
            await client.press("end")
            await client.until(
                lambda: table.order is not None and table.cursor == table.row_count - 1, "the last order"
            )
            await client.idle()
            limits = [int(each.query["limit"]) for each in server.requests if each.path == "/api/order/po/"]
            assert max(limits) <= 200
            assert sum(limits) < 3000
            assert table.row_count == 10_001


async def test_a_server_that_fails_is_told_and_the_board_goes_on(server: Running, launch: Launch) -> None:
    with FaultServer(server.url) as proxy:
        async with driven(Launch(proxy.url, user="admin", token=launch.token)) as client:
            await open_board(client)
            for _ in range(40):
                proxy.fail("GET", "/api/order/so/", Reply(500, {"detail": "broken"}))
            await client.press("2")
            await client.see("[2 Sales", "broken")
            await client.press("1")
            await client.see("PO0001")


async def test_it_asks_a_plain_inventree_for_nothing_that_only_bincard_has(
    server: Running, launch: Launch, api: httpx.Client
) -> None:
    made = make(api)
    with PlainInvenTree(server.url) as proxy:
        async with driven(Launch(proxy.url, user="admin", token=launch.token), (132, 43)) as client:
            await open_board(client)
            await look_for(client, made["reference"])
            await client.press("I", "enter")
            await client.see("issued.")
            await client.press("v")
            await client.see("by target date")
            await client.idle()
        assert proxy.strayed == []
    assert status_of(api, KINDS[0], made["pk"]) == 20


async def test_a_state_that_users_made_has_a_group_of_its_own(board: Driver, api: httpx.Client) -> None:
    types: list[dict[str, Any]] = api.get("contenttype/").json()
    model = next(each["pk"] for each in types if each["model"] == "purchaseorder")
    state = {
        "key": 120, "name": "WAITING", "label": "Waiting for goods", "color": "warning", "logical_key": 20,
        "reference_status": "PurchaseOrderStatus", "model": model,
    }  # fmt: skip
    assert api.post("generic/status/custom/", json=state).status_code == 201
    made = make(api, issue=True)
    answer = api.patch(f"order/po/{made['pk']}/", json={"status_custom_key": 120})
    assert answer.status_code == 200, answer.text
    await board.press("2", "1")
    await board.idle()
    async with driven(board.app.launch) as client:
        await open_board(client)
        await client.see("Waiting for goods · 1")
        assert screen(client).point_at(made["pk"])
        assert {"orders.receive", "orders.hold"} <= {each.id for each in screen(client).available()}
    api.post(f"order/po/{made['pk']}/cancel/", json={})


# -- a new order -----------------------------------------------------------------------------------------------------


async def test_a_new_order_is_made_from_the_keyboard(board: Driver, api: httpx.Client) -> None:
    proposed = api.options("order/po/").json()["actions"]["POST"]["reference"]["default"]
    await board.press("n")
    await board.see("New purchase order", proposed, "admin")
    await board.type("mous")
    await board.press("enter")
    await board.until(lambda: focused_row(board) == "description", "the next field")
    await board.type("Reels for the line")
    await board.press("enter")
    await board.type("+14")
    await board.press("enter", "enter", "enter")
    await board.see("Enter Make it")
    await board.press("enter")
    await board.see(f"{proposed} is there")
    row = api.get("order/po/", params={"reference": proposed}).json()[0]
    assert (row["supplier_name"], row["description"]) == ("Mouser", "Reels for the line")
    assert row["target_date"] == str(date.today() + timedelta(days=14))
    assert row["responsible"] is not None


@pytest.mark.parametrize(("key", "kind"), [("2", "sales"), ("3", "return"), ("4", "transfer")])
async def test_the_other_kinds_have_a_form_too(board: Driver, api: httpx.Client, key: str, kind: str) -> None:
    path = PATHS[kind]
    proposed = api.options(path).json()["actions"]["POST"]["reference"]["default"]
    await board.press(key, "n")
    await board.see(f"New {kind} order", proposed)
    await board.idle()
    for _ in range(7):
        if isinstance(board.app.screen, OrderForm):
            await board.press("enter")
            await board.idle()
    await board.see(f"{proposed} is there")
    assert api.get(path, params={"reference": proposed}).json()[0]["status"] == 10


async def test_a_date_that_is_none_is_refused_and_nothing_typed_is_lost(board: Driver) -> None:
    await board.press("n")
    await board.see("DigiKey Electronics")
    await board.press("enter")
    await board.type("something")
    await board.press("enter")
    await board.type("soon")
    await board.press("enter", "enter", "enter")
    await board.see("Enter Make it")
    await board.press("enter")
    await board.see("Type a date as 2026-12-24", "something", "soon")
    assert focused_row(board) == "target_date"


async def test_a_reference_taken_meanwhile_gives_way_to_the_next(board: Driver, api: httpx.Client) -> None:
    await board.press("n")
    proposed = api.options("order/po/").json()["actions"]["POST"]["reference"]["default"]
    await board.see(proposed, "DigiKey Electronics")
    await board.idle()
    make(api, reference=proposed)
    for _ in range(6):
        await board.press("enter")
        await board.idle()
    await board.see(f"{proposed} was taken meanwhile")
    follower = api.options("order/po/").json()["actions"]["POST"]["reference"]["default"]
    await board.until(lambda: follower in board.line_with(" Reference  PO"), "the next reference")
    await board.press("enter", "enter")
    await board.see(f"{follower} is there")


async def test_the_head_of_an_order_is_edited_in_the_same_form(board: Driver, api: httpx.Client) -> None:
    made = make(api, description="before", target_date="2027-01-31")
    await look_for(board, made["reference"])
    kept: list[Any] = []
    await board.app.push_screen(OrderForm(kind_of("purchase"), screen(board).order), kept.append)
    await board.see(f"{made['reference']}: edit", "before", "2027-01-31")
    await board.press("end", "exclamation_mark", "enter", "end", *["backspace"] * 10, "enter", "enter", "enter")
    await board.see("Enter Save")
    await board.press("enter")
    await board.until(lambda: kept, "the edited order")
    row = api.get(f"order/po/{made['pk']}/").json()
    assert (row["description"], row["target_date"], row["reference"]) == ("before!", None, made["reference"])


async def test_what_is_read_of_an_order_fits_and_no_key_is_named_twice(fresh: Launch) -> None:
    async with driven(fresh) as client:
        await open_board(client)
        row = client.line_with("PO0001")
        assert all(text in row for text in ("DigiKey", "Placed", "211.50 USD", "d late"))
        await client.see("Ordering some parts · due 2021-12-10")
        keys = [key for key, _ in screen(client).footer_keys()]
        assert sorted(keys) == sorted(set(keys))


async def test_transfers_show_their_route_and_no_price(server: Running) -> None:
    with server.client("admin", "inventree") as api:
        api.patch("settings/global/TRANSFERORDER_ENABLED/", json={"value": True}).raise_for_status()
        places = api.get("stock/location/", params={"limit": 2, "structural": "false"}).json()["results"]
        made = make(api, KINDS[3], take_from=places[0]["pk"], destination=places[1]["pk"])
    async with driven(Launch(server.url, token=server.token("admin", "inventree", "transfers"))) as client:
        await open_board(client)
        await client.press("4")
        await client.see(made["reference"], f"{places[0]['name']} → {places[1]['name'][:6]}")
        assert "Route" in client.text
        assert "Total" not in client.text
