"""Counting together: two real clients at one session, in each of its modes, and recounts by somebody else."""

import re
from collections.abc import Iterator

import pytest

from tests.faults import FaultServer, Hang
from tests.serving import Running
from tests.tui.counting.shop import Shelf, entries_in
from tests.tui.counting.together import Team
from tests.tui.driving import Driver, check_snapshot, driven
from tests.tui.screens.test_count import enter
from tui.paths import state_dir


@pytest.fixture
def team(server: Running) -> Iterator[Team]:
    with server.client("allaccess", "nolimits") as api:
        yield Team(server, Shelf(api))


async def posted(client: Driver) -> None:
    """Wait until the server has an answer for everything, and the client knows it."""
    desk = client.app.count_desk
    await client.until(
        lambda: all(
            not desk.journal.waiting(sheet.key) and not desk.progress(sheet.key).waiting
            for sheet in desk.journal.sheets(user=desk.user)
        ),
        "the posting of everything",
    )


async def at(team: Team, client: Driver, session: int, name: str, number: int) -> None:
    """Wait until the server knows that somebody is at a line."""
    await client.until(lambda: team.lines(session)[number]["taken_by_name"] == name, f"{name} at line {number}")


async def look(client: Driver) -> None:
    """Have the client ask at once what others do, as it does by itself now and then."""
    for opened in client.app.count_desk._open.values():
        opened.poster._due = True
        opened.poster.hurry()


async def test_each_is_offered_what_nobody_else_is_at(team: Team) -> None:
    session = team.session("A1", "A2", "A3", "A4")["pk"]
    async with team.counter("ann", session) as ann:
        await ann.see(f"{team.shelf.name}/A1", "0 of 4")
        await at(team, ann, session, "ann", 0)
        async with team.counter("bob", session) as bob:
            await bob.see("= ann", " Bolt 01 ")
            await at(team, bob, session, "bob", 1)
            await enter(ann, "5")  # the answer tells where bob is
            await ann.see("= bob", "bob is at it")  # never moved on under her fingers: she may be typing
            await ann.press("down")
            await at(team, ann, session, "ann", 2)
            await enter(bob, "6")
            await bob.see("ann is at it")
            await bob.press("down")
            await at(team, bob, session, "bob", 3)
            await bob.see("= others", "= ann", "2 of 4")
            assert team.lines(session)[1]["taken_by"] is None
            await enter(ann, "7")
            await ann.see("= bob", "3 of 4")  # none is free: the one that bob is at is all there is
            await ann.see("bob is at it")
            await look(bob)
            await bob.see("3 of 4")
            await enter(bob, "8")
            await bob.see("All 4 lines are counted")
            await posted(bob)
            await look(ann)
            await ann.see("others counted it", "4 of 4")
            await enter(ann, "9")
            await ann.see("needs no more counts")
            await enter(ann, "")
            await ann.see("All 4 lines are counted")
    assert team.entries(session) == [("ann", 5), ("bob", 6), ("ann", 7), ("bob", 8)]


async def test_a_taken_line_is_counted_on_purpose_and_let_go_on_leaving(team: Team) -> None:
    session = team.session("A1", "A2")["pk"]
    async with team.counter("ann", session) as ann:
        await at(team, ann, session, "ann", 0)
        async with team.counter("bob", session) as bob:
            await at(team, bob, session, "bob", 1)
            await enter(bob, "/a1")
            await bob.see("ann is at it")
            await enter(bob, "4")
            await posted(bob)
            assert team.entries(session) == [("bob", 4)]
        await look(ann)
        await ann.see("others counted it")
        await ann.press("tab", "backspace")
        await ann.until(lambda: team.lines(session)[0]["taken_by"] is None, "the line to be let go")
    assert [line["taken_by"] for line in team.lines(session)] == [None, None]


