"""A scanner at a real terminal: each scan is looked up once, in order, and none of its letters is a command."""

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.faults import FaultServer
from tests.serving import Running, running
from tests.terminal import Terminal, clean_environment
from tests.tui.counting.shop import Shelf

ROOT = Path(__file__).parents[2]
CODES = ("INV-SL1", "INV-SI408", "INV-SL8", "INV-SI316")
PLACES = {"INV-SL1": "^ Factory *$", "INV-SI408": "1551ABK", "INV-SL8": "Reel Storage", "INV-SI316": "On hand"}
#: Linked to the same things: at 40 ms a character every one of them counts.
SHORT = {"QSL1": "INV-SL1", "QSI4": "INV-SI408", "QSL8": "INV-SL8", "QSI3": "INV-SI316"}
LINKED = {"QSL1": {"stocklocation": 1}, "QSI4": {"stockitem": 408}, "QSL8": {"stocklocation": 8},
          "QSI3": {"stockitem": 316}}  # fmt: skip
#: Seconds between two of the first characters of a code from which it is typed by fingers. A test that was kept waiting
#: so long itself was no scanner.
FINGERS = 0.09
#: How many characters tell a scan.
SURE = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("wedge"), demo_template) as started:
        with started.client("allaccess", "nolimits") as api:
            for barcode, target in LINKED.items():
                api.post("barcode/link/", json={"barcode": barcode, **target}).raise_for_status()
        yield started


@pytest.fixture
def line(server: Running) -> Iterator[FaultServer]:
    with FaultServer(upstream=server.url) as proxy:
        yield proxy


Start = Callable[[], Terminal]


