"""A terminal at the far end of a slow line: so many bytes a second each way, and a delay."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from tests.terminal import Terminal

__all__ = ["SlowTerminal"]

ANSWER = b"\x1b[1;1R"


class SlowTerminal(Terminal):
    """A `Terminal` whose program is `rtt` seconds away over a line of `bits` per second (ten for a byte).

    What the program sends is taken at once, as the buffers of ssh do, and shown when it would have arrived.
    `arrivals` are the moments and pieces. Keys and answers travel as slowly.
    """

    def __init__(self, *args: Any, bits: int = 9_600, rtt: float = 0.3, **options: Any) -> None:
        self._pace = 10 / bits
        self._delay = rtt / 2
        self._down: deque[tuple[float, bytes]] = deque()  # what is on its way to the terminal, by arrival
        self._up: deque[tuple[float, bytes]] = deque()
        self._down_free = self._up_free = 0.0
        self.arrivals: list[tuple[float, bytes]] = []
        super().__init__(*args, answers=False, **options)

    def send(self, data: bytes) -> None:
        begin = max(time.monotonic(), self._up_free)
        self._up_free = begin + len(data) * self._pace
        self._up.append((self._up_free + self._delay, data))

    def read(self) -> bytes:
        """Nothing at once: what the program sent goes onto the line."""
        data = super().read()
        for start in range(0, len(data), 16):
            piece = data[start : start + 16]
            begin = max(time.monotonic(), self._down_free)
            self._down_free = begin + len(piece) * self._pace
            self._down.append((self._down_free + self._delay, piece))
        return b""

    def pump(self, seconds: float = 0.0) -> bool:
        """Let time go by on the line, at most `seconds`, until something arrives at the terminal."""
        end = time.monotonic() + seconds
        while True:
            super().pump(max(0.0, min(end - time.monotonic(), 0.005)))
            now = time.monotonic()
            while self._up and self._up[0][0] <= now:
                super().send(self._up.popleft()[1])
            arrived = False
            while self._down and self._down[0][0] <= now:
                moment, piece = self._down.popleft()
                self._arrive(moment, piece)
                arrived = True
            if arrived or now >= end:
                return arrived

    def _arrive(self, moment: float, piece: bytes) -> None:
        self.arrivals.append((moment, piece))
        before = self.output[-3:] + piece
        for _ in range(before.count(b"\x1b[6n")):
            self.send(ANSWER)
        self.draw(piece)

    def time_until(self, key: str, pattern: str, timeout: float = 10.0) -> float:
        """Type a key; the seconds until the terminal has got what completes the pattern on the screen."""
        pressed = time.monotonic()
        self.type(key)
        self.wait_for(pattern, timeout=timeout)
        return self.arrivals[-1][0] - pressed

    @property
    def under_way(self) -> int:
        """Bytes that the program has sent and the terminal has not got."""
        return sum(len(piece) for _, piece in self._down)
