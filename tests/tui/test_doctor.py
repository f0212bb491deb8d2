"""The doctor: in a real terminal it names keys and scans, always ends, and leaves the terminal as it was."""

import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from tests.faults import Cut, FaultServer, Hang, Reply
from tests.terminal import KEYS, Terminal, control_characters, key_bytes, session_processes
from tests.tui.test_launcher import CERTIFICATE, ROOT, bincard, server, surroundings
from tui.config import Options
from tui.doctor.console import Console, Ended
from tui.doctor.findings import Finding, as_lines, quoted
from tui.doctor.keys import missing_keys
from tui.doctor.scans import about_scan, settings_for, taken
from tui.doctor.strokes import UNKNOWN, Stroke, Strokes
from tui.keymap import Keymap, key_name
from tui.scanning.wedge import Scan

__all__ = ["server", "surroundings"]

GS = "\x1d"


def strokes(data: bytes, gap: float = 0.0) -> list[Stroke]:
    """The keys in the bytes, `gap` seconds apart."""
    decoder = Strokes()
    found = [stroke for at, byte in enumerate(data) for stroke in decoder.feed(bytes([byte]), at * gap)]
    return found + decoder.flush(len(data) * gap)


# Names of keys


@pytest.mark.parametrize("name", [*KEYS, "a", "ctrl+p", "alt+x", "alt+left"])
def test_keys_have_the_names_of_the_key_map(name: str) -> None:
    data = b"\x1b[1;3D" if name == "alt+left" else key_bytes(name)
    (stroke,) = strokes(data)
    assert (stroke.name, stroke.data) == (name, data)


def test_the_names_are_those_that_the_client_goes_by() -> None:
    ours = {"enter", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up", "down"}
    ours |= {"left", "right", *(f"f{number}" for number in range(1, 13))}
    compared = 0
    for sequence, keys in ANSI_SEQUENCES_KEYS.items():
        name = keys[0].value if isinstance(keys, tuple) and len(keys) == 1 else ""
        rare = len(sequence) == 2 or sequence[-1] in "$abcd" or sequence in ("\x1b[~", "\x1b[8^", "\x1b[7^")
        digits = sequence[2:3].isdigit() and sequence[3:4].isalpha()
        if name.rpartition("+")[2] in ours and name != "escape" and not rare and not digits:
            assert [stroke.name for stroke in strokes(sequence.encode())] == [name], repr(sequence)
            compared += 1
    assert compared > 80


def test_a_character_of_several_bytes_is_one_key() -> None:
    assert [stroke.name for stroke in strokes("йq€".encode())] == ["й", "q", "€"]


def test_what_is_no_key_and_no_text_is_shown_in_numbers() -> None:
    (stroke,) = strokes(b"\x1b[99;7~")
    assert stroke.name == UNKNOWN
    assert quoted(stroke.data + b"\xff \x07\r" + "é".encode()) == "<ESC>[99;7~<ff><SPACE><07><CR>é"


def test_keys_that_others_keep_are_named_until_they_come() -> None:
    (found,) = missing_keys({"f10"}, Keymap())
    assert found.value.startswith("F1 (help")
    assert "F10" not in found.value


# Scans


@pytest.mark.parametrize(
    ("data", "gap", "options", "change"),
    [
        (b"ABC-123\r", 0.005, Options(), {}),
        (b"ABC-123\r\n", 0.04, Options(), {}),
        (b"ABC-123\r", 0.14, Options(), {"scanner_gap": 0.2}),
        (b"ABC-123\t", 0.35, Options(), {"scanner_gap": 0.5}),
        (b"ABC-123\r", 0.02, Options(scanner=False), {"scanner": True}),
        (b"ABC-123\r", 0.02, Options(scanner_prefix="~"), {"scanner_prefix": ""}),
        (b"~AB\r", 0.02, Options(), {"scanner_prefix": "~"}),
    ],
)
def test_the_advice_makes_one_scan_of_it(data: bytes, gap: float, options: Options, change: dict[str, object]) -> None:
    keys = strokes(data, gap)
    better = settings_for(keys, options)
    assert better is not None
    assert {name: getattr(better, name) for name in change} == change
    (scan,) = taken(keys, better)
    assert isinstance(scan, Scan)
    advice = about_scan(keys, options)[-1].advice
    assert all(f"{name} = " in advice for name in change)
    assert bool(change) == advice.startswith("put under [options]")


def test_what_no_setting_makes_a_scan_is_left_to_the_scanner() -> None:
    keys = strokes(b"AB1234\r", 0.7)
    assert settings_for(keys, Options()) is None
    assert "set the scanner to send a prefix" in about_scan(keys, Options())[-1].advice


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (f"]d2010950600013435210LOT7{GS}37120", "a GS1 label: GTIN 09506000134352, batch LOT7, quantity 120"),
        ("BINCARD-COUNT", "the command Count"),
        ("INV-SI42", "InvenTree's own code: stockitem 42"),
        ("4006381333931", "a bare code, which the server is asked about"),
    ],
)
def test_what_a_scan_says(text: str, meaning: str) -> None:
    found = about_scan(strokes(text.encode() + b"\r", 0.01), Options())
    assert found[-1] == Finding("It says", meaning)


