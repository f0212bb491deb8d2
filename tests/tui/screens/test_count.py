"""The count screen against the real server: typed with digits and Enter, scanned, mended, in every size."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import httpx
import pytest

from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.counting.shop import Shelf, counting, entries_in, launch_at
from tests.tui.driving import Driver, check_snapshot, driven
from tui.config import Launch
from tui.paths import state_dir
from tui.screens.count_sheet import CountSheetScreen

SIZES = [(132, 43), (80, 24), (40, 16), (22, 8)]


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with server.client("allaccess", "nolimits") as client:
        yield client


@pytest.fixture
def shelf(api: httpx.Client) -> Shelf:
    return Shelf(api)


@pytest.fixture(params=["inventree", "bincard"])
def launch(request: pytest.FixtureRequest, server: Running) -> Iterator[Launch]:
    if request.param == "bincard":
        yield launch_at(server)
        return
    with PlainInvenTree(server.url) as plain:
        yield launch_at(server, plain.url)
        assert not plain.strayed


@pytest.fixture
async def client(server: Running, shelf: Shelf) -> AsyncIterator[Driver]:
    """At a sheet of four lines on a plain InvenTree."""
    shelf.items = shelf.fill("A10", "A2", "A1", "B1")
    with PlainInvenTree(server.url) as plain:
        async with counting(launch_at(server, plain.url), shelf) as driver:
            yield driver


async def posted(client: Driver) -> None:
    """Wait until nothing waits."""
    desk = client.app.count_desk
    key = desk.journal.sheets()[0].key if desk.journal.sheets() else ""
    await client.until(lambda: not desk.journal.waiting(key), "the posting of everything")
    await client.until(lambda: desk.waiting == 0, "the poster to say so")


async def enter(client: Driver, text: str) -> None:
    await client.press(*text, "enter")
    await client.pilot.pause()


async def test_twenty_lines_with_digits_and_enter_only(launch: Launch, shelf: Shelf, api: httpx.Client) -> None:
    items = shelf.fill(*(f"A{number}" for number in range(20)))
    keys = [key for number in range(20) for key in (*str(number + 10), "enter")]
    async with counting(launch, shelf) as client:
        await client.see("0 of 20", "20 left")
        await client.press(*keys)
        await client.see("All 20 lines are counted")
        await posted(client)
        await client.see("0 wait")
        kept = entries_in(state_dir())
    assert len(keys) == 60  # two digits and Enter for each line, and nothing else
    assert [entry.quantity for entry in kept] == [Decimal(number + 10) for number in range(20)]
    sessions = api.get("../plugin/bincard/count/session/", params={"search": shelf.name, "limit": 5}).json()["results"]
    if sessions:
        lines = api.get("../plugin/bincard/count/line/", params={"session": sessions[0]["pk"], "limit": 50}).json()
        assert [float(row["counted"]) for row in lines["results"]] == [number + 10 for number in range(20)]
    else:
        assert [shelf.counts(item) for item in items] == [[number + 10] for number in range(20)]


async def test_lines_come_in_walking_order_and_hide_what_is_expected(client: Driver, shelf: Shelf) -> None:
    await client.see(f"{shelf.name}/A1", "Count")
    assert "50" not in client.text
    await enter(client, "3")
    await client.see(f"{shelf.name}/A2", "1 of 4", "OK 3 Bolt 02")
    await enter(client, "4")
    await enter(client, "5")
    await client.see("3 of 4", "1 left")
    assert f" {shelf.name}/B1" in client.text


async def test_stacks_are_added_and_taken_back(client: Driver, shelf: Shelf) -> None:
    await enter(client, "+12*2")
    await client.see("OK 24 Bolt 02", "counted 24")
    await enter(client, "+7")
    await client.see("counted 31")
    await enter(client, "-1")
    await client.see("counted 30")
    await enter(client, "-31")
    await client.see("Only 30 counted here so far")
    # A number now may be meant for the next line.
    await enter(client, "9")
    await client.see("30 counted here", "y counts 9 in all")
    await enter(client, "n")
    await enter(client, "")
    await client.see(f"{shelf.name}/A2", "1 of 4")
    await posted(client)
    assert shelf.counts(shelf.items[2]) == [24, 31, 30]


async def test_an_empty_enter_never_counts_and_zero_does(client: Driver, shelf: Shelf) -> None:
    await enter(client, "")
    await client.see("Type how many there are", "0 of 4")
    await enter(client, "0")
    await client.see("OK 0 Bolt 02", "1 of 4")
    await posted(client)
    assert not entries_in(state_dir())[1:]


async def test_help_tells_what_can_be_typed(client: Driver) -> None:
    await client.press("f1")
    await client.see("Keys: Count", "12*24+7", "+3 adds", "takes back", "s skips", "/text jumps")


async def test_skipped_lines_come_again_at_the_end(client: Driver, shelf: Shelf) -> None:
    await enter(client, "s")
    await client.see("Later: Bolt 02", f"{shelf.name}/A2")
    for quantity in "123":
        await enter(client, quantity)
    await client.see("3 of 4", f" {shelf.name}/A1")
    await enter(client, "4")
    await client.see("All 4 lines are counted")


async def test_a_slash_jumps_and_a_scan_goes_to_its_line(client: Driver, shelf: Shelf) -> None:
    await enter(client, "/a10")
    await client.see("OK Bolt 00")
    await enter(client, "B03")  # a batch, as a scanner types it into the prompt
    await client.see("OK Bolt 03")
    await enter(client, f"INV-SI{shelf.items[1]}")
    await client.see("OK Bolt 01")
    await enter(client, f"INV-SL{shelf.location('A10')}")
    await client.see(f"OK {shelf.name}/A10")
    await enter(client, "8")
    await posted(client)
    assert shelf.counts(shelf.items[0]) == [8]


async def test_digits_of_a_code_are_never_counted_unasked(client: Driver, shelf: Shelf) -> None:
    await enter(client, "4006381333931")
    await client.see("put aside", "Say what it is")  # far more than any count can be
    assert not entries_in(state_dir())
    await enter(client, "blue tins")
    await client.see("4006381333931 is put aside")
    await enter(client, "40063813")
    await client.see("looks like a scanned code", "y counts 40 063 813")
    await enter(client, "40063813")  # scanned again
    await client.see("looks like a scanned code")
    assert not entries_in(state_dir())
    await enter(client, "12")
    await client.see("OK 12 Bolt 02")
    await client.press("f7")
    await client.see("Refused and put aside", "blue tins")


async def test_something_found_is_added_and_something_misplaced_can_be_moved(client: Driver, shelf: Shelf) -> None:
    here = shelf.stock(shelf.part("Found"), "A1", 3, "F1")
    other = Shelf(shelf.api)
    away = other.stock(other.part("Lost"), "Z9", 3, "F2")
    await enter(client, f"INV-SI{here}")
    await client.see("is not on the sheet; added", "0 of 5")
    await enter(client, "2")
    await client.see("OK 2 Found")
    await enter(client, f"INV-SL{shelf.location('A2')}")
    await client.see(f"OK {shelf.name}/A2")
    await enter(client, f"INV-SI{away}")
    await client.see("belongs to", "move it here")
    await enter(client, "y")
    await client.see("is moved to", "Count it")
    assert shelf.item(away)["location"] == shelf.location("A2")
    await enter(client, "3")
    await posted(client)
    assert (shelf.counts(here), shelf.counts(away)) == ([2], [3])


async def test_a_refused_line_is_shown_with_its_reason_and_mended(client: Driver, shelf: Shelf) -> None:
    shelf.api.delete(f"stock/{shelf.items[2]}/").raise_for_status()
    await enter(client, "7")
    await enter(client, "8")
    await client.see("1 refused", "! refused")
    await posted(client)
    assert shelf.counts(shelf.items[1]) == [8]
    await client.press("f7")
    await client.see("7 Bolt 02", "The stock item is gone")
    await client.press("enter")
    await client.see("Type the total, d drops it: 7 Bolt 02", "The stock item is gone", "In all")
    await enter(client, "d")
    await client.see("Dropped.", "1 of 4")


async def test_a_count_begins_with_n_and_is_finished(client: Driver, shelf: Shelf) -> None:
    for quantity in "1234":
        await enter(client, quantity)
    await client.see("All 4 lines are counted")
    await posted(client)
    await client.press("f8")
    await client.see("This count is finished")
    assert not client.app.count_desk.journal.sheets()
    await client.press("n")
    await client.see("What do you count?", "Just start scanning", "Another location")
    await client.press("escape")


async def test_a_count_of_the_location_under_the_cursor(launch: Launch, shelf: Shelf) -> None:
    shelf.fill("A1", "A2")
    async with driven(launch) as client:
        await client.see(" items")
        client.app.call_later(client.app.stock_screen.do_stock_goto, shelf.name)
        await client.see("Go to location", shelf.name)
        await client.press("enter")
        await client.until(lambda: client.lines[0].strip() == shelf.name, "the hall")
        await client.press("n")
        await client.see(f"{shelf.name} and below")
        await client.press("enter")
        await client.see("0 of 2", f"{shelf.name}/A1")


async def test_what_was_cut_off_is_offered_at_the_start(launch: Launch, shelf: Shelf) -> None:
    shelf.fill("A1", "A2", "A3")
    async with counting(launch, shelf) as client:
        await enter(client, "5")
        await client.see("1 of 3")
    async with driven(launch) as client:
        await client.see("Go on counting", "1 of 3 counted")
        await client.press("enter")
        await client.see(f"{shelf.name}/A2", "1 of 3 · 2 left")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_in_every_size(server: Running, api: httpx.Client, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    shelf = Shelf(api, number=900 + SIZES.index(size))
    shelf.stock(shelf.part("M3x10 bolt, steel", units="pcs", IPN=f"B-{name}"), "Rack A2", 500, "LOT-7", packaging="bag")
    shelf.stock(shelf.part("Lamp", trackable=True), "Rack A10", 1, serial="77")
    shelf.stock(shelf.part("M3 nut", units="pcs"), "Rack A1", 900, "LOT-1")
    async with counting(launch_at(server), shelf, size) as client:
        await enter(client, "120")
        await posted(client)
        check_snapshot(f"count-sheet-{name}", [_steady(line) for line in client.lines])
        await enter(client, "")
        await client.pilot.pause()
        check_snapshot(f"count-sheet-empty-{name}", [_steady(line) for line in client.lines])


def _steady(line: str) -> str:
    return re.sub(r"\d+/h|CS-\d+", lambda match: "-/h" if match[0].endswith("h") else "CS-0000", line)


async def test_enter_asks_nothing_of_the_network_and_is_quick(client: Driver, shelf: Shelf) -> None:
    screen = client.app.screen
    assert isinstance(screen, CountSheetScreen)
    assert screen.count is not None
    times = []
    for number in range(40):
        screen.count.go_to(number % 4)
        begun = time.perf_counter()
        screen._take(screen.count, str(number + 1), scanned=False)
        times.append(time.perf_counter() - begun)
    times.sort()
    print(f"enter to the next line: median {times[20] * 1000:.1f} ms, worst {times[-1] * 1000:.1f} ms")
    assert times[20] < 0.1
