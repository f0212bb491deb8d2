"""What carries tasks to workers: huey, over a file in the data directory or over Valkey."""

import sqlite3
from threading import Condition
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.storage import SqliteStorage

from server.settings import Settings

__all__ = ["WaitingStorage", "carrier_errors", "open_carrier"]

LONGEST_WAIT_SECONDS = 60.0


class WaitingStorage(SqliteStorage):  # type: ignore[misc]
    """Workers of the same process wait for a task instead of looking for one again and again."""

    blocking = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._arrived = Condition()
        self._ended = False
        super().__init__(*arguments, **options)

    def enqueue(self, data: Any, priority: Any = None) -> None:
        super().enqueue(data, priority)
        with self._arrived:
            self._arrived.notify()

    def dequeue(self) -> Any:
        with self._arrived:
            found = super().dequeue()
            if found is None and not self._ended:
                self._arrived.wait(LONGEST_WAIT_SECONDS)
                found = None if self._ended else super().dequeue()
        return found

    def wake_all(self) -> None:
        """Nobody waits any more."""
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()


def carrier_errors(settings: Settings) -> tuple[type[Exception], ...]:
    """What goes wrong when the queue or what carries it cannot be reached."""
    from sqlalchemy.exc import SQLAlchemyError

    if not settings.valkey_url:
        return (SQLAlchemyError, sqlite3.Error, OSError)
    from redis.exceptions import RedisError

    return (SQLAlchemyError, RedisError, OSError)


def open_carrier(settings: Settings) -> Huey:
    """The carrier that the settings name. It may lose everything: the queue is in the database."""
    if settings.valkey_url:
        from server.events.valkey import redis_address

        return RedisHuey("bincard", url=redis_address(settings.valkey_url), results=False, read_timeout=1)
    path = settings.data_dir / "jobs.sqlite3"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    return SqliteHuey(
        "bincard", filename=str(path), results=False, storage_class=WaitingStorage, cache_mb=0, fsync=False
    )
