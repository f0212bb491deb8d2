"""Drives the real app by Pilot: type, wait for what should appear, read the screen as text."""

import os
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.tui.screen_text import screen_lines
from tui.app import BincardApp
from tui.config import Launch

__all__ = ["DEADLINE", "Driver", "check_snapshot", "driven"]

DEADLINE = 15.0  # seconds a wait may take: two busy cores are usual
SNAPSHOTS = Path(__file__).parent / "snapshots"

W = TypeVar("W", bound=Widget)


class Driver:
    """The app under test. Waiting is for a condition, with a deadline; failures show the screen."""

    def __init__(self, app: BincardApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def lines(self) -> list[str]:
        """The screen, a string for each row."""
        return screen_lines(self.app)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line_with(self, text: str) -> str:
        """The first row that holds the text. Fails when there is none."""
        found = next((line for line in self.lines if text in line), None)
        assert found is not None, f"{text!r} is not on the screen:\n{self.text}"
        return found

    def widget(self, kind: type[W]) -> W:
        """The widget of this kind on the current screen."""
        return self.app.screen.query_one(kind)

    async def press(self, *keys: str) -> None:
        """Press keys by name (`down`, `f5`, `question_mark`) one after another."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type the text, each character a key."""
        await self.pilot.press(*text)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until the condition holds."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come; the screen is:\n{self.text}"
            await self.pilot.pause(0.02)

    async def see(self, *texts: str) -> None:
        """Wait until all texts are on the screen."""
        for text in texts:
            await self.until(lambda text=text: text in self.text, repr(text))  # type: ignore[misc]

    async def lose(self, text: str) -> None:
        """Wait until the text is gone."""
        await self.until(lambda: text not in self.text, f"the end of {text!r}")

    async def idle(self) -> None:
        """Wait until no worker runs and everything is painted."""
        await self.until(
            lambda: all(worker.is_finished for worker in self.app.workers), "the end of what is being loaded"
        )
        await self.pilot.pause()

    async def check(self, name: str, lines: Callable[[], list[str]] | None = None) -> None:
        """Wait until the screen (or what `lines` gives) is as in `snapshots/<name>.txt`; fails with what differs."""
        given = lines or (lambda: self.lines)
        await self.idle()
        deadline = time.monotonic() + DEADLINE / 3
        while not _is_snapshot(name, given()) and time.monotonic() < deadline:
            await self.pilot.pause(0.05)
        check_snapshot(name, given())


@asynccontextmanager
async def driven(
    launch: Launch, size: tuple[int, int] = (80, 24), *, scanner: bool = False, live: bool = False
) -> AsyncIterator[Driver]:
    """The app, running. The pilot types as fast as a scanner does: only with `scanner` is that taken for scans. Only
    with `live` does it follow the server, so that what a screen shows does not depend on when that began."""
    app = BincardApp(replace(launch, options=replace(launch.options, scanner=scanner, live=live)))
    async with app.run_test(size=size) as pilot:
        yield Driver(app, pilot)


def check_snapshot(name: str, lines: list[str]) -> None:
    """Compare a screen with `snapshots/<name>.txt`; BINCARD_SNAPSHOTS=update writes it instead.

    What differs from run to run (address, latency, time of day) is masked.
    """
    shown, path = _shown(lines), SNAPSHOTS / f"{name}.txt"
    if os.environ.get("BINCARD_SNAPSHOTS") == "update":
        path.write_text(shown, encoding="utf-8")
    if not path.exists():
        pytest.fail(f"there is no snapshot {name}; look at the screen and run with BINCARD_SNAPSHOTS=update:\n{shown}")
    assert shown == path.read_text(encoding="utf-8")


def _is_snapshot(name: str, lines: list[str]) -> bool:
    path = SNAPSHOTS / f"{name}.txt"
    updating = os.environ.get("BINCARD_SNAPSHOTS") == "update"
    return updating or (path.exists() and _shown(lines) == path.read_text(encoding="utf-8"))


def _shown(lines: list[str]) -> str:
    return "\n".join(_masked(line) for line in lines) + "\n"


def _masked(line: str) -> str:
    line = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", line)
    return re.sub(r"\s+online( \d+ ms)?( ·)? [\d:]+$", "  online", line)
