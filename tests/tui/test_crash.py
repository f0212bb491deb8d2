"""A failure leaves a private report and one line, never a traceback on the screen or a secret in a file."""

import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui import crash
from tui.crash import KEPT, one_line, write_report


def fail(text: str) -> None:
    raise RuntimeError(text)


def failure(text: str) -> BaseException:
    try:
        fail(text)
    except RuntimeError as error:
        return error
    raise AssertionError("nothing failed")


def test_a_report_says_what_happened_and_is_private(tmp_path: Path) -> None:
    path = write_report(failure("the pump is dry"), directory=tmp_path / "crashes")
    text = path.read_text(encoding="utf-8")
    assert "RuntimeError: the pump is dry" in text
    assert "Bincard 0." in text
    assert "in fail" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Token inv-0123456789abcdef-20261122 refused",
        "Authorization: Basic YWRtaW46aHVzaA==",
        "inv-0123456789abcdef0123456789abcdef01234567-20261122",
        "sign_in(user='a', password='hush hush')",
        "{'password': 'hushhush', 'user': 1}",
        "my own word: sesame",
    ],
)
def test_secrets_are_left_out(tmp_path: Path, said: str) -> None:
    text = write_report(failure(said), secrets=("sesame", None), directory=tmp_path).read_text(encoding="utf-8")
    assert "[left out]" in text
    for secret in ("0123456789abcdef", "YWRtaW46aHVzaA", "hushhush", "sesame", "'hush"):
        assert secret not in text


def test_old_reports_go(tmp_path: Path) -> None:
    newest = [write_report(failure(str(number)), directory=tmp_path) for number in range(KEPT + 3)][-1]
    assert len(list(tmp_path.iterdir())) == KEPT
    assert newest.exists()


def test_a_report_that_cannot_be_written_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("in the way")
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path / "state"))
    assert "a report could not be written" in one_line(failure("x"))


def test_an_error_nobody_handles_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path))
    code = (
        "import threading, warnings, logging\n"
        "from tui import crash\n"
        "crash.install(secrets=('sesame',))\n"
        "warnings.warn('careful')\n"
        "logging.getLogger('x').error('not on the screen')\n"
        "thread = threading.Thread(target=lambda: 1 / 0)\n"
        "thread.start(); thread.join()\n"
        "raise ValueError('sesame')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("bincard: Bincard has failed (ValueError). The report is in ")
    assert "sesame" not in Path(line.rpartition(" ")[2]).read_text(encoding="utf-8")
    log = (tmp_path / "bincard.log").read_text(encoding="utf-8")
    assert "careful" in log
    assert "not on the screen" in log
    assert "Bincard has failed (ZeroDivisionError)" in log
    assert len(list((tmp_path / "crashes").iterdir())) == 2
    assert stat.S_IMODE((tmp_path / "bincard.log").stat().st_mode) == 0o600


def test_a_log_that_has_grown_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINCARD_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(crash, "_LARGEST_LOG", 10)
    (tmp_path / "bincard.log").write_text("more than ten characters")
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        assert crash.open_log() == tmp_path / "bincard.log"
    finally:
        logging.captureWarnings(capture=False)
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
    assert (tmp_path / "bincard.log.1").exists()
    assert not (tmp_path / "bincard.log").exists()
