"""The client as people use it: in a real terminal, on a real server, from the command line."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving import Running, running
from tests.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def server(tmp_path: Path, demo_template: Path) -> Iterator[Running]:
    """A server of its own for each journey."""
    with running(tmp_path / "server", demo_template) as started:
        yield started


@pytest.fixture
def open_client(tmp_path: Path) -> Iterator[Open]:
    """Starts the client in a terminal: `open_client(url, token=..., columns=..., rows=...)`."""
    opened: list[Terminal] = []

    def start(url: str, *arguments: str, token: str = "", columns: int = 80, rows: int = 24, **more: str) -> Terminal:
        environment = {f"BINCARD_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
        environment |= {"BINCARD_KEYRING": "off", **({"BINCARD_TOKEN": token} if token else {}), **more}
        command = [sys.executable, "-m", "tui", "--server", url, *arguments]
        terminal = Terminal(command, columns=columns, rows=rows, env=environment, cwd=Path(__file__).parents[2])
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.kill()