def test_a_russian_layout_is_noticed() -> None:
    advice = about_scan(strokes("ФИС-123\r".encode(), 0.001), Options())[0].advice
    assert "ABC-123" in advice


def test_lines_fit_and_are_harmless() -> None:
    found = [Finding("Answer", "word " * 30 + "\x1b]0;x\x07", "do this " * 20)]
    for width in (22, 40, 80):
        lines = as_lines(found, width)
        assert max(map(len, lines)) <= width
        assert not control_characters("\n".join(lines).encode())


# The report, without a terminal


def test_the_report_needs_no_terminal(surroundings: dict[str, str], server: FaultServer) -> None:
    done = bincard(surroundings | {"BINCARD_TOKEN": "inv-secret"}, "--server", server.url, "doctor", "--report")
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("Bincard", "TERM", "Encoding", "Scanner", "Server", "Answer", "Latency"):
        assert f"\n{name} " in f"\n{done.stdout}"
    assert "inv-secret" not in done.stdout
    assert all("authorization" not in request.headers for request in server.requests)


def test_without_a_terminal_keys_cannot_be_tried(surroundings: dict[str, str]) -> None:
    done = bincard(surroundings, "doctor")
    assert done.returncode == 2
    assert "none named" in done.stdout
    assert "in a terminal only" in done.stderr


def test_no_server(surroundings: dict[str, str]) -> None:
    done = bincard(surroundings, "--server", "http://127.0.0.1:9", "doctor", "--report")
    assert done.returncode == 3
    assert "cannot be reached" in " ".join(done.stdout.split())


@pytest.mark.parametrize(("fault", "status"), [(Cut(), 3), (Hang(), 3), (Reply(200, b"<html>hello</html>"), 4)])
def test_a_server_that_answers_badly(surroundings: dict[str, str], fault: Reply, status: int) -> None:
    with FaultServer() as bad:
        bad.fail("GET", "/api/", fault)
        done = bincard(surroundings | {"BINCARD_READ_TIMEOUT": "1"}, "--server", bad.url, "doctor", "--report")
    assert done.returncode == status
    assert "-> check" in done.stdout


def test_certificates(surroundings: dict[str, str], tmp_path: Path) -> None:
    with FaultServer(certificate=CERTIFICATE) as secure:
        secure.answer("GET", "/api/", {"version": "1.1.0", "apiVersion": 532, "instance": "Hall"})
        done = bincard(surroundings, "--server", secure.url, "doctor", "--report")
        assert done.returncode == 5
        assert "ca_file" in done.stdout
        config = tmp_path / "config" / "config.toml"
        config.parent.mkdir()
        config.write_text(f'[profiles.hall]\nurl = "{secure.url}"\nca_file = "{CERTIFICATE}"\n')
        done = bincard(surroundings, "doctor", "--report")
    assert done.returncode == 0
    assert "Certificate   trusted, signed by" in done.stdout


