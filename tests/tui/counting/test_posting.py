"""What was counted is posted behind the counter's back: each once, whatever happens to the line in between."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from tests.faults import Cut, FaultServer, Hang, LoseAnswer, Reply
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running
from tests.tui.counting.shop import Shelf, launch_at
from tui.counting.count import Count
from tui.counting.desk import counts_dir
from tui.counting.journal import Journal
from tui.counting.local_book import LocalBook
from tui.counting.poster import Poster, Progress
from tui.session import Session

COUNT = "/api/stock/count/"


@dataclass
class Clerk:
    """Somebody who counts a hall on a plain InvenTree."""

    session: Session
    count: Count
    poster: Poster
    items: list[int]
    told: list[Progress] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, progress: Progress) -> None:
        self.told.append(progress)
        self.news.set()

    async def until(self, condition: Callable[[Progress], bool]) -> None:
        """Wait for a report that fits."""
        async with asyncio.timeout(15):
            while not any(map(condition, self.told)):
                await self.news.wait()
                self.news.clear()

    async def post(self) -> None:
        """Post all, trying again as the poster does."""
        self.told.clear()
        task = asyncio.create_task(self.poster.run())
        await self.until(lambda progress: progress.waiting == 0)
        task.cancel()


@pytest.fixture
def line(server: Running) -> Iterator[PlainInvenTree]:
    with PlainInvenTree(server.url) as started:
        yield started
    assert not started.strayed


@pytest.fixture
async def clerk(server: Running, line: FaultServer, shelf: Shelf) -> AsyncIterator[Clerk]:
    items = shelf.fill("A1", "A2", "A10", quantity=73_519)
    session = Session(launch_at(server, line.url))
    await session.connect()
    book = LocalBook(session, patience=0.1)
    sheet, lines = await book.begin(shelf.scope, blind=True)
    journal = Journal(counts_dir())
    journal.begin(sheet, [each.kept for each in lines])
    clerk = Clerk(session, Count(journal, sheet), Poster(journal, sheet, book, pauses=(0.05,)), items)
    clerk.poster.listener = clerk.hear
    yield clerk
    journal.close()
    await session.close()


async def test_lines_are_in_walking_order_and_say_nothing_of_what_is_expected(clerk: Clerk) -> None:
    assert [line.path.rpartition("/")[2] for line in clerk.count.lines] == ["A1", "A2", "A10"]
    assert [line.expected for line in clerk.count.lines] == ["", "", ""]
    kept = clerk.count.journal.path.read_bytes() + clerk.count.journal.path.with_suffix(".sqlite3-wal").read_bytes()
    assert b"73519" not in kept


async def test_what_is_added_is_posted_as_the_total(clerk: Clerk, shelf: Shelf) -> None:
    clerk.count.record(Decimal(12))
    clerk.count.add(Decimal(5))
    clerk.count.add(Decimal("7.5"))
    clerk.count.add(Decimal(-2))
    await clerk.post()
    assert [shelf.counts(item) for item in clerk.items] == [[12], [5, 12.5, 10.5], []]


@pytest.mark.parametrize("fault", [LoseAnswer(), Cut(), Reply(502), Reply(500, {"detail": "database is locked"})])
async def test_a_lost_answer_does_not_post_twice(
    clerk: Clerk, shelf: Shelf, line: FaultServer, fault: LoseAnswer | Cut | Reply
) -> None:
    line.fail("POST", COUNT, fault)
    for quantity in (1, 2, 3):
        clerk.count.record(Decimal(quantity))
    await clerk.post()
    assert [shelf.counts(item) for item in clerk.items] == [[1], [2], [3]]
    assert any(progress.trouble for progress in clerk.told)
    assert clerk.poster.progress.waiting == 0


async def test_a_lost_answer_of_an_item_that_is_gone_by_it(clerk: Clerk, shelf: Shelf, line: FaultServer) -> None:
    line.fail("POST", COUNT, LoseAnswer())
    clerk.count.record(Decimal(0))
    await clerk.post()
    assert shelf.api.get(f"stock/{clerk.items[0]}/").status_code == 404
    assert not clerk.count.journal.refused(clerk.count.sheet.key)
    assert len(line.calls("POST", COUNT)) == 1


async def test_what_is_refused_keeps_nothing_back_and_can_be_mended(clerk: Clerk, shelf: Shelf) -> None:
    shelf.api.delete(f"stock/{clerk.items[0]}/").raise_for_status()
    for quantity in (1, 2, 3):
        clerk.count.record(Decimal(quantity))
    await clerk.post()
    assert [shelf.counts(item) for item in clerk.items[1:]] == [[2], [3]]
    (refused,) = clerk.count.journal.refused(clerk.count.sheet.key)
    assert refused.reason == "The stock item is gone."
    assert clerk.poster.progress.refused == 1
    clerk.count.renew_refused()
    clerk.count.mend(refused.key, None)
    assert not clerk.count.journal.refused(clerk.count.sheet.key)
    assert clerk.count.left == 1


async def test_counting_goes_on_without_the_server_and_is_posted_when_it_is_back(
    clerk: Clerk, shelf: Shelf, line: FaultServer
) -> None:
    line.fail("POST", COUNT, *[Cut()] * 3, Hang())
    task = asyncio.create_task(clerk.poster.run())
    for quantity in (4, 5, 6):
        clerk.count.record(Decimal(quantity))
        clerk.poster.nudge()
    await clerk.until(lambda progress: "cut" in progress.trouble)
    await asyncio.to_thread(line.wait_for, "POST", COUNT)
    assert len(clerk.count.journal.waiting(clerk.count.sheet.key)) == 3
    line.release()
    task.cancel()
    await clerk.post()
    assert [shelf.counts(item) for item in clerk.items] == [[4], [5], [6]]
