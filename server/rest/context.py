"""One request: what was asked, by whom, and the transaction in which it is answered."""

from collections.abc import Awaitable, Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import FromClause, Select, bindparam, select
from sqlalchemy.orm import Session

from server.db.columns import Base
from server.domain.errors import InvalidInput, NotAuthenticated
from server.rest.query import Plan, Planner, Reader

if TYPE_CHECKING:
    from server.rest.api import Api

__all__ = ["Answer", "Caller", "Context", "Incoming", "SessionReader"]


@dataclass(frozen=True)
class Caller:
    """Who is asking. `allowed` holds (role, verb) pairs; a superuser is allowed everything."""

    pk: int
    username: str
    is_staff: bool = False
    is_superuser: bool = False
    groups: tuple[int, ...] = ()
    allowed: frozenset[tuple[str, str]] = frozenset()
    token: int | None = None
    """The key of the token that was used."""

    def may(self, role: str, verb: str) -> bool:
        return self.is_superuser or (role, verb) in self.allowed


@dataclass(frozen=True)
class Incoming:
    """A request as it came in. `body` is the parsed body: a JSON value, or the fields of a form."""

    method: str
    path: str
    origin: str
    """Scheme and host under which the client knows this server, for the addresses in answers."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str = ""
    body: Any = None
    is_form: bool = False
    body_error: str | None = None
    """What was wrong with the body; told only once a handler wants it."""
    unsupported_type: str | None = None
    raw: bytes = b""


@dataclass
class Answer:
    """What goes back. `payload` becomes JSON; `content` goes out as it is."""

    payload: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json"
    file: IO[bytes] | None = None
    """An open file that goes out instead, piece by piece, and is closed."""
    stream: Callable[[Any, Any, Any], Awaitable[None]] | None = None
    """An ASGI application that answers instead, for as long as it takes, without a thread of the pool."""


class SessionReader:
    """Reads inside a write transaction, so that an answer shows what was just written."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.queries = 0

    def rows(self, sql: str, parameters: Any = ()) -> list[Any]:
        self.queries += 1
        if self.session.autoflush:  # off while a row is checked that must not be written yet
            self.session.flush()
        return list(self.session.connection().exec_driver_sql(sql, parameters or None).fetchall())


class Context:
    """What a handler has at hand.

    Reading goes through `reader` (raw rows, by plans); writing through `session`, which is there in writing requests
    only and is committed when the handler returns.
    """

    def __init__(
        self, api: "Api", incoming: Incoming, reader: Reader, caller: Caller | None, session: Session | None = None
    ) -> None:
        self.api = api
        self.incoming = incoming
        self.reader = reader
        self.caller = caller
        self._session = session
        self._known: dict[tuple[type[Base], int, tuple[str, ...]], bool] = {}
        self.after_commit: list[Callable[[], None]] = []
        self.on_failure: list[Callable[[], None]] = []
        """What takes back what the transaction cannot: files that were written before it failed."""

    @property
    def session(self) -> Session:
        """The transaction of a writing request."""
        if self._session is None:
            raise RuntimeError("a reading request has no session to write to")
        return self._session

    @property
    def writing(self) -> bool:
        return self._session is not None

    @property
    def user(self) -> Caller:
        """Who is asking. Raises NotAuthenticated when nobody signed in."""
        if self.caller is None:
            raise NotAuthenticated("Authentication credentials were not provided.")
        return self.caller

    @property
    def query(self) -> Mapping[str, str]:
        return self.incoming.query

    @property
    def planner(self) -> Planner:
        return self.api.planner

    @cached_property
    def now(self) -> datetime:
        """The time of this request (UTC); every row that it writes carries the same."""
        return datetime.now(UTC)

    @property
    def today(self) -> date:
        return self.now.date()

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters that any statement may use."""
        user, token = (self.caller.pk, self.caller.token) if self.caller else (0, None)
        return {"_user": user, "_token": token or 0, "_today": self.today}

    def body(self) -> Mapping[str, Any]:
        """The body as an object; an empty body is an empty one. Raises InvalidInput where it is something else."""
        value = self.any_body()
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise InvalidInput(f"Invalid data. Expected a dictionary, but got {type(value).__name__}.")
        return value

    def any_body(self) -> Any:
        """The body, whatever JSON it is. Raises InvalidInput (`detail`) when it could not be read."""
        from server.rest.errors import UnreadableBody, UnsupportedType

        if self.incoming.unsupported_type is not None:
            raise UnsupportedType(self.incoming.unsupported_type)
        if self.incoming.body_error is not None:
            raise UnreadableBody(self.incoming.body_error)
        return self.incoming.body

    def ask(self, key: Hashable, make: Callable[[], Select[Any]], **parameters: Any) -> list[Any]:
        """The raw rows of a statement that is compiled once under `key`."""
        plan = self.planner.keep(("ask", key), lambda: Plan(make(), self.planner.dialect, None))
        return plan.run(self.reader, {**self.parameters, **parameters})

    def exists(self, model: type[Base], pk: int, limits: Mapping[str, Any] | None = None) -> bool:
        """Whether there is a row with that key (asked once per request) that passes `limits`: column to yes or no."""
        names = tuple(f"{name}={value}" for name, value in sorted((limits or {}).items()))
        known = self._known.get((model, pk, names))
        if known is None:
            table = model.__table__
            passes = [table.c[name].is_(value) for name, value in (limits or {}).items()]
            known = -(2**63) <= pk < 2**63 and bool(
                self.ask(
                    ("exists", model, names),
                    lambda: select(table.c.pk).where(table.c.pk == bindparam("pk"), *passes), pk=pk,
                )
            )  # fmt: skip
            self._known[model, pk, names] = known
        return known

    def know(self, model: type[Base], asked: Iterable[int], found: Container[int]) -> None:
        """Take note of which of the keys exist, so that `exists` need not ask."""
        self._known.update({(model, key, ()): key in found for key in asked})

    def prefetch(self, model: type[Base], values: Iterable[Any]) -> None:
        """Ask once for many keys; `exists` then answers from memory."""
        numbers = sorted({
            int(value) for value in values
            if isinstance(value, (int, str)) and not isinstance(value, bool) and str(value).isdigit()
            and int(value) < 2**63 and (model, int(value), ()) not in self._known
        })  # fmt: skip
        if len(numbers) < 2:
            return
        table = model.__table__
        for start in range(0, len(numbers), 500):
            chunk = numbers[start : start + 500]
            names = [f"pk_{index}" for index in range(len(chunk))]
            statement, parameters = self._any_of(table, names), dict(zip(names, chunk, strict=True))
            found = {row[0] for row in self.ask(("exists", model, len(chunk)), statement, **parameters)}
            self._known.update({(model, number, ()): number in found for number in chunk})

    @staticmethod
    def _any_of(table: FromClause, names: list[str]) -> Callable[[], Select[Any]]:
        return lambda: select(table.c.pk).where(table.c.pk.in_([bindparam(name) for name in names]))

    def setting(self, key: str) -> Any:
        """The value of a global setting, in its own type."""
        return self.api.global_setting(self, key)
