"""Counting over a line that breaks, in a client that is killed, and of things with hostile names."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import Cut, Fault, FaultServer, Hang, Hold, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.terminal import Terminal
from tests.tui.counting.shop import Shelf, counting, entries_in, launch_at
from tests.tui.driving import Driver, driven
from tests.tui.hostile import HOSTILE
from tests.tui.hostile_server import hostile_server
from tests.tui.screens.test_count import enter
from tests.tui.screens.test_hostile import check
from tui.config import Launch
from tui.counting.book import Scope
from tui.paths import state_dir

COUNT = "/api/stock/count/"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def shelf(server: Running) -> Iterator[Shelf]:
    with server.client("allaccess", "nolimits") as api:
        yield Shelf(api)


@pytest.fixture
def plain(server: Running) -> Iterator[PlainInvenTree]:
    with PlainInvenTree(server.url) as started:
        yield started


async def posted(client: Driver) -> None:
    await client.until(
        lambda: all(entry.state == "confirmed" for entry in entries_in(state_dir())), "the posting of everything"
    )


async def test_counting_goes_on_while_the_server_is_away(server: Running, plain: FaultServer, shelf: Shelf) -> None:
    items = shelf.fill("A1", "A2", "A3", "A4")
    async with counting(launch_at(server, plain.url), shelf) as client:
        plain.answer("POST", COUNT, status=503)
        for quantity in "12":
            await enter(client, quantity)
        await client.see("2 of 4", "2 wait ·")  # also in the status line
        plain._answers.clear()
        plain.fail("POST", COUNT, LoseAnswer())
        for quantity in "34":
            await enter(client, quantity)
        await client.see("All 4 lines are counted")
        await client.press("f5")  # try now
        await posted(client)
        await client.see("0 wait")
    assert [shelf.counts(item) for item in items] == [[1], [2], [3], [4]]


async def test_a_server_that_never_answers_holds_nobody_up(server: Running, plain: FaultServer, shelf: Shelf) -> None:
    shelf.fill("A1", "A2", "A3")
    async with counting(launch_at(server, plain.url), shelf) as client:
        plain.fail("POST", COUNT, Hang())
        for quantity in "123":
            await enter(client, quantity)
        await client.see("All 3 lines are counted", "3 wait")
        assert len(entries_in(state_dir())) == 3
        plain.release()


async def test_an_unknown_code_is_put_aside_when_the_server_says_nothing(
    server: Running, plain: FaultServer, shelf: Shelf
) -> None:
    shelf.fill("A1")
    async with counting(launch_at(server, plain.url), shelf) as client:
        plain.fail("POST", "/api/barcode/", Hang())
        await enter(client, "XK-4711")
        await client.see("Looking up")
        await client.see("XK-4711 is put aside: the server does not answer")
        await enter(client, "red box")
        await enter(client, "6")
        await client.see("All 1 lines are counted")
        plain.release()


async def test_what_waits_from_before_is_posted_though_nobody_goes_on(
    server: Running, plain: FaultServer, shelf: Shelf
) -> None:
    items = shelf.fill("A1", "A2")
    launch = launch_at(server, plain.url)
    async with counting(launch, shelf) as client:
        plain.fail("POST", COUNT, *[Cut()] * 4)
        await enter(client, "7")
        await client.see("1 of 2")
    plain.clear()
    async with driven(launch) as client:
        await client.see("Go on counting")
        await client.press("escape")
        await posted(client)
    assert shelf.counts(items[0]) == [7]


def start(url: str, token: str) -> Terminal:
    environment = {"BINCARD_TOKEN": token, "BINCARD_KEYRING": "off", "BINCARD_STATE_DIR": str(state_dir())}
    environment |= {f"BINCARD_{name}_DIR": str(state_dir().parent / name.lower()) for name in ("CONFIG", "CACHE")}
    return Terminal([sys.executable, "-m", "tui", "--server", url], env=environment, cwd=ROOT)


@pytest.mark.parametrize(
    "fault",
    [None, Hang(), Hold(), LoseAnswer(), Reply(503)],
    ids=["none", "not arrived", "carried out", "answer lost", "away"],
)
def test_a_client_killed_in_a_real_terminal_goes_on_where_it_was(
    server: Running, shelf: Shelf, fault: Fault | None
) -> None:
    items = shelf.fill(*(f"A{number}" for number in range(5)))
    token = server.token("allaccess", "nolimits", "terminal")
    with PlainInvenTree(server.url) as plain:
        with start(plain.url, token) as terminal:
            terminal.wait_for(r"\d items")
            terminal.type(f"g{shelf.name}")
            terminal.wait_for(rf"> ?{shelf.name}")
            terminal.type("\r")
            terminal.wait_until(lambda: terminal.line(0).strip() == shelf.name, "the hall")
            terminal.type("n")
            terminal.wait_for(f"{shelf.name} and below")
            terminal.type("\r")
            terminal.wait_for("0 of 5")
            if fault is not None:
                plain.fail("POST", COUNT, fault)
            terminal.type("1\r2\r")
            terminal.wait_for("2 of 5")
            if fault is not None:
                plain.wait_for("POST", COUNT, withheld=isinstance(fault, Hold))
            terminal.type("9")  # typed, and not entered
            terminal.signal(signal.SIGKILL)
            assert terminal.wait_exit() == -signal.SIGKILL
        plain.clear()
        with start(plain.url, token) as terminal:
            terminal.wait_for("Go on counting", "2 of 5 counted")
            terminal.type("\r")
            terminal.wait_for(f"{shelf.name}/A2", "2 of 5")
            terminal.type("3\r4\r5\r")
            terminal.wait_for("All 5 lines are counted")
            terminal.wait_for("0 wait", timeout=30)
            terminal.press("f8")
            terminal.wait_for("This count is finished")
        plain.release()
    assert Counter(len(shelf.counts(item)) for item in items) == {1: 5}
    assert [shelf.counts(item) for item in items] == [[1], [2], [3], [4], [5]]
    assert not entries_in(state_dir())


@pytest.mark.parametrize("size", [(80, 24), (22, 8)], ids=["80x24", "22x8"])
async def test_hostile_names_are_shown_as_text(size: tuple[int, int]) -> None:
    with hostile_server() as server:
        async with driven(Launch(server.url, token="inv-1"), size) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            client.app.begin_count(Scope(HOSTILE["csi clear"], location=1), True)
            await client.until(lambda: "left" in client.text, "the sheet")
            await client.idle()
            count = getattr(client.app.screen, "count", None)
            assert count is not None
            for _ in range(min(len(count.lines), 60)):
                check(client)
                await enter(client, "1")
            await enter(client, HOSTILE["osc clipboard"].replace("\x1b", "e").replace("\x07", "b"))
            await client.pilot.pause()
            check(client)
