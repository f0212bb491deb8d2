"""Stock actions against our real server: as itself, and seen as a plain InvenTree (no keys, no `expected`)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.faults import Cut, FaultServer, Hang, LoseAnswer, Pass, Reply, html_page
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running, running
from tui.api_client import (
    ApiClient,
    BadAnswer,
    ConnectionState,
    Forbidden,
    Invalid,
    Link,
    ServerFault,
    Timing,
    Unreachable,
)
from tui.api_models import Location, StatusChoice, StockItem
from tui.config import Launch, Options
from tui.session import Session
from tui.stock_actions import (
    CannotUndo,
    Kind,
    Refused,
    StockActions,
    StockChanged,
    Unresolved,
    preview_add,
    preview_count,
    preview_merge,
    preview_move,
    preview_remove,
    preview_split,
    preview_status,
    read_item,
    read_items,
    renewed,
)
from tui.stock_actions.posting import Poster

QUICK = Timing(connect=2.0, read=2.0, pauses=(0.0, 0.0, 0.0), patience=2.0)
DAMAGED = StatusChoice(55, "Damaged")


@dataclass
class Hall:
    """A warehouse with two shelves, and a clerk at work in it."""

    session: Session
    actions: StockActions
    line: FaultServer
    server: Running
    shelf: Location
    bench: Location
    part: int
    notes: Path

    @property
    def client(self) -> ApiClient:
        return self.session.client

    async def item(self, quantity: float = 5, **more: Any) -> StockItem:
        """A new stock item on the shelf, of a part that is counted in any fraction."""
        body = {"part": self.part, "quantity": quantity, "location": self.shelf.pk, "delete_on_deplete": False, **more}
        (row,) = await self.client.post("stock/", body)
        return await self.now(row["pk"])

    async def now(self, item: StockItem | int) -> StockItem:
        """The item as it is."""
        found = await read_item(self.client, item if isinstance(item, int) else item.pk)
        assert found is not None
        return found

    async def history(self, item: StockItem) -> list[tuple[int, str]]:
        """Codes and notes of its history, oldest first."""
        rows = await self.client.list("stock/track/", {"item": item.pk})
        return [(row["tracking_type"], row["notes"]) for row in reversed(rows)]

    async def meanwhile(self, path: str, item: StockItem, quantity: float, **more: Any) -> None:
        """Somebody else does something."""
        await self.client.post(f"stock/{path}/", {"items": [{"pk": item.pk, "quantity": quantity}], **more})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("stock-actions"), empty_template) as started:
        yield started


@pytest.fixture(params=["bincard", "inventree"])
async def hall(request: pytest.FixtureRequest, server: Running, tmp_path: Path) -> AsyncIterator[Hall]:
    plain = PlainInvenTree(server.url)
    with plain if request.param == "inventree" else FaultServer(server.url) as line:
        launch = Launch(line.url, token=server.token())
        session = Session(launch, client=ApiClient(line.url, timing=QUICK))
        await session.connect()
        assert session.is_bincard == (request.param == "bincard")
        yield await _furnished(session, line, server, tmp_path / "postings")
        await session.close()
    assert plain.strayed == []


async def _furnished(session: Session, line: FaultServer, server: Running, notes: Path) -> Hall:
    client = session.client
    name = str(await client.count("part/"))
    part = await client.post("part/", {"name": f"Bolt {name}", "description": "x", "component": True})
    places = [
        Location.of(await client.post("stock/location/", {"name": f"{kind} {name}"})) for kind in ("Shelf", "Bench")
    ]
    actions = StockActions(session, poster=Poster(session, looks=(0.0, 0.1), directory=notes))
    return Hall(session, actions, line, server, places[0], places[1], part["pk"], notes)


# Posting


async def test_a_count_is_posted_and_read_back(hall: Hall) -> None:
    item = await hall.item(5)
    posting = await hall.actions.post(preview_count([(item, Decimal("3.5"))], notes="yearly"))
    assert posting.mismatches == []
    assert posting.lines[0].now is not None
    assert posting.lines[0].now.quantity == Decimal("3.5")
    assert (await hall.now(item)).stocktake_date
    assert (await hall.history(item))[-1] == (10, "yearly")
    assert hall.actions.last is posting
    assert len(hall.line.calls("POST", "/api/stock/count/")) == 1


async def test_many_items_are_posted_in_one_request(hall: Hall) -> None:
    items = [await hall.item(number + 1) for number in range(8)]
    before = len(hall.line.requests)
    posting = await hall.actions.post(preview_add([(item, Decimal(10)) for item in items]))
    assert posting.mismatches == []
    assert [float(each.now.quantity) for each in posting.lines if each.now] == [11, 12, 13, 14, 15, 16, 17, 18]
    assert len(hall.line.calls("POST", "/api/stock/add/")) == 1
    # Read (on InvenTree) and read back as a list of the place, not one by one.
    assert len(hall.line.requests) - before <= 3


async def test_removing_leaves_the_rest(hall: Hall) -> None:
    item = await hall.item(5)
    posting = await hall.actions.post(preview_remove([(item, Decimal(2))]))
    assert posting.mismatches == []
    assert float((await hall.now(item)).quantity) == 3


async def test_removing_too_much_is_not_even_sent(hall: Hall) -> None:
    item = await hall.item(5)
    with pytest.raises(Refused, match=r"100 cannot be removed; there are only 5"):
        await hall.actions.post(preview_remove([(item, Decimal(100))]))
    assert hall.line.calls("POST", "/api/stock/remove/") == []
    assert float((await hall.now(item)).quantity) == 5


async def test_an_item_that_deletes_itself_is_gone_as_previewed(hall: Hall) -> None:
    item = await hall.item(5, delete_on_deplete=True)
    posting = await hall.actions.post(preview_remove([(item, Decimal(5))]))
    assert (posting.mismatches, posting.lines[0].now) == ([], None)
    assert await read_item(hall.client, item.pk) is None


async def test_a_whole_move_takes_the_item_along(hall: Hall) -> None:
    item = await hall.item(5)
    posting = await hall.actions.post(preview_move([(item, Decimal(5))], hall.bench))
    assert posting.mismatches == []
    assert (await hall.now(item)).location == hall.bench.pk


async def test_a_partial_move_makes_a_new_item(hall: Hall) -> None:
    item = await hall.item(5)
    posting = await hall.actions.post(preview_move([(item, Decimal("1.5"))], hall.bench))
    assert posting.mismatches == []
    new = posting.lines[0].new
    assert new is not None
    assert (float(new.quantity), new.location) == (1.5, hall.bench.pk)
    assert float((await hall.now(item)).quantity) == 3.5


async def test_a_split_stays_in_place(hall: Hall) -> None:
    item = await hall.item(5)
    posting = await hall.actions.post(preview_split(item, Decimal(2)))
    new = posting.lines[0].new
    assert new is not None
    assert (float(new.quantity), new.location) == (2, hall.shelf.pk)


async def test_a_status_is_changed(hall: Hall) -> None:
    items = [await hall.item(5), await hall.item(6)]
    posting = await hall.actions.post(preview_status(items, DAMAGED, notes="rain"))
    assert posting.mismatches == []
    assert [(await hall.now(item)).status for item in items] == [55, 55]
    assert (await hall.history(items[0]))[-1][1] == "rain"


async def test_a_merge_leaves_one(hall: Hall) -> None:
    items = [await hall.item(5), await hall.item(6)]
    posting = await hall.actions.post(preview_merge(items, hall.bench))
    assert posting.mismatches == []
    first = await hall.now(items[0])
    assert (float(first.quantity), first.location) == (11, hall.bench.pk)
    assert await read_item(hall.client, items[1].pk) is None


async def test_a_read_only_session_posts_nothing(hall: Hall) -> None:
    item = await hall.item(5)
    watcher = Session(Launch(hall.client.url, options=Options(read_only=True)))
    with pytest.raises(Refused, match="read-only"):
        await StockActions(watcher).post(preview_count([(item, Decimal(4))]))
    assert float((await hall.now(item)).quantity) == 5


async def test_what_the_server_refuses_is_passed_on(hall: Hall) -> None:
    item = await hall.item(5)
    hall.line.fail("POST", "/api/stock/count/", Reply(403, {"detail": "You do not have permission"}))
    with pytest.raises(Forbidden):
        await hall.actions.post(preview_count([(item, Decimal(4))]))
    nowhere = Location(999_999, "Nowhere", "Nowhere")
    with pytest.raises(Invalid, match="location"):
        await hall.actions.post(preview_move([(item, Decimal(5))], nowhere))
    assert hall.actions.journal == []
    assert list(hall.notes.iterdir()) == []


# Somebody else was quicker


async def test_a_count_of_something_that_changed_is_refused_with_the_true_figure(hall: Hall) -> None:
    item = await hall.item(5)
    preview = preview_count([(item, Decimal(4))])
    await hall.meanwhile("add", item, 7)
    with pytest.raises(StockChanged, match=r"there are 12 now, not 5") as caught:
        await hall.actions.post(preview)
    assert float((await hall.now(item)).quantity) == 12
    again = renewed(preview, caught.value.now)
    assert float(again.lines[0].change) == -8
    await hall.actions.post(again)
    assert float((await hall.now(item)).quantity) == 4


async def test_one_changed_item_holds_up_all(hall: Hall) -> None:
    items = [await hall.item(5), await hall.item(6)]
    preview = preview_remove([(item, Decimal(1)) for item in items])
    await hall.meanwhile("count", items[1], 2)
    with pytest.raises(StockChanged) as caught:
        await hall.actions.post(preview)
    assert float(caught.value.now[items[1].pk].quantity) == 2
    assert float((await hall.now(items[0])).quantity) == 5


async def test_an_item_that_is_gone_is_named(hall: Hall) -> None:
    items = [await hall.item(5), await hall.item(6)]
    preview = preview_merge(items, hall.shelf)
    await hall.client.delete(f"stock/{items[1].pk}/")
    with pytest.raises(StockChanged, match="the item is gone"):
        await hall.actions.post(preview)


# Bad lines


@pytest.mark.parametrize("kind", ["count", "add", "remove", "move", "split", "status"])
async def test_a_lost_answer_is_found_out_and_posted_once(hall: Hall, kind: str) -> None:
    item = await hall.item(5)
    previews = {
        "count": preview_count([(item, Decimal(5))]),
        "add": preview_add([(item, Decimal(2))]),
        "remove": preview_remove([(item, Decimal(2))]),
        "move": preview_move([(item, Decimal(5))], hall.bench),
        "split": preview_split(item, Decimal(2)),
        "status": preview_status([item], DAMAGED),
    }
    path = {"move": "transfer", "split": "transfer", "status": "change_status"}.get(kind, kind)
    hall.line.fail("POST", f"/api/stock/{path}/", LoseAnswer())
    posting = await hall.actions.post(previews[kind])
    assert posting.mismatches == []
    # Made (1), and this one once.
    assert len(await hall.history(item)) == 2
    assert list(hall.notes.iterdir()) == []


@pytest.mark.parametrize("fault", [Cut(), Cut(keep=40)])
async def test_a_request_that_never_arrived_is_sent_again(hall: Hall, fault: Cut) -> None:
    item = await hall.item(5)
    hall.line.fail("POST", "/api/stock/add/", fault)
    posting = await hall.actions.post(preview_add([(item, Decimal(2))]))
    assert posting.mismatches == []
    assert float((await hall.now(item)).quantity) == 7
    assert len(await hall.history(item)) == 2


@pytest.mark.parametrize("fault", [Reply(500, {"error": "OperationalError"}), html_page("Hotel Wi-Fi")])
async def test_a_failure_that_did_nothing_is_not_a_doubt(hall: Hall, fault: Reply) -> None:
    item = await hall.item(5)
    hall.line.fail("POST", "/api/stock/add/", fault)
    with pytest.raises((ServerFault, BadAnswer)) as caught:
        await hall.actions.post(preview_add([(item, Decimal(2))]))
    assert not caught.value.uncertain
    assert len(hall.line.calls("POST", "/api/stock/add/")) == 1
    assert list(hall.notes.iterdir()) == []
    await hall.actions.post(preview_add([(item, Decimal(2))]))
    assert float((await hall.now(item)).quantity) == 7


async def test_a_lost_answer_is_told_from_what_somebody_else_did(hall: Hall) -> None:
    item = await hall.item(5)

    def meddle(state: ConnectionState) -> None:
        """While the clerk's line is down, somebody else does something to the item."""
        if state.link in (Link.OFFLINE, Link.RETRYING):
            stop()
            with hall.server.client() as somebody:
                body = {"items": [{"pk": item.pk, "quantity": 1}]}
                assert somebody.post("stock/add/", json=body).status_code == 201

    stop = hall.client.connection.subscribe(meddle)
    hall.line.fail("POST", "/api/stock/remove/", Cut())
    with pytest.raises(StockChanged, match="there are 6 now, not 5"):
        await hall.actions.post(preview_remove([(item, Decimal(2))]))
    assert float((await hall.now(item)).quantity) == 6


