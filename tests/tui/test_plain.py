"""Plain finding, counting and moving against a real server: by a script through pipes, by a person in a terminal."""

import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Running, running
from tests.terminal import Terminal, control_characters, session_processes
from tests.tui.test_launcher import ROOT, bincard, surroundings

__all__ = ["surroundings"]


@dataclass
class Hall:
    """Two locations, bolts in both of them, nuts in the first."""

    client: httpx.Client
    url: str
    token: str
    shelf: int
    yard: int
    bolts: int
    bolts_in_yard: int
    nuts: int

    def item(self, pk: int) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"stock/{pk}/").json()
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("plain"), empty_template) as started:
        yield started


@pytest.fixture
def hall(server: Running, request: pytest.FixtureRequest) -> Iterator[Hall]:
    tag = f"{abs(hash(request.node.name)) % 10**6:06}"
    with server.client() as client:

        def make(path: str, **body: Any) -> int:
            answer = client.post(path, json=body)
            assert answer.status_code == 201, answer.text
            made = answer.json()
            return int((made[0] if isinstance(made, list) else made)["pk"])

        bolt = make("part/", name=f"Bolt {tag}", IPN=f"B-{tag}", description="\x1b[31mhex", units="pcs")
        nut = make("part/", name=f"Nut {tag}", IPN=f"N-{tag}", description="")
        shelf = make("stock/location/", name=f"Shelf-{tag}")
        yard = make("stock/location/", name=f"Yard-{tag}")
        yield Hall(
            client, server.url, server.token(), shelf, yard,
            bolts=make("stock/", part=bolt, location=shelf, quantity=40),
            bolts_in_yard=make("stock/", part=bolt, location=yard, quantity=7),
            nuts=make("stock/", part=nut, location=shelf, quantity=5),
        )  # fmt: skip


@dataclass
class Done:
    status: int
    out: str
    err: str


@pytest.fixture
def script(hall: Hall, surroundings: dict[str, str]) -> Any:
    """Runs `bincard --plain` with the given words and lines of input."""

    def run(*words: str, lines: tuple[str, ...] = ()) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "--server", hall.url, "--plain", *words],
            env=surroundings | {"BINCARD_TOKEN": hall.token}, cwd=ROOT, input="".join(f"{line}\n" for line in lines),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    return run


def tag(hall: Hall) -> str:
    return str(hall.client.get(f"stock/location/{hall.shelf}/").json()["name"]).removeprefix("Shelf-")


# By a script


def test_find_gives_rows_and_where_a_part_lies(hall: Hall, script: Any) -> None:
    done = script("find", f"B-{tag(hall)}")
    assert (done.status, done.err) == (0, "")
    first, *items = [line.split("\t") for line in done.out.splitlines()]
    assert first[0] == "part"
    assert first[2].endswith(f"Bolt {tag(hall)}")
    assert {(row[0], row[1], row[3]) for row in items} == {
        ("stock item", str(hall.bolts), "40 pcs"),
        ("stock item", str(hall.bolts_in_yard), "7 pcs"),
    }
    assert not control_characters(done.out.replace("\t", "").encode())


def test_find_asks_for_texts_until_an_empty_line(hall: Hall, script: Any) -> None:
    done = script("find", lines=(f"INV-SL{hall.shelf}", "nothing-like-this-1", "", "never read"))
    assert done.status == 8
    assert done.out.startswith(f"location\t{hall.shelf}\tShelf-")
    assert done.err == "bincard: nothing-like-this-1: nothing found\n"


def test_count_by_code_and_quantity(hall: Hall, script: Any) -> None:
    done = script("count", lines=(f"INV-SI{hall.bolts}", "3*12+2", f'{{"stockitem": {hall.nuts}}}', "5"))
    assert (done.status, done.err) == (0, "")
    assert "Counted\t" in done.out
    assert "\t38 pcs\twas 40 pcs" in done.out
    assert hall.item(hall.bolts)["quantity"] == 38
    assert hall.item(hall.nuts)["stocktake_date"]