async def test_a_server_that_does_not_say_who_is_where_holds_nobody_up(server: Running, team: Team) -> None:
    session = team.session("A1", "A2", "A3")["pk"]
    with FaultServer(server.url) as line:
        path = f"/plugin/bincard/count/session/{session}/"
        line.fail("POST", f"{path}at/", *[Hang()] * 5)
        line.fail("POST", f"{path}entries/", *[Hang()] * 5)
        async with team.counter("ann", session, url=line.url) as ann:
            for quantity in "123":
                await enter(ann, quantity)
            await ann.see("All 3 lines are counted", "3 wait")
            line.clear()
            line.release()
            ann.app.count_desk.hurry()
            await posted(ann)
    assert [quantity for _, quantity in team.entries(session)] == [1, 2, 3]


async def test_what_several_find_is_summed(team: Team) -> None:
    session = team.session("A1", quantity=12, mode="sum")["pk"]
    async with team.counter("ann", session) as ann, team.counter("bob", session) as bob:
        await ann.see("(summed)", "Sum", "What several find is added up")
        await enter(ann, "5")
        await posted(ann)
        await look(bob)
        await bob.see("others counted it")
        assert "5" not in bob.line_with("others counted it")
        await enter(bob, "7")
        await bob.see("OK 7 Bolt 00")
        await posted(bob)
    assert team.entries(session) == [("ann", 5), ("bob", 7)]
    team.do(session, "close")
    assert team.lines(session)[0]["status"] in (20, 50)  # 12 as expected: nothing to count again
    assert team.shelf.api.get(f"../plugin/bincard/count/session/{session}/").json()["recount"] == 0


async def test_two_count_each_line_and_neither_sees_the_others_figure(server: Running, team: Team) -> None:
    session = team.session("A1", quantity=12, mode="double")["pk"]
    async with team.counter("ann", session) as ann:
        await enter(ann, "753108")
        await ann.see("All 1 lines are counted")
        await posted(ann)
    with FaultServer(server.url) as line:
        told: list[bytes] = []
        forward = line.forward

        async def recorded(*arguments: object) -> bytes:
            told.append(await forward(*arguments))  # type: ignore[arg-type]
            return told[-1]

        line.forward = recorded  # type: ignore[method-assign,assignment]
        async with team.counter("bob", session, url=line.url) as bob:
            await bob.see("(counted twice)", "0 of 1")
            await enter(bob, "753107")
            await posted(bob)
        assert told
        assert not [answer for answer in told if b"753108" in answer]
    team.do(session, "close")
    assert team.lines(session)[0]["status"] == 30  # they do not agree


async def test_a_recount_is_by_somebody_else(team: Team) -> None:
    session = team.session("A1", "A2")["pk"]
    async with team.counter("ann", session) as ann:
        for quantity in ("40", "50"):
            await enter(ann, quantity)
        await posted(ann)
        await ann.press("f8")
        await ann.see("This count is finished")
        team.do(session, "close")
        await ann.press("n")
        await ann.see("What do you count?")
        await ann.press(*f"{session:04d}")
        await ann.see("Recount CS-", "nothing for you to count again")
        await ann.press("enter")
        await ann.see("You counted the lines of CS-")
    async with driven(team.launch("bob")) as bob:
        await bob.until(lambda: bob.app.session.user is not None, "the session")
        await bob.see(" items")
        await bob.press("n")
        await bob.see("What do you count?")
        await bob.press(*f"{session:04d}")
        await bob.see("1 to count again")
        await bob.press("enter")
        await bob.see("(recount)", "0 of 1", f"{team.shelf.name}/A1")
        await enter(bob, "41")
        await bob.see("All 1 lines are counted")
        await posted(bob)
    assert team.entries(session) == [("ann", 40), ("ann", 50), ("bob", 41)]


async def test_a_session_that_is_closed_meanwhile_keeps_what_was_counted(team: Team) -> None:
    session = team.session("A1", "A2", "A3")["pk"]
    async with team.counter("ann", session) as ann:
        await enter(ann, "1")
        await posted(ann)
        team.do(session, "close", accept_incomplete=True)
        await enter(ann, "2")
        await ann.see("refused, F7 mends it: The session is closed", "1 refused")
        await enter(ann, "3")
        await posted(ann)
        assert [entry.state for entry in entries_in(state_dir())] == ["confirmed", "refused", "refused"]
        team.do(session, "reopen")
        await look(ann)
        await ann.until(
            lambda: [entry.state for entry in entries_in(state_dir())] == ["confirmed"] * 3, "the second posting"
        )
        await ann.lose("refused ·")
    assert team.entries(session) == [("ann", 1), ("ann", 2), ("ann", 3)]


