"""A server program for measurements: its data directory, a free port, a token."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from server.auth.tokens import TokenMaker, load_secret
from server.db.migrate import migrate
from server.db.session import Database
from server.settings import Settings

__all__ = ["free_port", "prepared", "serve", "started"]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server program that answers on the port."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError(f"{' '.join(command)} does not answer on port {port}") from None
                select_wait(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def select_wait(seconds: float) -> None:
    """Let a moment pass."""
    import select

    select.select([], [], [], seconds)


def prepared(data_dir: Path, fill: Callable[[Database], None], user: int = 1) -> tuple[Settings, str]:
    """A migrated and filled database, and a token of a user in it."""
    settings = Settings(data_dir=data_dir, database_url="")
    database = Database(settings.url, synchronous="OFF")
    migrate(database)
    fill(database)
    maker = TokenMaker(load_secret(settings.data_dir))
    with database.write() as session:
        _, token = maker.named(session, user, "bench", datetime.now(UTC))
    database.close()
    return settings, token


@contextmanager
def serve(settings: Settings) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server over a prepared data directory: its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    with started(command, port, {"BINCARD_DATA_DIR": str(settings.data_dir)}) as process:
        yield f"http://127.0.0.1:{port}", process
