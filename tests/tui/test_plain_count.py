"""Counting whole sheets line by line: by a script through pipes, by a person in a terminal of 22 columns."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import FaultServer, Hang, LoseAnswer
from tests.plain_inventree import PlainInvenTree
from tests.serving import Running, running
from tests.terminal import Terminal, control_characters
from tests.tui.counting.shop import Shelf, entries_in
from tests.tui.test_launcher import ROOT, surroundings
from tests.tui.test_plain import Done

__all__ = ["surroundings"]

Script = Callable[..., Done]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("plain-count"), demo_template) as started:
        yield started


@pytest.fixture
def shelf(server: Running) -> Iterator[Shelf]:
    """A hall with an item of 50 on each of three shelves, in walking order A1, A2, A10."""
    with server.client("allaccess", "nolimits") as api:
        shelf = Shelf(api)
        shelf.items = shelf.fill("A1", "A2", "A10")
        yield shelf


@pytest.fixture
def environment(server: Running, surroundings: dict[str, str]) -> dict[str, str]:
    return surroundings | {"BINCARD_TOKEN": server.token("allaccess", "nolimits", "plain")}


def command(url: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "tui", "--server", url, "--plain", "count", *words]


@pytest.fixture
def script(server: Running, environment: dict[str, str]) -> Script:
    """Runs `bincard --plain count` with the given words and lines of input."""

    def run(*words: str, lines: tuple[str, ...] = (), url: str = "") -> Done:
        done = subprocess.run(
            command(url or server.url, *words), env=environment, cwd=ROOT,
            input="".join(f"{line}\n" for line in lines), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    return run


def newest_session(shelf: Shelf) -> int:
    return max(int(row["pk"]) for row in shelf.get("../plugin/bincard/count/session/", limit=1000)["results"])


def session_lines(shelf: Shelf) -> list[float | None]:
    """What the server has of the newest session, line by line."""
    rows = shelf.get("../plugin/bincard/count/line/", session=newest_session(shelf), limit=100)["results"]
    return [None if row["counted"] is None else float(row["counted"]) for row in rows]


# By a script


def test_a_sheet_is_counted_to_its_end(script: Script, shelf: Shelf) -> None:
    done = script("--location", f"INV-SL{shelf.hall}", lines=("12", "3*4+1", "0"))
    assert (done.status, done.err) == (0, "")
    rows = [line.split("\t") for line in done.out.splitlines() if "\t" in line]
    assert [row[0] for row in rows] == ["Line", "Counted"] * 3
    number, lines, path, name, batch = rows[0][1:6]
    assert (number, lines, path, batch) == ("1", "3", f"{shelf.name}/A1", "B00")
    assert name == f"Bolt 00 {shelf.number}"
    assert rows[3][3:] == ["13", "1 left"]
    assert "50" not in done.out.replace(name, "")  # blind
    assert "This count is finished." in done.out
    assert session_lines(shelf) == [12, 13, 0]
    assert not control_characters(done.out.replace("\t", "").encode())


def test_the_same_at_a_plain_inventree(server: Running, script: Script, shelf: Shelf) -> None:
    with PlainInvenTree(server.url) as plain:
        lines = ("7", "+2", "-1", "", "s", "9")  # what is skipped comes again at the end
        done = script("--location", f"INV-SL{shelf.hall}", lines=lines, url=plain.url)
        assert not plain.strayed
    assert (done.status, done.err) == (0, "")
    assert [shelf.counts(item)[-1] for item in shelf.items] == [7, 1, 9]


def test_what_is_not_taken_leaves_its_line_for_later(script: Script, shelf: Shelf) -> None:
    done = script("--location", f"INV-SL{shelf.hall}", lines=("40063813", "many", "3"))
    assert done.status == 8
    assert "40063813 looks like a scanned code" in done.err
    assert "many:" in done.err
    assert session_lines(shelf) == [None, None, 3]
    assert "2 lines left. Count again to go on." in done.out
    done = script("--resume", lines=("1", "2"))
    assert (done.status, done.err) == (0, "")
    assert "1 of 3 counted" in done.out
    assert session_lines(shelf) == [1, 2, 3]


def test_codes_lead_to_lines_and_unknown_ones_are_put_aside(script: Script, shelf: Shelf) -> None:
    last, found = shelf.items[2], shelf.stock(shelf.part("Found"), "A1", 3, "F1")
    lines = (f"INV-SI{last}", "5", "no-such-code-1", "77", "/A2", "4", f"INV-SI{found}", "6")
    done = script("--location", f"INV-SL{shelf.location('A2')}", lines=lines)
    assert done.status == 8
    assert "no-such-code-1 is put aside: nobody knows it" in done.err
    assert "belongs to" in done.err  # what lies on other shelves is not counted here unasked
    assert session_lines(shelf) == [4]


def test_just_scanning(script: Script, shelf: Shelf) -> None:
    lines = (f"INV-SI{shelf.items[1]}", "5", f"INV-SI{shelf.items[0]}", "6", "")
    done = script("--scan", "--yes", lines=lines)
    assert (done.status, done.err) == (0, "")
    assert done.out.count("is not on the sheet; added.") == 2
    assert sorted(value for value in session_lines(shelf) if value is not None) == [5, 6]


def test_a_refused_line_is_told_and_kept(server: Running, script: Script, shelf: Shelf) -> None:
    with PlainInvenTree(server.url) as plain:
        done = script("--location", f"INV-SL{shelf.hall}", lines=("1",), url=plain.url)
        assert done.status == 0
        shelf.api.delete(f"stock/{shelf.items[1]}/").raise_for_status()
        done = script("--resume", lines=("2", "3"), url=plain.url)
        assert done.status == 8
        assert "refused: The stock item is gone." in done.err
        assert "0 lines left, 1 refused. Count again to go on." in done.out
    assert [shelf.counts(shelf.items[number]) for number in (0, 2)] == [[1], [3]]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--location", "no-such-place-1"), "no location is known"),
        (("--category", "no-such-category-1"), "no category is known"),
        (("--resume",), "no count of yours is unfinished"),
        (("INV-SI1", "--scan"), "not both"),
        (("--open",), "--open goes with a sheet"),
    ],
)
def test_what_names_no_sheet(script: Script, words: tuple[str, ...], complaint: str) -> None:
    done = script(*words)
    assert done.status in (2, 8)
    assert complaint in done.err


def test_without_a_server_counting_goes_on(
    server: Running, script: Script, shelf: Shelf, environment: dict[str, str]
) -> None:
    with FaultServer(server.url) as line:
        url = line.url
        assert script("--location", f"INV-SL{shelf.hall}", lines=("1",), url=url).status == 0
    # Whose count it is says the profile while the server cannot be asked.
    config = Path(environment["BINCARD_CONFIG_DIR"])
    config.mkdir(exist_ok=True)
    (config / "config.toml").write_text(f'[profiles.hall]\nurl = "{url}"\nuser = "allaccess"\n')
    (config / "config.toml").chmod(0o600)
    done = script("--resume", lines=("2",), url=url)
    assert done.status == 8, done
    assert "1 line not posted yet" in done.err
    assert session_lines(shelf) == [1, None, None]


# By a person


def at_terminal(url: str, environment: dict[str, str], *words: str) -> Terminal:
    own = {name: value for name, value in environment.items() if name.startswith("BINCARD_")}
    return Terminal(command(url, *words), env=own, cwd=ROOT, columns=22, rows=30)


def answer(terminal: Terminal, prompt: str, text: str) -> None:
    """Type an answer when the prompt is the last thing said."""
    terminal.wait_until(lambda: terminal.lines()[terminal.screen.cursor.y].endswith(prompt), f"the prompt {prompt!r}")
    terminal.mark()
    terminal.type(f"{text}\r")
    terminal.wait_until(lambda: b"\n" in terminal.sent_since_mark, "the echo")


def test_a_person_chooses_a_location_and_counts_it(server: Running, environment: dict[str, str], shelf: Shelf) -> None:
    with at_terminal(server.url, environment) as terminal:
        terminal.wait_for("^What do you count")
        answer(terminal, "location:", "1")
        answer(terminal, "Which location:", f"INV-SL{shelf.hall}")
        answer(terminal, "Count:", "12")
        terminal.wait_for(r"^12 Bolt 00")
        answer(terminal, "Count:", "40063813")
        terminal.wait_for("looks like a")
        answer(terminal, "n:", "13")  # what is no answer is the right number
        terminal.wait_for(r"^13 Bolt 01")
        answer(terminal, "Count:", "?")
        terminal.wait_for("^2 of 3 counted, 1")
        answer(terminal, "Count:", "+8")
        answer(terminal, "Count:", "")
        terminal.wait_for("^Every line is counted")
        answer(terminal, "Enter ends:", "")
        assert terminal.wait_exit() == 0
        assert b"\x1b" not in terminal.output
        assert all(len(line) <= 22 for line in terminal.lines())
    assert session_lines(shelf) == [12, 13, 8]


def test_killed_while_it_posts_it_loses_nothing_and_posts_nothing_twice(
    server: Running, environment: dict[str, str], shelf: Shelf
) -> None:
    with FaultServer(server.url) as line:
        with at_terminal(line.url, environment, "--location", f"INV-SL{shelf.hall}") as terminal:
            terminal.wait_for("Bolt 00")
            entries = f"/plugin/bincard/count/session/{newest_session(shelf)}/entries/"
            line.fail("POST", entries, LoseAnswer(), *[Hang()] * 5)
            answer(terminal, "Count:", "12")
            line.wait_for("POST", entries)
            answer(terminal, "Count:", "13")
            terminal.wait_for("Bolt 02")
            os.kill(terminal.pid, signal.SIGKILL)
            terminal.wait_exit()
        assert [int(entry.quantity) for entry in entries_in(Path(environment["BINCARD_STATE_DIR"]))] == [12, 13]
        line.clear()
        with at_terminal(line.url, environment) as terminal:
            terminal.wait_for("^1: Go on with")
            answer(terminal, "location:", "1")
            terminal.wait_for("Bolt 02")
            answer(terminal, "Count:", "14")
            terminal.wait_for("^Every line is counted")
            answer(terminal, "Enter ends:", "")
            assert terminal.wait_exit() == 0
    assert session_lines(shelf) == [12, 13, 14]
