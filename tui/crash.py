"""When the client fails: a report in a file, one line for the person, no traceback on the screen.

A report says what happened where (versions, terminal, traceback without the values of variables) and can be read by
its owner only. What looks like a token or a password is left out. The newest `KEPT` reports are kept.
"""

import logging
import os
import platform
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from tui.paths import private_dir, state_dir, write_private
from tui.version import VERSION

__all__ = ["install", "one_line", "open_log", "write_report"]

KEPT: Final = 10
_LARGEST_LOG: Final = 1_000_000
_SECRETS: Final = re.compile(
    r"inv-[0-9A-Za-z]{8,}[-0-9A-Za-z]*"
    r"|(?<=Token )\S+|(?<=Basic )\S+|(?<=Bearer )\S+"
    r"""|(?<=password=)[^\s,)&]+|(?<=['"]password['"]: )[^\s,}]+"""
)
_TERMINAL: Final = ("TERM", "COLORTERM", "LANG", "LC_ALL", "TMUX", "SSH_TTY", "COLUMNS", "LINES", "NO_COLOR")


def write_report(error: BaseException, *, secrets: Iterable[str | None] = (), directory: Path | None = None) -> Path:
    """Write a report about `error` and give its path. `secrets` are left out wherever they appear.

    Raises OSError when it cannot be written.
    """
    now = datetime.now(UTC)
    directory = directory or state_dir() / "crashes"
    path = directory / f"crash-{now:%Y%m%dT%H%M%S.%f}-{os.getpid()}.txt"
    write_private(path, _without(secrets, _report(error, now)))
    for old in sorted(directory.glob("crash-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def one_line(error: BaseException, *, secrets: Iterable[str | None] = ()) -> str:
    """Report `error` and say in one line what happened and where to read more."""
    kind = type(error).__name__
    try:
        path = write_report(error, secrets=secrets)
    except OSError as failure:
        return f"Bincard has failed ({kind}); a report could not be written: {failure}"
    return f"Bincard has failed ({kind}). The report is in {path}"


def install(*, secrets: Iterable[str | None] = ()) -> None:
    """Have every error that nobody handles reported, in threads too, and log into a file instead of the screen."""
    known = tuple(secrets)

    def on_error(kind: type[BaseException], error: BaseException, *_: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        print(f"bincard: {one_line(error, secrets=known)}", file=sys.stderr)

    def on_thread_error(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            # The screen belongs to the app: only the log hears of it.
            logging.getLogger(__name__).error("%s", one_line(args.exc_value, secrets=known))

    sys.excepthook = on_error
    threading.excepthook = on_thread_error
    open_log()


def open_log() -> Path:
    """Send warnings and errors of all libraries to `bincard.log` in the state directory. Returns its path."""
    path = state_dir() / "bincard.log"
    handler: logging.Handler
    try:
        private_dir(path.parent)
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        handler = _PrivateLog(path, encoding="utf-8", delay=True)
    except OSError:
        # Without a place for it there is no log; on the screen it must not appear.
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(capture=True)
    return path


class _PrivateLog(logging.FileHandler):
    """A log that only its owner can read, made when the first line is written."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing on the screen when the disk is full."""


def _report(error: BaseException, now: datetime) -> str:
    lines = [
        f"Bincard {VERSION}, {now:%Y-%m-%d %H:%M:%S} UTC",
        f"Python {platform.python_version()} on {platform.platform()}",
        "Terminal: " + " ".join(f"{name}={os.environ[name]}" for name in _TERMINAL if name in os.environ),
        "",
        *(line.rstrip("\n") for line in traceback.format_exception(error)),
    ]
    return "\n".join(lines) + "\n"


def _without(secrets: Iterable[str | None], text: str) -> str:
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[left out]")
    return _SECRETS.sub("[left out]", text)