async def test_a_server_that_stays_silent_leaves_it_open_and_it_can_be_settled(hall: Hall) -> None:
    item = await hall.item(5)
    _go_silent(hall, item, "add")
    with pytest.raises(Unresolved, match="not known whether it was posted") as caught:
        await hall.actions.post(preview_add([(item, Decimal(2))]))
    assert hall.actions.journal == []
    assert len(list(hall.notes.iterdir())) == 1
    with pytest.raises(Unresolved):
        await hall.actions.settle(caught.value.attempt)
    hall.line.clear()
    posting = await hall.actions.settle(caught.value.attempt)
    assert posting is not None
    assert posting.mismatches == []
    assert hall.actions.last is posting
    assert float((await hall.now(item)).quantity) == 7
    assert list(hall.notes.iterdir()) == []


async def test_what_a_client_was_cut_off_from_is_told_to_the_next(hall: Hall) -> None:
    item, second, other = await hall.item(5), await hall.item(6), await hall.item(7)
    _go_silent(hall, item, "add")
    with pytest.raises(Unresolved):
        await hall.actions.post(preview_add([(item, Decimal(2)), (second, Decimal(2))]))
    hall.line.clear()
    hall.line.fail("POST", "/api/stock/count/", *[Cut()] * 9)
    _go_silent(hall, other, "")
    with pytest.raises((Unresolved, Unreachable)):
        await hall.actions.post(preview_count([(other, Decimal(3))]))
    hall.line.clear()

    next_one = StockActions(hall.session, poster=Poster(hall.session, directory=hall.notes))
    said = await next_one.look_back()
    assert said[0].startswith(f"Cut off last time: add of {item.label} and 1 more at ")
    assert said[0].endswith("It was posted.")
    assert said[1].startswith(f"Cut off last time: count of {other.label} at ")
    assert said[1].endswith("It was not posted.")
    assert next_one.journal == []
    assert await next_one.look_back() == []


