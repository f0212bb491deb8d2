"""What was expected stays with the server in a blind count: not sent, nowhere on the machine. Open counts show it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import FaultServer, Request
from tests.serving import Running
from tests.tui.counting.shop import Shelf
from tests.tui.counting.together import Team
from tests.tui.driving import Driver, driven
from tests.tui.screens.test_count import enter
from tests.tui.screens.test_count_together import posted
from tui.counting.book import Scope

EXPECTED = 73_519
"""A figure that is found nowhere else."""
SETTING = "plugins/bincard/settings/COUNT_OPEN_ALLOWED/"
LEADS = ("view", "add", "change")


class Recorder(FaultServer):
    """A proxy that keeps what the server sent, with what was asked."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.sent: list[tuple[str, bytes]] = []

    async def forward(self, request: Request, raw: bytes) -> bytes:
        answer = await super().forward(request, raw)
        self.sent.append((f"{request.method} {request.path} {dict(request.query)}", answer))
        return answer

    def tells(self, figure: int) -> list[str]:
        """The calls whose answer holds the figure. The stock list, where the client starts and which it goes on
        loading, tells quantities to whoever may read stock; nothing else may."""
        told = [call for call, answer in self.sent if str(figure).encode() in answer]
        return [call for call in told if "GET /api/stock/ {'cascade'" not in call]


@pytest.fixture
def team(server: Running) -> Iterator[Team]:
    with server.client("allaccess", "nolimits") as api:
        yield Team(server, Shelf(api))


def files_with(directory: Path, figure: int) -> list[str]:
    """The files below a directory that hold the figure."""
    return [str(path) for path in directory.rglob("*") if path.is_file() and str(figure).encode() in path.read_bytes()]


async def test_a_blind_counter_is_sent_nothing_of_what_is_expected(server: Running, team: Team, tmp_path: Path) -> None:
    session = team.session("A1", "A2", "A3", quantity=EXPECTED)["pk"]
    with Recorder(server.url) as line:
        async with team.counter("ann", session, url=line.url) as ann:
            await enter(ann, "11")
            await enter(ann, "s")
            await enter(ann, "B01")
            await enter(ann, f"INV-SI{team.shelf.items[2]}")
            await enter(ann, f"INV-SL{team.shelf.location('A3')}")
            await enter(ann, "12")
            await enter(ann, "XK-4711")
            await ann.see("is put aside")
            await enter(ann, "in the corner")
            await ann.press("tab")
            await ann.see(" Counted ")
            assert str(EXPECTED) not in ann.text and "Expected" not in ann.text
            await ann.press("tab", "f5")
            await posted(ann)
            assert not files_with(tmp_path, EXPECTED)  # while it is counted
            team.do(session, "close", accept_incomplete=True)
            await enter(ann, "13")
            await ann.see("refused")
        assert sum("/plugin/bincard/count/" in call for call, _ in line.sent) > 8
        assert line.tells(EXPECTED) == []
        assert line.tells(EXPECTED - 11) == []  # the variance of the first line
    assert not files_with(tmp_path, EXPECTED)


async def test_looking_up_unknown_and_misplaced_codes_tells_no_quantity(
    server: Running, team: Team, tmp_path: Path
) -> None:
    shelf = team.shelf
    session = team.session("A1", "A2", quantity=EXPECTED)["pk"]
    found = shelf.stock(shelf.part("Found"), "A1", EXPECTED, "FOUND-1")
    away = shelf.stock(shelf.part("Away"), "Z9", EXPECTED, "AWAY-1")
    several = shelf.part("Several", IPN=f"SEV-{shelf.number}")
    for lot in ("one", "two"):
        shelf.stock(several, "A1", EXPECTED, lot)
    with Recorder(server.url) as line:
        async with team.counter("ann", session, url=line.url) as ann:
            await enter(ann, f"INV-SI{found}")
            await ann.see("is not on the sheet; added", "0 of 3")
            await enter(ann, "2")
            await enter(ann, f"INV-SL{shelf.location('A1')}")
            await ann.see(f"{shelf.name}/A1")
            await enter(ann, "/FOUND-1")
            await enter(ann, "AWAY-1")
            await ann.see(f"belongs to {shelf.name}/Z9: move it here")
            await enter(ann, "y")
            await ann.see("is moved to", "Count it")
            await enter(ann, "3")
            for code, said in ((f"SEV-{shelf.number}", "has no single item here"), ("XK-4711", "nobody knows it")):
                await enter(ann, code)
                await ann.see(said)
                await enter(ann, "look later")
            await posted(ann)
            assert str(EXPECTED) not in ann.text
        assert sum("/find/" in call for call, _ in line.sent) >= 4
        assert line.tells(EXPECTED) == []
    assert (shelf.item(away)["location"], shelf.item(away)["quantity"]) == (shelf.location("A1"), EXPECTED)
    assert sorted(quantity for _, quantity in team.entries(session)) == [2, 3]
    assert not files_with(tmp_path, EXPECTED)


@contextmanager
def open_counts(server: Running) -> Iterator[None]:
    """Counts may show what is expected."""
    with server.client("admin", "inventree") as admin:
        assert admin.patch(SETTING, json={"value": "yes"}).status_code == 200
        yield
        admin.patch(SETTING, json={"value": "no"})


async def test_an_open_count_shows_what_is_expected_where_the_setting_allows_it(server: Running, team: Team) -> None:
    with open_counts(server):
        session = team.session("A1", quantity=EXPECTED, blind=False)["pk"]
    async with team.counter("ann", session) as ann:
        await ann.see("expected 73 519", "Expected")


async def test_an_open_count_is_offered_where_role_and_setting_allow_it(server: Running, team: Team) -> None:
    team.shelf.fill("A1", quantity=EXPECTED)
    with open_counts(server):
        async with driven(team.launch("lea", verbs=LEADS), (80, 40)) as lea:
            await begin(lea)
            await lea.see("[x] Blind")
            await lea.type("blind")
            await lea.press("enter")
            await lea.see("[ ] Blind", "what is expected is shown")
            lea.app.screen.dismiss(None)
            lea.app.begin_count(team.shelf.scope, False)
            await lea.see("expected 73 519")
        async with driven(team.launch("ann"), (80, 40)) as ann:
            await begin(ann)
            await ann.idle()
            assert "Blind" not in ann.text


async def test_an_open_count_is_not_offered_where_the_setting_forbids_it(server: Running, team: Team) -> None:
    async with driven(team.launch("lea", verbs=LEADS), (80, 40)) as lea:
        await begin(lea)
        await lea.see("Several counters: single")  # she may lead
        await lea.idle()
        assert "Blind" not in lea.text
        lea.app.screen.dismiss(None)
        lea.app.begin_count(Scope("by scanning"), False)
        await lea.see("No count begun", "Open counts are not allowed here")


async def begin(client: Driver) -> None:
    await client.until(lambda: client.app.session.user is not None, "the session")
    await client.press("n")
    await client.see("What do you count?")
