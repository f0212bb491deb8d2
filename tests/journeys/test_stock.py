"""A clerk's day: sign in, descend, find, count, move, undo; the server's state is checked after each step."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import Cut, FaultServer, Hold, Reply
from tests.serving import Running
from tests.terminal import Terminal, control_characters, session_processes
from tests.tui.hostile_server import hostile_server

Open = Callable[..., Terminal]
ITEM, REEL_STORAGE, ROOM_404 = 100, 8, 6


def item(server: Running, pk: int = ITEM) -> dict[str, Any]:
    with server.client("allaccess", "nolimits") as api:
        answer: dict[str, Any] = api.get(f"stock/{pk}/").raise_for_status().json()
        return answer


def history(server: Running, pk: int = ITEM) -> list[int]:
    """Types of the item's tracking entries, the newest first."""
    with server.client("allaccess", "nolimits") as api:
        return [entry["tracking_type"] for entry in api.get("stock/track/", params={"item": pk}).json()]


def sign_in(terminal: Terminal, user: str = "allaccess", password: str = "nolimits") -> None:
    terminal.wait_for("Password")
    terminal.type(f"{user}\r")
    terminal.type(f"{password}\r")
    terminal.wait_for(r"\d items", f"{user} at")


def open_item(terminal: Terminal, pk: int = ITEM) -> None:
    """Scan the item's code into the find box."""
    terminal.type(f"fINV-SI{pk}\r")
    title = ["bin card of the item"] if terminal.screen.columns >= 80 else []  # a small one has no room for it
    terminal.wait_for("On hand", *title)


def test_a_whole_day(server: Running, open_client: Open) -> None:
    before = item(server)["quantity"]
    with open_client(server.url) as terminal:
        sign_in(terminal)
        # Descend by the tree: Electronics Lab, then its reel storage.
        terminal.press("down")
        terminal.wait_for(r"496 items")
        terminal.press("right", "down", "down", "down")
        terminal.wait_for(r"Electronics Lab / Reel Storage", "169 items")
        terminal.press("enter", "/")
        terminal.type("R_220K_0805\r")
        terminal.wait_for(r"filter R_220K_0805")
        terminal.press("escape")
        terminal.wait_gone("filter R_220K_0805")
        # Find the item by its code and count it.
        open_item(terminal)
        terminal.type("c990")
        terminal.wait_for(r"1 000 → 990 +-10")
        terminal.press("enter")
        terminal.wait_for(r"Counted 1 000 → 990", "On hand 990")
        assert item(server)["quantity"] == 990
        assert history(server)[0] == 10
        # Move it, all of it.
        terminal.type("m\rroom 404")
        terminal.wait_for("> Factory/Office Block/Room 404")
        terminal.press("enter")
        terminal.wait_for("Enter Post")
        terminal.press("enter")
        terminal.wait_for("Moved to Factory/Office Block/Room 404")
        assert item(server)["location"] == ROOM_404
        # Take both back, the last first.
        for expected in ((990, REEL_STORAGE), (before, REEL_STORAGE)):
            terminal.press("u")
            terminal.wait_for("Undo  the", "by an opposite entry")
            terminal.press("enter")
            terminal.wait_for("Undone by an opposite entry")
            state = item(server)
            assert (state["quantity"], state["location"]) == expected
            terminal.wait_gone("Undo it")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.screen.cursor.hidden is False


def test_the_token_is_kept_for_the_next_time(server: Running, open_client: Open, tmp_path: Path) -> None:
    with open_client(server.url) as terminal:
        sign_in(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    kept = list((tmp_path / "config" / "tokens").glob("*.json"))
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]
    with open_client(server.url) as terminal:
        terminal.wait_for(r"\d items", "allaccess at")


def test_what_is_typed_ahead_in_one_burst_is_not_lost(server: Running, open_client: Open) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with open_client(server.url, token=token) as terminal:
        terminal.wait_for(r"\d items")
        terminal.type("fINV-SI100\r")
        terminal.wait_for("bin card of the item", "On hand")
        terminal.type("c123\ra7\rx30\r")
        terminal.wait_for(r"Removed 130 → 100")
    assert item(server)["quantity"] == 100
    assert history(server)[:3] == [12, 11, 10]


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (132, 43), (40, 16)])
def test_count_and_move_work_at_every_size(server: Running, open_client: Open, columns: int, rows: int) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with open_client(server.url, token=token, columns=columns, rows=rows) as terminal:
        terminal.wait_for(r"\d items")
        open_item(terminal)
        terminal.type("c5\r")
        terminal.wait_for("Counted 1 000 → 5")
        terminal.type("m\rroom 404")
        terminal.wait_for("Office Block/Room 404")
        terminal.press("enter")
        terminal.wait_for("Enter Post")
        terminal.press("enter")
        terminal.wait_for("Moved to")
    assert (item(server)["quantity"], item(server)["location"]) == (5, ROOM_404)