def _go_silent(hall: Hall, item: StockItem, action: str) -> None:
    """The server carries one posting out and is not heard of again; what is read before it still comes."""
    if action:
        hall.line.fail("POST", f"/api/stock/{action}/", LoseAnswer(), *[Cut()] * 40)
    before = [] if hall.session.is_bincard else [Pass()]
    hall.line.fail("GET", f"/api/stock/{item.pk}/", *before, *[Cut()] * 40)


async def test_a_slow_server_is_not_posted_to_twice(hall: Hall) -> None:
    item = await hall.item(5)
    # It hangs before doing anything; on Bincard the second try under the same key goes through.
    hall.line.fail("POST", "/api/stock/add/", Hang())
    try:
        if hall.session.is_bincard:
            await hall.actions.post(preview_add([(item, Decimal(2))]))
        else:
            with pytest.raises(Unresolved, match="took longer"):
                await hall.actions.post(preview_add([(item, Decimal(2))]))
    finally:
        hall.line.release()
    posts = len(hall.line.calls("POST", "/api/stock/add/"))
    assert posts == (2 if hall.session.is_bincard else 1)


async def test_a_posting_that_cannot_be_read_back_says_so(hall: Hall) -> None:
    item = await hall.item(5)
    before = [] if hall.session.is_bincard else [Pass()]
    hall.line.fail("GET", f"/api/stock/{item.pk}/", *before, Reply(500, {"error": "Oops"}))
    posting = await hall.actions.post(preview_add([(item, Decimal(2))]))
    assert posting.mismatches == ["posted, but it could not be read back: The server failed (500): Oops"]