def test_settings_that_cannot_be_used_are_a_finding(surroundings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[options]\nscaner = true\n")
    done = bincard(surroundings, "doctor", "--report")
    assert done.returncode == 2
    assert "scaner" in done.stdout
    assert "mend the file" in done.stdout


def test_no_textual(surroundings: dict[str, str]) -> None:
    code = (
        "import sys; from tui.__main__ import main; status = main(['doctor', '--report'])\n"
        "print([name for name in ('textual', 'rich') if name in sys.modules], status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.endswith("[] 0\n")


# In a terminal


def outlived(command: list[str]) -> list[str]:
    """The command under a shell that says its exit status and stays, so that the terminal can be looked at after it."""
    return ["sh", "-c", '"$@"; echo "code $?"; sleep 60', "sh", *command]


def own(surroundings: dict[str, str]) -> dict[str, str]:
    """What is Bincard's in the environment; the rest is the terminal's."""
    return {name: value for name, value in surroundings.items() if name.startswith("BINCARD_")}


@pytest.fixture
def doctor(surroundings: dict[str, str]) -> Iterator[Terminal]:
    command = outlived([sys.executable, "-m", "tui", "doctor"])
    with Terminal(command, env=own(surroundings) | {"BINCARD_SCANNER": "on"}, cwd=ROOT, rows=40) as terminal:
        terminal.wait_for("^Keys: press any")
        assert termios.tcgetattr(terminal.master or -1) != terminal.termios_before
        yield terminal


def assert_ended(terminal: Terminal, status: int) -> None:
    """The doctor has ended, and the terminal is as it was before."""
    terminal.wait_for(f"^code {status}$")
    assert termios.tcgetattr(terminal.master or -1) == terminal.termios_before


def scan(terminal: Terminal, data: bytes, gap: float) -> None:
    """Type as a scanner does: the pace is what is tested."""
    for byte in data:
        terminal.send(bytes([byte]))
        if gap:
            time.sleep(gap)


def test_it_shows_what_the_terminal_answers(doctor: Terminal) -> None:
    doctor.wait_for(r"^TERM +xterm-256color", "^Colours +256", r"^Size +80 columns, 40 rows", r"^Round trip +\d+ ms")
    doctor.wait_for("^Whole frames +no answer")
    doctor.press("q")
    doctor.wait_for("^Scanner: scan something")
    doctor.press("q")
    assert_ended(doctor, 0)


def test_keys_are_named(doctor: Terminal) -> None:
    for key, shown in (
        ("f3", r"^F3 +<ESC>OR +Find \(everywhere\)"),
        ("c", r"^c +c +Count"),
        ("ctrl+s", r"^Ctrl\+S +<13> +nothing"),
        ("escape", r"^Esc +<ESC> +Cancel"),
        ("shift+tab", r"^Shift\+Tab +<ESC>\[Z"),
    ):
        doctor.press(key)
        doctor.wait_for(shown)
    doctor.wait_for("stops the output of many terminals")
    doctor.send(b"\x1b[99~")
    doctor.wait_for(r"^not known +<ESC>\[99~")
    doctor.send("й".encode())
    doctor.wait_for("^Scanner: scan something")
    doctor.press("escape", "escape")
    assert_ended(doctor, 0)


def test_a_q_in_a_scan_is_no_end(doctor: Terminal) -> None:
    doctor.send(b"q12\r")
    doctor.wait_for("^Enter ")
    assert doctor.row_of("^Scanner: scan") < 0
    doctor.press("q")
    doctor.wait_for("^Scanner: scan something")
    doctor.send(b"q1234\r")
    doctor.wait_for("^Taken as +one scan: q1234")
    doctor.press("q")
    assert_ended(doctor, 0)


def test_a_fast_scan(doctor: Terminal) -> None:
    doctor.press("q")
    doctor.wait_for("^Scanner: scan something")
    scan(doctor, f"]d2010950600013435210LOT7{GS}37120\r\n".encode(), 0.002)
    doctor.wait_for("^Taken as +one scan", "^It says +a GS1 label: GTIN 09506000134352, batch LOT7, quantity 120")
    doctor.wait_for("^Pace +\\d+ characters", "^Edges +begins with ], ends with CR LF")
    doctor.press("escape", "escape")
    assert_ended(doctor, 0)


def test_a_slow_scan(doctor: Terminal) -> None:
    doctor.press("q")
    doctor.wait_for("^Scanner: scan something")
    scan(doctor, b"INV-SI42\r", 0.16)
    doctor.wait_for("^Taken as +9 keys typed by fingers", r"scanner_gap = 0\.[2345]")
    doctor.press("x")
    doctor.wait_for("^A single key")
    doctor.press("q")
    assert_ended(doctor, 0)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_it(doctor: Terminal, number: int, status: int) -> None:
    (python,) = (pid for pid in session_processes(doctor.pid) if pid != doctor.pid)
    os.kill(python, number)
    assert_ended(doctor, status)


def test_a_terminal_that_goes_away_ends_it(surroundings: dict[str, str]) -> None:
    with Terminal([sys.executable, "-m", "tui", "doctor"], env=own(surroundings), cwd=ROOT, rows=40) as terminal:
        terminal.wait_for("^Keys: press any")
        terminal.hang_up()
        assert terminal.wait_exit() == 129


def test_a_silent_terminal_is_not_waited_for(surroundings: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tui", "doctor", "--report"]
    with Terminal(command, env=own(surroundings), cwd=ROOT, answers=False, columns=40) as terminal:
        assert terminal.wait_exit() == 0
        terminal.wait_for("^Round trip: the terminal does not")


def test_typing_ahead_is_not_lost_while_the_terminal_is_asked(surroundings: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tui", "doctor"]
    with Terminal(command, env=own(surroundings), cwd=ROOT, answers=False, rows=40) as terminal:
        terminal.wait_until(lambda: b"\x1b[6n" in terminal.output, "the question")
        terminal.send(b"c\x1b[1;1R")
        terminal.wait_for("^c +c +Count", r"^Round trip +\d+ ms")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_exit() == 143


def test_the_names_shown_are_those_for_the_key_map() -> None:
    assert [key_name(each.name, each.character) for each in strokes(b"? \x1bOR")] == ["?", "space", "f3"]


def test_a_failure_leaves_the_terminal_as_it_was() -> None:
    master, slave = os.openpty()
    try:
        before = termios.tcgetattr(slave)
        with pytest.raises(ZeroDivisionError), Console(slave, slave):
            assert termios.tcgetattr(slave) != before
            raise ZeroDivisionError
        assert termios.tcgetattr(slave) == before
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        os.close(master)
        os.close(slave)


def test_the_end_of_input_is_an_end() -> None:
    master, slave = os.openpty()
    os.close(master)
    with pytest.raises(Ended):
        Console(slave, slave).read(1.0)
    os.close(slave)
