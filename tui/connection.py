"""How the connection to the server is doing, for the status line and for whoever waits."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["Connection", "ConnectionState", "Link", "Listener"]


class Link(StrEnum):
    """The state of the connection in one word."""

    NEW = "not yet tried"
    ONLINE = "online"
    SLOW = "slow"
    RETRYING = "retrying"
    THROTTLED = "told to wait"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """One reading. Times in seconds unless named otherwise; `last_answer` is on the clock of `time.time`."""

    link: Link = Link.NEW
    latency_ms: float = 0.0
    """How long the last answer took."""
    retry_in: float = 0.0
    """When `link` is RETRYING or THROTTLED: how long until the next try."""
    reason: str = ""
    """What is wrong, "" while nothing is."""
    last_answer: float = 0.0
    received_bytes: int = 0
    sent_bytes: int = 0

    def __str__(self) -> str:
        match self.link:
            case Link.RETRYING:
                return f"no connection, trying again in {self.retry_in:.0f} s"
            case Link.THROTTLED:
                return f"the server asks to wait {self.retry_in:.0f} s"
            case Link.ONLINE:
                return f"online {self.latency_ms:.0f} ms"
            case _:
                return self.link.value


Listener = Callable[[ConnectionState], None]


class Connection:
    """Holds the current state and tells listeners, in the event loop, of each change."""

    def __init__(self) -> None:
        self.state = ConnectionState()
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every new state; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def answered(self, latency: float, sent: int, received: int) -> None:
        """An answer came, after `latency` seconds."""
        self._set(
            replace(
                self.state,
                link=Link.ONLINE,
                latency_ms=latency * 1000,
                retry_in=0.0,
                reason="",
                last_answer=time.time(),
                received_bytes=self.state.received_bytes + received,
                sent_bytes=self.state.sent_bytes + sent,
            )
        )

    def slow(self) -> None:
        """An answer has been awaited for longer than usual."""
        if self.state.link in (Link.NEW, Link.ONLINE):
            self._set(replace(self.state, link=Link.SLOW))

    def waiting(self, link: Link, seconds: float, reason: str) -> None:
        """The next try is `seconds` away."""
        self._set(replace(self.state, link=link, retry_in=seconds, reason=reason))

    def lost(self, reason: str) -> None:
        """It has been given up for now."""
        self._set(replace(self.state, link=Link.OFFLINE, retry_in=0.0, reason=reason))

    def _set(self, state: ConnectionState) -> None:
        self.state = state
        for listener in tuple(self._listeners):
            listener(state)
