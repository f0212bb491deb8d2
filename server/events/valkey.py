"""Several processes wake each other through Valkey (or Redis): only the wake-up passes, the database is the truth.

While Valkey is away the processes look into the database now and then; when it is back they look once and rely on it
again.
"""

import logging
import secrets
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

__all__ = ["ValkeyBell", "redis_address"]

log = logging.getLogger("bincard.events")
CHANNEL = "bincard:events"
PATIENCE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 10.0
SAFETY_POLL_SECONDS = 30.0


def redis_address(url: str) -> str:
    """The address as the driver names it: the protocol is the same."""
    return "redis" + url.removeprefix("valkey") if url.startswith("valkey") else url


class ValkeyBell:
    """`ring` tells the others (in a thread of its own: nobody who commits waits for Valkey); `heard` is called when
    another process rang, and once after each connection."""

    def __init__(self, url: str, heard: Callable[[], None]) -> None:
        self._client = Redis.from_url(
            redis_address(url), socket_connect_timeout=PATIENCE_SECONDS, health_check_interval=10
        )
        self._heard = heard
        self._name = secrets.token_hex(8).encode()
        self._rung, self._end = Event(), Event()
        self._connected = False
        self._threads = [Thread(target=work, name=name, daemon=True) for work, name in (
            (self._publish, "bincard-ring"), (self._listen, "bincard-hear"),
        )]  # fmt: skip

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """There are new events."""
        self._rung.set()

    def poll_seconds(self, alone: float) -> float:
        """How often to look by oneself: `alone` while Valkey is away."""
        return SAFETY_POLL_SECONDS if self._connected else alone

    def close(self) -> None:
        self._end.set()
        self._rung.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(PATIENCE_SECONDS)
        self._client.close()

    def _publish(self) -> None:
        while self._rung.wait() and not self._end.is_set():
            self._rung.clear()
            try:
                self._client.publish(CHANNEL, self._name)
            except (RedisError, OSError) as error:
                log.warning("Valkey cannot be told of events: %s", type(error).__name__)

    def _listen(self) -> None:
        pause = 0.2
        while not self._end.is_set():
            try:
                with self._client.pubsub() as listener:  # type: ignore[no-untyped-call]
                    listener.subscribe(CHANNEL)
                    while not self._end.is_set():
                        if self._take(listener.get_message(timeout=1.0)):
                            pause = 0.2
            except (RedisError, OSError) as error:
                if self._connected:
                    log.warning("Valkey is away (%s); looking into the database instead", type(error).__name__)
                self._connected = False
                self._heard()  # whoever waits goes by the shorter pace from now on
                self._end.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _take(self, message: Any) -> bool:
        """Whether this is the answer to the subscription."""
        if message is None:
            return False
        if message["type"] == "subscribe":
            self._connected = True
            self._heard()
            return True
        if message["data"] != self._name:
            self._heard()
        return False