def test_with_a_cut_connection_a_500_a_429_and_an_expired_token(server: Running, open_client: Open) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with FaultServer(server.url) as proxy, open_client(proxy.url, token=token) as terminal:
        terminal.wait_for(r"\d items")
        open_item(terminal)
        proxy.fail("POST", "/api/stock/count/", Reply(500, {"detail": "out of order"}))
        terminal.type("c900\r")
        terminal.wait_for("Not posted", "out of order")
        assert item(server)["quantity"] == 1000
        throttled = Reply(429, {"detail": "Request was throttled."}, {"Retry-After": "1"})
        proxy.fail("POST", "/api/stock/count/", throttled)
        terminal.press("enter")
        terminal.wait_for("told to wait in 1 s")
        terminal.wait_for("Counted 1 000 → 900")
        assert item(server)["quantity"] == 900
        proxy.fail("POST", "/api/stock/add/", Cut())
        terminal.type("a11\r")
        terminal.wait_for("Added 900 → 911")
        assert item(server)["quantity"] == 911
        proxy.fail("POST", "/api/stock/remove/", Reply(401, {"detail": "Token has expired"}))
        terminal.type("x1\r")
        terminal.wait_for("Sign in again as allaccess", "Token has expired")
        terminal.type("nolimits\r")
        terminal.wait_for("Removed 911 → 910")
        assert item(server)["quantity"] == 910
        assert history(server)[:3] == [12, 11, 10]


def test_a_terminal_that_drops_in_mid_post_leaves_nothing_behind(server: Running, open_client: Open) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with FaultServer(server.url) as proxy, open_client(proxy.url, token=token) as terminal:
        terminal.wait_for(r"\d items")
        open_item(terminal)
        proxy.fail("POST", "/api/stock/add/", Hold())
        terminal.type("a5\r")
        proxy.wait_for("POST", "/api/stock/add/", withheld=True)
        dropped = time.monotonic()
        terminal.hang_up()
        terminal.wait_exit(timeout=5)
        assert time.monotonic() - dropped < 2.5
        assert session_processes(terminal.pid) == []
        proxy.release()
    assert item(server)["quantity"] == 1005
    assert history(server)[:2] == [11, 1]


def test_a_reader_changes_nothing(server: Running, open_client: Open) -> None:
    with open_client(server.url) as terminal:
        sign_in(terminal, "reader", "readonly")
        open_item(terminal)
        terminal.type("c5\rx5\rm\r")
        terminal.press("?")
        terminal.wait_for("Keys: Bin card")
        assert terminal.row_of("Count ") < 0
    assert item(server)["quantity"] == 1000


def test_hostile_names_reach_the_terminal_as_text(open_client: Open) -> None:
    with hostile_server() as server, open_client(server.url, token="inv-1", columns=132, rows=43) as terminal:
        terminal.wait_for(r"\d items")
        terminal.press("tab", "end", "home", "enter")
        terminal.wait_for("bin card of the item", "On hand")
        terminal.press("end", "backspace")
        terminal.wait_for(r"\d items")
        terminal.type("f")
        terminal.wait_for("Find")
        terminal.type("bolt")
        terminal.wait_for(r"\d+ parts")
        terminal.press("pagedown", "escape")
        terminal.wait_gone(r"\d+ parts")
        terminal.press("t")
        terminal.wait_for("New status")
        terminal.press("escape")
        terminal.wait_gone("New status")
        assert terminal.clipboards == []
        assert terminal.bells == 0
        assert control_characters(bytes(terminal.output)) <= {"\x07"}
        assert b"\x1b]" not in terminal.output
        terminal.signal(signal.SIGTERM)
        terminal.wait_exit()


def test_it_sends_nothing_while_idle(server: Running, open_client: Open) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with open_client(server.url, token=token) as terminal:
        terminal.wait_for(r"\d items", "on hand")
        terminal.settle(quiet=0.5)
        terminal.mark()
        terminal.pump(2.0)
        assert terminal.bytes_since_mark == 0
        terminal.press("f")
        terminal.wait_for("Find")
        terminal.settle(quiet=0.5)
        terminal.mark()
        terminal.pump(2.0)
        assert terminal.bytes_since_mark == 0


def test_an_arrow_key_costs_few_bytes_also_where_the_list_scrolls(server: Running, open_client: Open) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with open_client(server.url, token=token) as terminal:
        terminal.wait_for(r"\d items", "on hand")
        terminal.press("tab")
        terminal.settle()
        costs = []
        for _ in range(60):
            terminal.mark()
            terminal.press("down")
            terminal.settle(quiet=0.08)
            costs.append(terminal.bytes_since_mark)
        assert sorted(costs)[len(costs) // 2] <= 250, costs


def test_tmux_style_small_escape_sequences_still_work(server: Running, open_client: Open) -> None:
    """A lone Escape and an arrow key, which begins with one, are told apart."""
    token = server.token("allaccess", "nolimits", "journey")
    with open_client(server.url, token=token) as terminal:
        terminal.wait_for(r"\d items")
        terminal.press("tab", "f6")
        terminal.wait_for("Counted")
        terminal.press("escape")
        terminal.wait_gone("Counted  ")
        terminal.press("down", "down")
        terminal.wait_for("3 of ")


def test_russian_letters_command_it_too(server: Running, open_client: Open) -> None:
    token = server.token("allaccess", "nolimits", "journey")
    with open_client(server.url, token=token) as terminal:
        terminal.wait_for(r"\d items")
        terminal.type("а")  # f
        terminal.wait_for("Find")
        terminal.type("INV-SI100\r")
        terminal.wait_for("bin card of the item", "On hand")
        terminal.type("с77\r")  # c
        terminal.wait_for("Counted 1 000 → 77")
    assert item(server)["quantity"] == 77
