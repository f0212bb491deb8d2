"""What is needed to cut a count: a server program that dies and comes back, a line that breaks, clerks that are killed.

with ServerProgram(data_dir) as server, BreakingLine(server.url) as line, Clerks() as clerks:
    line.break_next("half the answer", path)
    (outcome,) = clerks.run(Life(...))
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from tests.faults import FaultServer, Request
from tests.plain_inventree import PlainInvenTree
from tests.terminal import session_processes
from tests.tui.counting.clerk import Life

__all__ = ["BREAKS", "BreakingLine", "BreakingPlainLine", "Clerks", "Outcome", "ServerProgram"]

ROOT = Path(__file__).parents[3]
#: What can happen to a request on its way.
BREAKS = ("half the request", "half the answer", "no answer", "server killed")


class ServerProgram:
    """`bincard-server serve` over a data directory, on a port that it keeps."""

    def __init__(self, data_dir: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._data_dir = data_dir
        self._process: subprocess.Popen[str] | None = None
        self._killing = threading.Lock()
        self._starting: threading.Thread | None = None
        self.kills = 0

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "server", "serve", "--port", str(self.port)]
        environment = {**os.environ, "BINCARD_DATA_DIR": str(self._data_dir), "BINCARD_LOG_LEVEL": "critical"}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert "listens" in self._process.stdout.readline()

    def kill(self) -> None:
        """Kill it (SIGKILL), and start it again behind the caller's back."""
        with self._killing:
            self.stop(signal.SIGKILL)
            self.kills += 1
            self._starting = threading.Thread(target=self.start)
            self._starting.start()

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._starting is not None:
            self._starting.join()
        if self._process is not None:
            with self._process as process:
                process.send_signal(number)

    def client(self) -> httpx.Client:
        """An HTTP client of somebody who may do everything with stock."""
        headers = {"Authorization": f"Token {self.token()}"}
        transport = httpx.HTTPTransport(retries=5)
        return httpx.Client(base_url=f"{self.url}/api/", headers=headers, timeout=30, transport=transport)

    def token(self) -> str:
        auth = ("allaccess", "nolimits")
        answer = httpx.get(f"{self.url}/api/user/me/token/", params={"name": "cuts"}, auth=auth)
        return str(answer.raise_for_status().json()["token"])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *outcome: object) -> None:
        self.stop()


class BreakingLine(FaultServer):
    """A proxy whose line to the server breaks in the middle of things."""

    def __init__(self, server: ServerProgram) -> None:
        super().__init__(server.url)
        self._server = server
        self._breaks: list[tuple[str, str]] = []
        self._under_way = 0
        self.broken: list[str] = []

    def break_next(self, how: str, path: str) -> None:
        """One of `BREAKS` happens to the next POST to `path`."""
        self._breaks.append((how, path))

    async def forward(self, request: Request, raw: bytes) -> bytes:
        self._under_way += 1
        try:
            planned = next((each for each in self._breaks if ("POST", each[1]) == (request.method, request.path)), None)
            if planned is None:
                return await super().forward(request, raw)
            self._breaks.remove(planned)
            return await self._break(planned[0], request, raw)
        finally:
            self._under_way -= 1

    async def _break(self, how: str, request: Request, raw: bytes) -> bytes:
        self.broken.append(how)
        if how == "half the request":
            _, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
            writer.write(raw[: -len(request.body) // 2])
            writer.close()
            raise ConnectionResetError(how)
        if how == "server killed":
            sent = asyncio.create_task(super().forward(request, raw))
            await asyncio.sleep(0.002 * (self._server.kills % 5))  # at its arrival, while it is carried out, or after
            await asyncio.to_thread(self._server.kill)
            await asyncio.gather(sent, return_exceptions=True)
            raise ConnectionResetError(how)
        answer = await super().forward(request, raw)
        if how == "no answer":
            raise ConnectionResetError(how)
        return answer[: len(answer) // 2]

    def quiet(self) -> None:
        """Until nothing is under way to the server any more, also of clients that are dead."""
        self.answer("GET", "/quiet/", {})
        first = True  # whatever a client sent before is read before this
        while first or self._under_way:
            first = False
            asked = HTTPConnection(urlsplit(self.url).netloc)
            asked.request("GET", "/quiet/")
            asked.getresponse().read()
            asked.close()


class BreakingPlainLine(BreakingLine, PlainInvenTree):
    """The same before a server that does not say that it is Bincard."""

    def __init__(self, server: ServerProgram) -> None:
        BreakingLine.__init__(self, server)
        self.strayed = []


@dataclass
class Outcome:
    """What became of a life: the lines that it said it had counted, and the step at which it was cut ("" for none)."""

    counted: list[int] = field(default_factory=list)
    cut: str = ""
    steps: int = 0
    in_use: bool = False
    status: int = 0


class Clerks:
    """The process that has clerks live and die."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.tui.counting.clerk"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    @property
    def orphans(self) -> list[int]:
        """What is left of clerks that should be gone."""
        return [pid for pid in session_processes(self._process.pid) if pid != self._process.pid]

    def run(self, *lives: Life) -> list[Outcome]:
        """Have clerks live, all at once; what became of each, when all are gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([life.told() for life in lives]) + "\n")
        self._process.stdin.flush()
        outcomes = [Outcome() for _ in lives]
        running = len(lives)
        while running:
            number, what, *rest = self._process.stdout.readline().split(maxsplit=2)
            outcome = outcomes[int(number)]
            match what:
                case "counted":
                    outcome.counted.append(int(rest[0]))
                case "cut":
                    outcome.cut = rest[0].strip()
                case "done":
                    outcome.steps = int(rest[0])
                case "in":
                    outcome.in_use = True
                case "ended":
                    outcome.status = int(rest[0])
                    running -= 1
        return outcomes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *outcome: object) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)