def test_a_location_narrows_a_part_to_the_items_in_it(hall: Hall, script: Any) -> None:
    done = script("count", lines=(f"INV-SL{hall.yard}", f"B-{tag(hall)}", "9"))
    assert (done.status, done.err) == (0, "")
    assert hall.item(hall.bolts_in_yard)["quantity"] == 9
    assert hall.item(hall.bolts)["quantity"] == 40


def test_what_cannot_be_counted_takes_its_quantity_along(hall: Hall, script: Any) -> None:
    done = script("count", lines=("no-such-code-1", "77", f"B-{tag(hall)}", "6", f"INV-SI{hall.nuts}", "4"))
    assert done.status == 8
    assert "no-such-code-1: nothing in stock" in done.err
    assert "not chosen" in done.err
    assert hall.item(hall.nuts)["quantity"] == 4
    assert hall.item(hall.bolts)["quantity"] == 40


@pytest.mark.parametrize("typed", ["4006381333931", "-3", "many", ""])
def test_a_quantity_that_is_none_is_refused_and_the_next_item_counted(hall: Hall, script: Any, typed: str) -> None:
    done = script("count", f"INV-SI{hall.bolts}", lines=(typed, f"INV-SI{hall.nuts}", "6"))
    assert done.status == 8
    assert done.err.count("\n") == 1
    assert hall.item(hall.bolts)["quantity"] == 40
    assert hall.item(hall.nuts)["quantity"] == 6


def test_what_looks_odd_is_posted_only_when_that_was_said(hall: Hall, script: Any) -> None:
    assert script("count", lines=(f"INV-SI{hall.nuts}", "5000")).status == 8
    assert hall.item(hall.nuts)["quantity"] == 5
    done = script("count", "--yes", lines=(f"INV-SI{hall.nuts}", "5000"))
    assert (done.status, done.err) == (0, "")
    assert hall.item(hall.nuts)["quantity"] == 5000


def test_undo_takes_the_last_count_back(hall: Hall, script: Any) -> None:
    done = script("count", lines=(f"INV-SI{hall.bolts}", "39", "BINCARD-UNDO", "undo"))
    assert done.status == 8
    assert "Taken back." in done.out
    assert "Nothing has been posted" in done.err
    assert hall.item(hall.bolts)["quantity"] == 40


def test_move_a_part_of_it_and_all_of_it(hall: Hall, script: Any) -> None:
    lines = (f"INV-SI{hall.bolts}", "15", f"INV-SL{hall.yard}", f"INV-SI{hall.nuts}", "", f"Yard-{tag(hall)}")
    done = script("move", lines=lines)
    assert (done.status, done.err) == (0, "")
    assert (hall.item(hall.bolts)["quantity"], hall.item(hall.bolts)["location"]) == (25, hall.shelf)
    assert hall.item(hall.nuts)["location"] == hall.yard


def test_what_cannot_be_moved_is_not_moved(hall: Hall, script: Any) -> None:
    lines = (f"INV-SI{hall.bolts}", "41", f"INV-SL{hall.yard}", f"INV-SI{hall.nuts}", "1", "no-such-place-1")
    done = script("move", lines=lines)
    assert done.status == 8
    assert "there are only 40 pcs" in done.err
    assert "no-such-place-1: no location" in done.err
    assert hall.item(hall.nuts)["location"] == hall.shelf


def test_commands_one_after_another(hall: Hall, script: Any) -> None:
    lines = ("count", f"INV-SI{hall.bolts}", "41", "", "dance", f"find INV-SI{hall.nuts}", "")
    done = script(lines=lines)
    assert done.status == 8
    assert done.err == "bincard: dance: say one of find, count, move\n"
    assert f"stock item\t{hall.nuts}\t" in done.out
    assert hall.item(hall.bolts)["quantity"] == 41


def test_a_read_only_session_posts_nothing(hall: Hall, script: Any) -> None:
    done = script("--read-only", "count", lines=(f"INV-SI{hall.bolts}", "1"))
    assert done.status == 8
    assert "read-only" in done.err
    assert hall.item(hall.bolts)["quantity"] == 40