async def test_what_is_not_as_previewed_is_reported(hall: Hall) -> None:
    item = await hall.item(5)
    row = await hall.client.get(f"stock/{item.pk}/", {"part_detail": True})
    before = [] if hall.session.is_bincard else [Pass()]
    hall.line.fail("GET", f"/api/stock/{item.pk}/", *before, Reply(200, row | {"quantity": 6.0}))
    posting = await hall.actions.post(preview_add([(item, Decimal(2))]))
    assert posting.mismatches == [f"{item.label}: 7 was expected, there are 6"]


async def test_who_gives_up_waiting_does_not_stop_the_posting(hall: Hall) -> None:
    item = await hall.item(5)
    waiting = asyncio.create_task(hall.actions.post(preview_add([(item, Decimal(2))])))
    await asyncio.sleep(0)
    assert hall.actions.busy
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await hall.actions.finish()
    assert hall.actions.last is not None
    assert float((await hall.now(item)).quantity) == 7


# Taking it back


async def test_nothing_posted_is_nothing_to_undo(hall: Hall) -> None:
    with pytest.raises(CannotUndo, match="Nothing has been posted"):
        await hall.actions.plan_undo()


@pytest.mark.parametrize("kind", ["count", "add", "remove", "move", "status"])
async def test_a_posting_is_taken_back_by_its_opposite(hall: Hall, kind: str) -> None:
    item, other = await hall.item(5), await hall.item(6, status=50)
    entries = [(item, Decimal(2)), (other, Decimal(2))]
    previews = {
        "count": preview_count(entries, notes="typed wrong"),
        "add": preview_add(entries, notes="typed wrong"),
        "remove": preview_remove(entries, notes="typed wrong"),
        "move": preview_move([(item, item.quantity), (other, other.quantity)], hall.bench, notes="typed wrong"),
        "status": preview_status([item, other], DAMAGED, notes="typed wrong"),
    }
    posting = await hall.actions.post(previews[kind])
    plan = await hall.actions.plan_undo()
    assert plan.posting is posting
    assert len(plan.steps) == (2 if kind == "status" else 1)
    done = await hall.actions.undo(plan)
    assert [each.mismatches for each in done] == [[]] * len(plan.steps)
    for was in (item, other):
        now = await hall.now(was)
        assert (now.quantity, now.location, now.status) == (was.quantity, was.location, was.status)
        assert (await hall.history(was))[-1][1] == "Undo: typed wrong"
    assert hall.actions.last is None
    with pytest.raises(CannotUndo, match="undone already"):
        await hall.actions.plan_undo(posting)


