"""Failed sign-ins slow down further ones.

They are kept in the database, so that a restart forgives nothing and replicas share what they know. A user's first
`tries` failures from one address cost nothing, each further one doubles the wait, up to a quarter of an hour; what fits
the password before that time has passed is refused as well, without being looked at. The same holds, far more leniently
and with a shorter wait, for one user from any address and for one address with any user: guessing that is spread over
machines or names gets slow, and nobody can lock out another for long.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select

from server.db.models.bincard import SignInFailure
from server.db.session import Database
from server.domain.errors import Throttled
from server.rest.query import Plan, Planner, Reader

__all__ = ["Attempts", "wait_seconds"]

COUNTED_FOR = timedelta(hours=1)
LONGEST_WAIT = 900
LONGEST_WIDE_WAIT = 60
WIDE = 10
"""How many times more failures a user from any address, or an address with any user, has for nothing."""


def wait_seconds(failures: int, tries: int, longest: int) -> int:
    """How long after the last of `failures` failures the next sign-in must wait."""
    beyond = failures - tries
    return 0 if beyond < 0 else min(2 ** min(beyond, 30), longest)


@dataclass(frozen=True)
class _Count:
    failures: int
    last: datetime | None


class Attempts:
    """Counts failed sign-ins and holds up those that follow too soon. `tries`: how many failures cost nothing."""

    def __init__(self, database: Database, tries: int) -> None:
        self.database = database
        self.tries = tries
        self.planner = Planner(database.dialect)

    def check(self, reader: Reader, username: str, address: str) -> None:
        """Raises Throttled, with the seconds to wait, while this user or address is held up."""
        now = datetime.now(UTC)
        pair, user, machine = self._counts(reader, username, address, now)
        wait = max(
            self._remaining(pair, self.tries, LONGEST_WAIT, now),
            self._remaining(user, self.tries * WIDE, LONGEST_WIDE_WAIT, now),
            self._remaining(machine, self.tries * WIDE, LONGEST_WIDE_WAIT, now),
        )
        if wait > 0:
            raise Throttled(ceil(wait))

    def failed(self, username: str, address: str) -> None:
        """Keep a failure; those that no longer count are cleared away."""
        username, address = _kept(username, address)
        now = datetime.now(UTC)

        def keep(session: Any) -> None:
            session.execute(delete(SignInFailure).where(SignInFailure.time < now - COUNTED_FOR))
            session.add(SignInFailure(username=username, address=address, time=now))

        self.database.run_write(keep)

    def succeeded(self, reader: Reader, username: str, address: str) -> None:
        """Forget the failures of this user from this address."""
        username, address = _kept(username, address)
        if not self._counts(reader, username, address, datetime.now(UTC))[0].failures:
            return
        forget = delete(SignInFailure).where(SignInFailure.username == username, SignInFailure.address == address)
        self.database.run_write(lambda session: session.execute(forget))

    @staticmethod
    def _remaining(count: _Count, tries: int, longest: int, now: datetime) -> float:
        if count.last is None:
            return 0
        return wait_seconds(count.failures, tries, longest) - (now - count.last).total_seconds()

    def _counts(self, reader: Reader, username: str, address: str, now: datetime) -> tuple[_Count, _Count, _Count]:
        """The failures that count: of the user from the address, of the user, of the address."""
        username, address = _kept(username, address)
        plan = self.planner.keep("failures", lambda: Plan(_counting(), self.planner.dialect, None))
        row = plan.run(reader, {"username": username, "address": address, "since": now - COUNTED_FOR})[0]
        pair, user, machine = (_Count(int(row[at]), _moment(row[at + 1])) for at in (0, 2, 4))
        return pair, user, machine


def _kept(username: str, address: str) -> tuple[str, str]:
    """As the columns hold them."""
    return username[:150], address[:64]


def _counting() -> Select[Any]:
    kept = SignInFailure.__table__.c
    same_user = kept.username == bindparam("username")
    same_address = kept.address == bindparam("address")
    since = kept.time > bindparam("since", type_=kept.time.type)

    def about(*conditions: ColumnElement[bool]) -> list[Any]:
        return [
            select(func.count()).select_from(SignInFailure).where(since, *conditions).scalar_subquery(),
            select(func.max(kept.time)).where(since, *conditions).scalar_subquery(),
        ]

    return select(*about(same_user, same_address), *about(same_user), *about(same_address))


def _moment(value: Any) -> datetime | None:
    """A raw point in time: SQLite gives a text, the others a datetime without a zone."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC)