def test_failures_have_the_usual_statuses(hall: Hall, surroundings: dict[str, str]) -> None:
    assert bincard(surroundings, "--plain", "find", "x").returncode == 2
    assert bincard(surroundings, "--server", "http://127.0.0.1:9", "--plain", "find", "x").returncode == 3
    refused = bincard(surroundings, "--server", hall.url, "--plain", "find", "x")
    assert (refused.returncode, refused.stdout) == (6, "")
    assert "--plain find" in bincard(surroundings, "find", "x").stderr
    assert bincard(surroundings, "--plain", "config").returncode == 2


def test_no_textual(hall: Hall, surroundings: dict[str, str]) -> None:
    code = (
        "import sys; from tui.__main__ import main; status = main(sys.argv[1:])\n"
        "print([name for name in ('textual', 'rich', 'server') if name in sys.modules], status)"
    )
    words = ["--server", hall.url, "--plain", "count", f"INV-SI{hall.bolts}"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=surroundings | {"BINCARD_TOKEN": hall.token}, cwd=ROOT, input="12\n",
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.endswith("[] 0\n")
    assert hall.item(hall.bolts)["quantity"] == 12


# By a person


@pytest.fixture
def at_terminal(hall: Hall, surroundings: dict[str, str]) -> Any:
    own = {name: value for name, value in surroundings.items() if name.startswith("BINCARD_")}

    def start(*words: str, token: str = hall.token, outlived: bool = False) -> Terminal:
        command = [sys.executable, "-m", "tui", "--server", hall.url, "--plain", *words]
        if outlived:
            command = ["sh", "-c", '"$@"; echo "code $?"; sleep 60', "sh", *command]
        return Terminal(command, env=own | ({"BINCARD_TOKEN": token} if token else {}), cwd=ROOT, columns=22, rows=16)

    return start


def test_a_person_chooses_and_is_asked_back(hall: Hall, at_terminal: Any) -> None:
    with at_terminal("count") as terminal:
        terminal.wait_for(r"^\d: Single items")
        terminal.wait_for("^location:")
        (number,) = re.findall(r"^(\d): Single items", terminal.text(), re.MULTILINE)
        terminal.type(f"{number}\r")
        terminal.wait_for("^Item:")
        terminal.type(f"B-{tag(hall)}\r")
        terminal.wait_for("^Which, 1 to 2:")
        assert terminal.row_of("40 pcs") < 0
        terminal.type("1\r")
        terminal.wait_for("^Counted, in pcs:")
        terminal.type("99999999\r")
        terminal.wait_for("or n:$")
        terminal.type("n\r")
        terminal.wait_for("^counted$")
        terminal.type(f"INV-SI{hall.nuts}\r")
        terminal.wait_for("^Counted:")
        terminal.type("8\r")
        terminal.wait_for("8, was 5$")
        terminal.type("\r")
        assert terminal.wait_exit() == 8
        assert b"\x1b" not in terminal.output
    assert hall.item(hall.nuts)["quantity"] == 8
    assert hall.item(hall.bolts)["quantity"] == 40


def test_signing_in_shows_no_password(hall: Hall, at_terminal: Any) -> None:
    with at_terminal("find", token="") as terminal:
        for user, password in (("admin", "wrong"), ("admin", "admin")):
            terminal.wait_until(lambda: terminal.lines()[terminal.screen.cursor.y].startswith("User"), "the user")
            terminal.type(f"{user}\r")
            terminal.wait_until(lambda: terminal.lines()[terminal.screen.cursor.y].startswith("Password"), "password")
            terminal.type(f"{password}\r")
        terminal.wait_for("^Find:")
        assert b"wrong" not in terminal.output
        terminal.send(b"\x04")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_the_terminal_echoes_again(hall: Hall, at_terminal: Any, number: int, status: int) -> None:
    with at_terminal("find", token="", outlived=True) as terminal:
        terminal.wait_for("^User")
        terminal.type("admin\r")
        terminal.wait_for("^Password")
        terminal.wait_until(lambda: termios.tcgetattr(terminal.master) != terminal.termios_before, "no echo")
        (python,) = (pid for pid in session_processes(terminal.pid) if pid != terminal.pid)
        os.kill(python, number)
        terminal.wait_for(f"code {status}$")
        assert termios.tcgetattr(terminal.master) == terminal.termios_before