async def test_a_session_that_is_cancelled_is_told_and_forgotten_when_the_counter_says_so(team: Team) -> None:
    session = team.session("A1", "A2", "A3")["pk"]
    async with team.counter("ann", session) as ann:
        await enter(ann, "1")
        await posted(ann)
        team.do(session, "cancel")
        await look(ann)
        await ann.see("It was cancelled")
        await enter(ann, "2")
        await ann.see("1 refused")
        await ann.press("f8")
        await ann.see("is over", "1 counts that were not taken")
        await ann.press("enter")
        await ann.see("This count is finished")
        assert not entries_in(state_dir())


async def test_who_loses_the_right_to_count_keeps_it_all(server: Running, team: Team) -> None:
    session = team.session("A1", "A2")["pk"]
    async with team.counter("ann", session) as ann:
        await enter(ann, "1")
        await posted(ann)
        team.launch("ann", verbs=("view",))
        await enter(ann, "2")
        await ann.see("1 refused", "permission")
        team.launch("ann", verbs=("view", "add"))
        await ann.press("f7", "enter")
        await ann.see("Type the total", "In all")
        await enter(ann, "2")
        await ann.see("Mended")
        await posted(ann)
    assert team.entries(session) == [("ann", 1), ("ann", 2)]


async def test_both_count_the_same_line_and_the_second_is_told(server: Running, team: Team) -> None:
    session = team.session("A1", "A2")["pk"]
    with FaultServer(server.url) as line:
        async with team.counter("ann", session, url=line.url) as ann, team.counter("bob", session) as bob:
            line.fail("POST", f"/plugin/bincard/count/session/{session}/entries/", Hang())
            await enter(ann, "4")
            await enter(bob, "/a1")
            await enter(bob, "5")
            await posted(bob)
            line.release()
            ann.app.count_desk.hurry()
            await ann.see("1 refused", "This line was counted by")
            await enter(ann, "6")
            await posted(ann)
            await ann.press("f7", "enter")
            await ann.see("Type the total")
            await enter(ann, "d")
            await ann.see("Dropped", "2 of 2")
    assert team.entries(session) == [("bob", 5), ("ann", 6)]


async def test_an_unknown_code_comes_to_the_servers_list(team: Team) -> None:
    session = team.session("A1")["pk"]
    async with team.counter("ann", session) as ann:
        await enter(ann, f"XK-{session}-4711")
        await ann.see("is put aside: nobody knows it")
        await enter(ann, "behind the pump")
        await posted(ann)
    rows = team.shelf.api.get("../plugin/bincard/count/parked/", params={"session": session}).json()
    assert [(row["barcode"], row["note"], row["user_name"]) for row in rows] == [
        (f"XK-{session}-4711", "behind the pump", "ann")
    ]


@pytest.mark.parametrize("size", [(80, 24), (40, 16)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_it_looks_with_company(server: Running, team: Team, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    team.shelf = Shelf(team.shelf.api, number=950 + size[0])
    session = team.session("A1", "A2", "A3", "A4")["pk"]
    async with team.counter("ann", session) as ann:
        await enter(ann, "5")
        await posted(ann)
        await at(team, ann, session, "ann", 1)
        async with team.counter("bob", session, size) as bob:
            await at(team, bob, session, "bob", 2)
            await enter(bob, "/a2")
            await bob.see("ann is at it")
            await at(team, bob, session, "ann", 1)
            await bob.idle()
            check_snapshot(f"count-together-{name}", [_steady(line) for line in bob.lines])


def _steady(line: str) -> str:
    return re.sub(r"CS-\d+", "CS-0000", line)