async def test_what_was_split_off_is_joined_again(hall: Hall) -> None:
    item, whole = await hall.item(5), await hall.item(6)
    posting = await hall.actions.post(preview_move([(item, Decimal(2)), (whole, Decimal(6))], hall.bench))
    new = posting.lines[0].new
    assert new is not None
    plan = await hall.actions.plan_undo()
    assert [step.kind for step in plan.steps] == [Kind.MOVE, Kind.MERGE]
    await hall.actions.undo(plan)
    assert float((await hall.now(item)).quantity) == 5
    assert (await hall.now(item)).location == (await hall.now(whole)).location == hall.shelf.pk
    assert await read_item(hall.client, new.pk) is None


async def test_a_split_is_joined_again(hall: Hall) -> None:
    item = await hall.item(5)
    await hall.actions.post(preview_split(item, Decimal(2)))
    await hall.actions.undo(await hall.actions.plan_undo())
    assert float((await hall.now(item)).quantity) == 5


async def test_the_postings_before_are_undone_one_after_another(hall: Hall) -> None:
    item = await hall.item(5)
    await hall.actions.post(preview_add([(item, Decimal(2))]))
    await hall.actions.post(preview_remove([(await hall.now(item), Decimal(3))]))
    await hall.actions.undo(await hall.actions.plan_undo())
    assert float((await hall.now(item)).quantity) == 7
    await hall.actions.undo(await hall.actions.plan_undo())
    assert float((await hall.now(item)).quantity) == 5


