"""Counting against a Bincard server, without a screen: ways to begin, what is found, what changed meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.serving import Running
from tests.tui.counting.shop import Shelf, launch_at
from tui.counting.book import Scope
from tui.counting.count import Count
from tui.counting.desk import CountDesk
from tui.counting.journal import CONFIRMED
from tui.counting.lookup import CodeFound, find_code, move_here
from tui.session import Session
from tui.stock_actions import StockActions

COUNT = "../plugin/bincard/count/"
RECOUNT, ACCEPTED, POSTED, REFUSED = 30, 50, 60, 70


class Counter:
    """Somebody who may do everything, at the desk of their client."""

    def __init__(self, session: Session, shelf: Shelf) -> None:
        self.session, self.shelf = session, shelf
        self.desk = CountDesk(session)
        self.news = asyncio.Event()
        self.desk.subscribe(lambda *_: self.news.set())

    async def begin(self, scope: Scope) -> Count:
        return await self.desk.begin(scope, blind=True)

    async def count(self, count: Count, *quantities: int) -> None:
        """Count one line after another; what was posted is confirmed afterwards."""
        for quantity in quantities:
            count.record(Decimal(quantity))
        await self.post(count)

    async def post(self, count: Count) -> None:
        self.desk.nudge(count.sheet.key, 0)
        async with asyncio.timeout(15):
            while self.desk.journal.waiting(count.sheet.key):
                self.news.clear()
                await self.news.wait()
        assert {entry.state for entry in self.desk.journal.entries(count.sheet.key)} == {CONFIRMED}

    async def find(self, count: Count, text: str, here: int | None = None) -> CodeFound:
        return await find_code(self.session.client, count.sheet, text, here)

    def do(self, count: Count, what: str, **body: Any) -> Any:
        """What leaders and supervisors do with the session."""
        answer = self.shelf.api.post(f"{COUNT}session/{count.sheet.session}/{what}/", json=body)
        return answer.raise_for_status().json()

    def reviewed(self, count: Count) -> list[dict[str, Any]]:
        """All lines as a supervisor sees them, in the order of the sheet."""
        rows = self.shelf.get(f"{COUNT}session/{count.sheet.session}/variances/", all=True)
        return sorted(rows, key=lambda row: row["position"])


@pytest.fixture
async def ann(server: Running, shelf: Shelf) -> AsyncIterator[Counter]:
    session = Session(launch_at(server))
    await session.connect()
    counter = Counter(session, shelf)
    yield counter
    await counter.desk.aclose()
    await session.close()


def items_of(count: Count) -> list[int | None]:
    return [line.item for line in count.lines]


# Ways to begin


async def test_a_list_of_parts(ann: Counter, shelf: Shelf) -> None:
    wanted, other = shelf.part("Wanted"), shelf.part("Other")
    items = [shelf.stock(wanted, "B2", 5), shelf.stock(other, "A1", 5), shelf.stock(wanted, "A10", 5)]
    count = await ann.begin(Scope("parts", parts=(wanted,)))
    assert items_of(count) == [items[2], items[0]]
    await ann.count(count, 5, 5)


async def test_a_category(ann: Counter, shelf: Shelf) -> None:
    above = int(shelf._make("part/category/", {"name": f"Above {shelf.number}"})["pk"])
    below = int(shelf._make("part/category/", {"name": f"Below {shelf.number}", "parent": above})["pk"])
    part, outside = shelf.part("Inside"), shelf.part("Outside")
    shelf.api.patch(f"part/{part}/", json={"category": below}).raise_for_status()
    item, _ = shelf.stock(part, "A1", 5), shelf.stock(outside, "A1", 5)
    count = await ann.begin(Scope("category", category=above))
    assert items_of(count) == [item]
    await ann.count(count, 5)


async def test_what_is_due(ann: Counter, shelf: Shelf) -> None:
    shelf.fill("A1", "A2")  # never counted: due
    count = await ann.begin(Scope("due", due=3))
    due = {row["stock_item"] for row in shelf.get(f"{COUNT}due/", limit=1000)}
    assert len(count.lines) == 3
    assert set(items_of(count)) <= due
    again = await ann.begin(Scope("due", due=1000))
    assert not set(items_of(count)) & set(items_of(again))  # they are on a sheet


async def test_just_start_scanning(ann: Counter, shelf: Shelf) -> None:
    items = shelf.fill("A1", "A2")
    count = await ann.begin(Scope("by scanning"))
    assert count.lines == []
    for code, item in ((f"INV-SI{items[1]}", items[1]), ("B00", None)):
        found = await ann.find(count, code, shelf.location("A1") if item is None else None)
        assert found.line is not None
        count.add_found(found.line)
        count.record(Decimal(50))
    await ann.post(count)
    assert items_of(count) == [items[1], items[0]]
    ann.do(count, "close")
    ann.do(count, "post")
    assert [shelf.counts(item) for item in items] == [[50], [50]]


# What is not on the sheet


async def test_a_found_item_is_added_and_posted(ann: Counter, shelf: Shelf) -> None:
    (item,) = shelf.fill("A1")
    count = await ann.begin(shelf.scope)
    found = shelf.stock(shelf.part("Found"), "A1", 3, "F1")
    known = await ann.find(count, f"INV-SI{found}", shelf.location("A1"))
    assert known.line is not None
    line = count.add_found(known.line)
    assert (line.found, line.mark, line.expected) == (True, "batch F1", "")
    await ann.count(count, 3, 50)
    ann.do(count, "close")
    assert [(row["stock_item"], row["status"]) for row in ann.reviewed(count)] == [(item, ACCEPTED), (found, ACCEPTED)]
    ann.do(count, "post")
    assert (shelf.counts(found), shelf.counts(item)) == ([3], [50])


async def test_an_item_at_the_wrong_location_is_noticed_moved_and_counted(ann: Counter, shelf: Shelf) -> None:
    shelf.fill("A1")
    away = shelf.stock(shelf.part("Away"), "Z9", 7, "Z-1")
    count = await ann.begin(Scope("A1", location=shelf.location("A1")))
    here = shelf.location("A1")
    known = await ann.find(count, "Z-1", here)
    assert known.line is not None
    assert (known.line.location, known.line.path) == (shelf.location("Z9"), f"{shelf.name}/Z9")
    place = await ann.find(count, f"INV-SL{here}")
    assert place.location is not None
    actions = StockActions(ann.session)
    assert await move_here(ann.session.client, actions, count.sheet, known.line, place.location) == ""
    assert shelf.item(away)["location"] == here
    count.moved(known.line, place.location.pk, place.location.path)
    await ann.count(count, 7, 50)
    ann.do(count, "close")
    assert (away, ACCEPTED) in [(row["stock_item"], row["status"]) for row in ann.reviewed(count)]
    ann.do(count, "post")
    assert shelf.counts(away) == [7]


# What changes while it is counted


async def test_an_item_that_is_deleted_meanwhile_is_told_at_review(ann: Counter, shelf: Shelf) -> None:
    counted, uncounted, stays = shelf.fill("A1", "A2", "A3")
    count = await ann.begin(shelf.scope)
    await ann.count(count, 50)
    for item in (counted, uncounted):
        shelf.api.delete(f"stock/{item}/").raise_for_status()
    await ann.count(count, 49, 50)
    ann.do(count, "close")
    ann.do(count, "post")
    first, second, third = ann.reviewed(count)
    assert (first["status"], first["counted"]) == (REFUSED, 50)
    assert first["refused_because"].startswith("The item is gone from the record")
    assert (second["status"], second["counted"], second["expected_then"]) == (RECOUNT, 49, 0)
    assert (third["status"], third["stock_item"]) == (POSTED, stays)
    assert shelf.counts(stays) == [50]


async def test_an_item_that_is_changed_meanwhile_is_told_at_review(ann: Counter, shelf: Shelf) -> None:
    before, after = shelf.fill("A1", "A2")
    count = await ann.begin(shelf.scope)
    set_right = {"items": [{"pk": before, "quantity": 44}]}
    shelf.api.post("stock/count/", json=set_right).raise_for_status()
    await ann.count(count, 44, 50)
    set_right = {"items": [{"pk": after, "quantity": 44}]}
    shelf.api.post("stock/count/", json=set_right).raise_for_status()
    ann.do(count, "close")
    ann.do(count, "post")
    first, second = ann.reviewed(count)
    assert (first["stock_item"], first["status"], first["expected_then"]) == (before, POSTED, 44)
    assert (second["stock_item"], second["status"], second["counted"]) == (after, REFUSED, 50)
    assert "set right after this line was counted" in second["refused_because"]
    assert shelf.item(after)["quantity"] == 44
