"""A scanner at a real terminal: each scan is looked up once, in order, and none of its letters is a command."""

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults import FaultServer
from tests.serving import Running, running
from tests.terminal import Terminal, clean_environment

ROOT = Path(__file__).parents[2]
CODES = ("INV-SL1", "INV-SI408", "INV-SL8", "INV-SI316")
PLACES = {"INV-SL1": "^ Factory *$", "INV-SI408": "1551ABK", "INV-SL8": "Reel Storage", "INV-SI316": "On hand"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("wedge"), demo_template) as started:
        yield started


@pytest.fixture
def line(server: Running) -> Iterator[FaultServer]:
    with FaultServer(upstream=server.url) as proxy:
        yield proxy


@pytest.fixture
def terminal(server: Running, line: FaultServer, tmp_path: Path) -> Iterator[Terminal]:
    own = {f"BINCARD_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
    own |= {"BINCARD_KEYRING": "off", "BINCARD_SCANNER": "on", "BINCARD_TOKEN": server.token("allaccess", "nolimits")}
    command = [sys.executable, "-m", "tui", "--server", line.url]
    with Terminal(command, env=clean_environment(own), cwd=ROOT) as started:
        started.wait_for(r"\d items", "on hand", timeout=30)
        yield started


def asked(line: FaultServer) -> list[str]:
    """What was looked up as a barcode, in order."""
    return [
        json.loads(request.body)["barcode"]
        for request in line.requests
        if request.method == "POST" and request.path == "/api/barcode/"
    ]


def scan(terminal: Terminal, codes: Sequence[str], pace: float, end: str = "\r") -> None:
    """Type the codes as a scanner does, one right after the other; `pace` is seconds per character."""
    due, output = time.monotonic(), bytearray()
    for code in codes:
        for character in code + end:
            terminal.type(character)
            due += pace
            while (left := due - time.monotonic()) > 0:
                if terminal.master is not None and select.select([terminal.master], [], [], left)[0]:
                    output += terminal.read()  # drawn later: drawing takes longer than a scanner waits
            due = max(due, time.monotonic() - pace)
    terminal.draw(bytes(output))


def check(terminal: Terminal, line: FaultServer, wanted: Sequence[str]) -> None:
    """Wait for the last scan's place; each scan was looked up once, in order."""
    terminal.wait_until(lambda: len(asked(line)) >= len(wanted), "the last scan", timeout=60)
    terminal.wait_for(PLACES[wanted[-1]], timeout=30)
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
def test_fifty_scans_are_fifty_lookups(terminal: Terminal, line: FaultServer, pace: float) -> None:
    """From screen to screen, on a machine that is busy; the scans lead from lists to bin cards and back."""
    terminal.press("o")
    terminal.wait_for("Purchase", "PO0001")
    wanted = [CODES[number % len(CODES)] for number in range(50)]
    scan(terminal, wanted, pace)
    check(terminal, line, wanted)


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


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t"], ids=["CR", "LF", "CRLF", "Tab"])
def test_every_end_ends_a_scan(terminal: Terminal, line: FaultServer, end: str) -> None:
    scan(terminal, CODES, 0.005, end)
    check(terminal, line, CODES)


def test_separators_reach_the_server(terminal: Terminal, line: FaultServer) -> None:
    label = "[)>\x1e06\x1dP296-1234-1-ND\x1dQ25\x1e\x04"
    scan(terminal, [label], 0.005)
    terminal.wait_until(lambda: asked(line), "the scan", timeout=30)
    assert asked(line)[0] == label