async def test_what_changed_since_is_not_undone(hall: Hall) -> None:
    item = await hall.item(5)
    await hall.actions.post(preview_add([(item, Decimal(2))]))
    await hall.meanwhile("add", item, 1)
    with pytest.raises(CannotUndo, match=r"Changed since then: .*: 7 was expected, there are 8"):
        await hall.actions.plan_undo()
    assert float((await hall.now(item)).quantity) == 8


async def test_what_changes_while_the_plan_is_looked_at_is_not_undone(hall: Hall) -> None:
    item = await hall.item(5)
    await hall.actions.post(preview_add([(item, Decimal(2))]))
    plan = await hall.actions.plan_undo()
    await hall.meanwhile("add", item, 1)
    with pytest.raises(StockChanged):
        await hall.actions.undo(plan)
    assert float((await hall.now(item)).quantity) == 8


async def test_what_moved_on_is_not_undone(hall: Hall) -> None:
    item = await hall.item(5)
    posting = await hall.actions.post(preview_move([(item, Decimal(2))], hall.bench))
    new = posting.lines[0].new
    assert new is not None
    await hall.meanwhile("transfer", new, 2, location=hall.shelf.pk)
    with pytest.raises(CannotUndo, match="the new item is in"):
        await hall.actions.plan_undo()


async def test_a_merge_and_a_deleted_item_cannot_be_undone(hall: Hall) -> None:
    items = [await hall.item(5), await hall.item(6)]
    merged = await hall.actions.post(preview_merge(items, hall.shelf))
    with pytest.raises(CannotUndo, match="A merge cannot be undone"):
        await hall.actions.plan_undo(merged)
    last = await hall.item(5, delete_on_deplete=True)
    await hall.actions.post(preview_remove([(last, Decimal(5))]))
    with pytest.raises(CannotUndo, match="deleted the item when nothing was left"):
        await hall.actions.plan_undo()


async def test_items_are_read_with_few_requests(hall: Hall) -> None:
    items = [await hall.item(1) for _ in range(8)]
    before = len(hall.line.requests)
    found = await read_items(hall.client, [(item.pk, item.location) for item in items])
    assert sorted(found) == sorted(item.pk for item in items)
    assert len(hall.line.requests) - before == 1
    # One that is not where it was thought to be is asked for by itself, one that is gone is missing.
    found = await read_items(hall.client, [(items[0].pk, hall.bench.pk), (999_999, None)])
    assert list(found) == [items[0].pk]