@pytest.fixture
def start(server: Running, line: FaultServer, tmp_path: Path) -> Iterator[Start]:
    """Starts the client at a terminal of its own."""
    own = {f"BINCARD_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
    own |= {"BINCARD_KEYRING": "off", "BINCARD_SCANNER": "on", "BINCARD_TOKEN": server.token("allaccess", "nolimits")}
    command = [sys.executable, "-m", "tui", "--server", line.url]
    with ExitStack() as stack:

        def begin() -> Terminal:
            started = stack.enter_context(Terminal(command, env=clean_environment(own), cwd=ROOT))
            started.wait_for(r"\d items", "on hand", timeout=30)
            return started

        yield begin


@pytest.fixture
def terminal(start: Start) -> Terminal:
    return start()


def asked(line: FaultServer) -> list[str]:
    """What was looked up as a barcode, in order."""
    return [
        json.loads(request.body)["barcode"]
        for request in line.requests
        if request.method == "POST" and request.path == "/api/barcode/"
    ]


def scan(terminal: Terminal, codes: Sequence[str], pace: float, end: str = "\r") -> float:
    """Type the codes as a scanner does, one right after the other; `pace` is seconds per character.

    Gives the longest pause before a scan was sure to be one, in seconds.
    """
    due, output, longest = time.monotonic(), bytearray(), 0.0
    for code in codes:
        typed_at: list[float] = []
        for character in code + end:
            terminal.type(character)
            typed_at.append(time.monotonic())
            due += pace
            while (left := due - time.monotonic()) > 0:
                if terminal.master is not None and select.select([terminal.master], [], [], left)[0]:
                    output += terminal.read()  # drawn later: drawing takes longer than a scanner waits
            due = max(due, time.monotonic() - pace)
        longest = max(longest, *(after - before for before, after in pairwise(typed_at[: SURE + 1])))
    terminal.draw(bytes(output))
    return longest


def check(terminal: Terminal, line: FaultServer, wanted: Sequence[str]) -> None:
    """Wait for the last scan's place; each scan was looked up once, in order."""
    terminal.wait_until(lambda: len(asked(line)) >= len(wanted), "the last scan", timeout=60)
    terminal.wait_for(PLACES[SHORT.get(wanted[-1], wanted[-1])], timeout=30)
    terminal.settle()
    assert asked(line) == list(wanted)
    assert not terminal.ended


@pytest.fixture
def busy() -> Iterator[None]:
    """Another program that keeps a core busy all the time."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as burner:
        yield
        burner.kill()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("pace", [0.005, 0.04], ids=["5ms", "40ms"])
def test_fifty_scans_are_fifty_lookups(start: Start, line: FaultServer, pace: float) -> None:
    """From screen to screen, on a machine that is busy; the scans lead from lists to bin cards and back."""
    wanted = [list(SHORT)[number % len(SHORT)] for number in range(50)]
    for _ in range(3):
        terminal = start()
        line.requests.clear()
        terminal.press("o")
        terminal.wait_for("Purchase", "PO0001")
        if scan(terminal, wanted, pace) < FINGERS:
            check(terminal, line, wanted)
            return
        terminal.kill()
    pytest.skip("the machine is too busy to type as evenly as a scanner does")


@pytest.mark.usefixtures("busy")
def test_fifty_scans_at_a_count_sheet_with_a_dialog_amid_them(
    start: Start, line: FaultServer, server: Running, tmp_path: Path
) -> None:
    """Each is found and added to the sheet in its turn; those that came while the question was open after it."""
    with server.client("allaccess", "nolimits") as api:
        items = fifty_items(api)
    wanted = [f"INV-SI{item}" for item in items]
    for _ in range(3):
        terminal = start()
        terminal.type("n")
        terminal.wait_for("What do you count")
        terminal.type("just")
        terminal.wait_for("> Just start scanning")
        terminal.press("enter")
        terminal.wait_for("Nothing is on this sheet yet", timeout=30)
        scan(terminal, wanted[:20], 0.005)  # into the prompt, at any pace
        terminal.press("f8")
        if scan(terminal, wanted[20:], 0.005) < FINGERS:
            terminal.wait_for("Finish all the same", timeout=30)
            terminal.press("escape")
            terminal.wait_for("50 left", timeout=60)
            terminal.settle()
            assert found(line) == wanted
            assert not terminal.ended
            return
        terminal.kill()
        line.requests.clear()
    pytest.skip("the machine is too busy to type as evenly as a scanner does")


def fifty_items(api: httpx.Client) -> list[int]:
    shelf = Shelf(api)
    part = shelf.part("Scanned")
    return [shelf.stock(part, "A1", 1, f"S{number}") for number in range(50)]


def found(line: FaultServer) -> list[str]:
    """What was looked up for a count sheet, in order."""
    return [request.query["code"] for request in line.requests if request.path.endswith("/find/")]


@pytest.mark.usefixtures("busy")
def test_scans_wait_while_a_dialog_is_open(terminal: Terminal, line: FaultServer) -> None:
    scan(terminal, ["INV-SI408"], 0.005)
    terminal.wait_for("bin card of the item")
    terminal.type("?")
    terminal.wait_for("Keys:", timeout=30)
    scan(terminal, CODES, 0.005)
    terminal.wait_for("answer this first", timeout=30)
    assert asked(line) == ["INV-SI408"]
    terminal.press("escape")
    terminal.wait_until(lambda: len(asked(line)) >= 5, "the scans that waited", timeout=30)
    assert asked(line) == ["INV-SI408", *CODES]
    terminal.settle()
    assert not terminal.ended


def test_every_end_ends_a_scan(terminal: Terminal, line: FaultServer) -> None:
    wanted: list[str] = []
    for end in ("\r", "\n", "\r\n", "\t"):
        scan(terminal, CODES, 0.005, end)
        wanted += CODES
        check(terminal, line, wanted)


def test_separators_reach_the_server(terminal: Terminal, line: FaultServer) -> None:
    label = "[)>\x1e06\x1dP296-1234-1-ND\x1dQ25\x1e\x04"
    scan(terminal, [label], 0.005)
    terminal.wait_until(lambda: asked(line), "the scan", timeout=30)
    assert asked(line)[0] == label
