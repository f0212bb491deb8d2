"""Counting on small terminals: one prompt at a time, the last result on the top line, the next key in sight."""

import re
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.serving import Running
from tests.tui.counting.shop import Shelf, launch_at
from tests.tui.counting.together import Team
from tests.tui.driving import Driver, driven
from tests.tui.screens.test_count import enter
from tui.counting.book import Scope
from tui.history import Place
from tui.screens.count_sheet import CountSheetScreen

SIZES = [(22, 8), (40, 16)]


@pytest.fixture
def team(server: Running) -> Iterator[Team]:
    with server.client("allaccess", "nolimits") as api:
        yield Team(server, Shelf(api))


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def small(server: Running, request: pytest.FixtureRequest) -> AsyncIterator[Driver]:
    """The client of somebody who may do everything."""
    async with driven(launch_at(server), request.param) as client:
        await client.until(lambda: client.app.session.user is not None, "the session")
        await client.see(" items")
        yield client


def steady(client: Driver) -> Callable[[], list[str]]:
    """The screen without what differs from run to run; of a dialog nothing above it."""

    def lines() -> list[str]:
        shown = client.lines
        top = next((row for row, line in enumerate(shown) if line.startswith("━")), 0)
        return [re.sub(r"(\d+|-)/h|CS-\d+", "#", line) for line in shown[top:]]

    return lines


async def test_every_question_of_a_count(small: Driver, team: Team) -> None:
    width, height = small.app.size

    async def look(name: str, *texts: str) -> None:
        await small.see(*texts)
        await small.check(f"count-small-{name}-{width}x{height}", steady(small))

    shelf = team.shelf = Shelf(team.shelf.api, number=70 + width)
    session = team.session("A1", "A2", "A3", "A10")["pk"]
    lamp = shelf.stock(shelf.part("Lamp"), "Z9", 3, "L-77")
    small.app.begin_count(Scope(shelf.name, session=session), True)
    await small.see(f"{shelf.name}/A1")
    await enter(small, "50")
    await enter(small, "40063813")
    await look("doubt", "a scanned code", "Enter No")
    await enter(small, "")
    await small.see("Not counted")
    await enter(small, "4006381333931")
    await look("parked", "Say what it is", "Enter Keep")
    await enter(small, "tins")
    await enter(small, f"INV-SI{lamp}")
    await look("misplaced", "y moves it")
    await enter(small, "n")
    await small.see("Left where it belongs")
    await enter(small, "s")
    await look("later", "Later: Bolt 01")
    team.do(session, "close", accept_incomplete=True)
    await enter(small, "7")
    await look("refused", "refused", "F7")
    await small.press("f7")
    await look("refused-list", "Refused and put aside", "Enter Mend")
    await small.press("enter")
    await look("mend", "Type the total", "In all")
    await enter(small, "d")
    await small.see("Dropped")
    team.do(session, "reopen")
    screen = small.app.screen
    assert isinstance(screen, CountSheetScreen)
    count = screen.count
    assert count is not None
    for _ in range(3):
        await enter(small, "7")
    await look("end", "F8 Finish")
    desk = small.app.count_desk
    await small.until(lambda: not desk.waiting and not count.put_aside, "the posting")
    await small.press("f8")
    await small.see("This count is")


async def test_what_to_count_and_going_on(small: Driver, team: Team) -> None:
    width, height = small.app.size
    shelf = team.shelf = Shelf(team.shelf.api, number=170 + width)
    shelf.fill("A1", "A2")
    await small.press("n")
    await small.see("What do you count?")
    await small.type("what is due")
    await small.check(f"count-small-start-{width}x{height}", steady(small))
    await small.press("escape")
    small.app.begin_count(shelf.scope, True)
    await small.see(f"{shelf.name}/A1")
    await enter(small, "5")
    await small.press("f8")
    await small.see("are not", "Enter Finish")
    await small.check(f"count-small-finish-{width}x{height}", steady(small))
    await small.press("escape")
    await small.app.action_quit()


async def test_a_million_on_the_bin_card(server: Running, team: Team) -> None:
    item = team.shelf.stock(team.shelf.part("Bolt"), "A1", 1_234_567.5)
    async with driven(launch_at(server), (40, 16)) as client:
        await client.see(" items")
        client.app.call_later(client.app.go, Place("card", "stockitem", item))
        await client.see("On hand 1 234 567.5", "Free 1 234 567.5", "+1 234 567.5 1 234 567.5")
        assert "###" not in client.text
        await client.press("c", *"1234500", "enter")
        await client.until(lambda: client.lines[0].startswith(" OK Counted 1 234 567.5"), "the result on the top line")
