"""`bincard demo`: the bundled server with demo data, as a child process that never outlives the client.

The child reads its standard input, a pipe that this process holds and never writes to; when this process ends, however
it does, the pipe ends too and the child with it. Data is kept in a directory of its own, which is recognised by a
marker file: nothing is put into, or removed from, any other directory.
"""

import errno
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tui.paths import data_dir, write_private
from tui.version import VERSION

__all__ = ["PASSWORD", "USER", "DemoError", "DemoServer", "demo_dir"]

#: A user of InvenTree's public demo data set; its documentation publishes the password.
USER: Final = "allaccess"
PASSWORD: Final = "nolimits"  # noqa: S105 - public, see above

_MARKER: Final = "bincard-demo.json"
_LOG: Final = "server.log"
_TOKEN: Final = "client-token"  # noqa: S105 - a file name
_START_LIMIT: Final = 30.0
_END_LIMIT: Final = 4.0


class DemoError(Exception):
    """The demo server cannot be started; the message says why and what to do."""


def demo_dir(named: Path | None = None) -> Path:
    """Where the demo data is kept: as named, else BINCARD_DATA_DIR, else beside the server's own data."""
    if named is not None:
        return named.expanduser().absolute()
    given = os.environ.get("BINCARD_DATA_DIR")
    return Path(given).expanduser().absolute() if given else data_dir() / "demo"


class DemoServer:
    """A context manager; entering it gives the server's address. Raises DemoError."""

    def __init__(self, directory: Path, *, port: int = 0, fresh: bool = False) -> None:
        self._directory = directory
        self._port = port
        self._fresh = fresh
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        if any(find_spec(name) is None for name in ("server", "sqlalchemy", "starlette", "uvicorn")):
            raise DemoError("the demo needs the server: pip install 'bincard[server]'")
        try:
            self._prepare()
            port = self._port or _free_port()
            _refuse_taken(port)
            self._child = self._start(port)
            self._wait(self._child, port)
        except OSError as error:
            self._end()
            raise DemoError(f"{self._directory}: {error}") from error
        except BaseException:
            self._end()
            raise
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *outcome: object) -> None:
        self._end()

    @property
    def token(self) -> str | None:
        """The token of the last time: checking a password takes the server far longer than everything else."""
        try:
            return (self._directory / _TOKEN).read_text(encoding="utf-8").strip() or None
        except OSError:
            return None

    def keep_token(self, token: str | None) -> None:
        """Keep the token for the next time, readable by its owner only. Raises OSError."""
        if token and token != self.token:
            write_private(self._directory / _TOKEN, token)

    def _prepare(self) -> None:
        """Make the directory and import the data, unless that was done before."""
        state = self._state()
        if state is None and self._directory.exists() and any(self._directory.iterdir()):
            raise DemoError(f"{self._directory} holds other data; name another directory with --data-dir")
        if self._fresh and state is not None:
            shutil.rmtree(self._directory)
            state = None
        if state == VERSION:
            return
        # Marked as ours before anything is in it, so that an import that was cut off is taken up again.
        self._mark("")
        print(f"Preparing the demo data in {self._directory} (once) ...", file=sys.stderr, flush=True)
        self._run("migrate")
        self._run("demo-data")
        self._mark(VERSION)

    def _state(self) -> str | None:
        """The version that prepared the directory, "" when that was cut off, None when it is not ours."""
        try:
            marker = json.loads((self._directory / _MARKER).read_text(encoding="utf-8"))
            return str(marker["prepared"])
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError):
            return ""

    def _mark(self, version: str) -> None:
        write_private(self._directory / _MARKER, json.dumps({"prepared": version}))

    def _run(self, command: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-P", "-m", "server", command],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoError(f"{command} failed: {_last_line(done.stderr) or f'exit status {done.returncode}'}")

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        with (self._directory / _LOG).open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
                [sys.executable, "-P", "-m", "tui", "_serve", str(port)],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl+C and a lost terminal are the client's business; the child ends when its input does.
                start_new_session=True,
            )

    def _wait(self, child: subprocess.Popen[bytes], port: int) -> None:
        """Until the server answers."""
        limit = time.monotonic() + _START_LIMIT
        while not _is_healthy(port):
            if child.poll() is not None:
                said = _last_line((self._directory / _LOG).read_text(encoding="utf-8", errors="replace"))
                raise DemoError(f"the demo server ended: {said or f'exit status {child.returncode}'}")
            if time.monotonic() > limit:
                raise DemoError(f"the demo server does not answer; its log is {self._directory / _LOG}")
            time.sleep(0.02)

    def _end(self) -> None:
        child = self._child
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(_END_LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _environment(self) -> dict[str, str]:
        """The child's: this directory, and no other database that the environment may name."""
        environment = {name: value for name, value in os.environ.items() if name != "BINCARD_DATABASE_URL"}
        return environment | {"BINCARD_DATA_DIR": str(self._directory)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OverflowError:
            raise DemoError(f"port {port} is outside 1 to 65535") from None
        except OSError as error:
            reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
            raise DemoError(f"port {port} {reason}; choose another with --port, or leave it out") from error


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/system/health/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
