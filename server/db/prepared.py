"""Statements that are compiled once and run many times, for the few paths where building them would cost more than the
database's work."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Dialect, Update, bindparam
from sqlalchemy.exc import DBAPIError

from server.db.changes import key_parameter, tell_updating

__all__ = ["LARGEST_GROUP", "Prepared", "group_size", "places", "prepared", "rows_among"]

Processor = Callable[[Any], Any]
LARGEST_GROUP = 1024


class Prepared:
    """A compiled statement of SQLAlchemy Core. `results` are the columns of a SELECT, by which raw values become Python
    values."""

    def __init__(self, statement: Any, dialect: Dialect, results: Sequence[ColumnElement[Any]] = ()) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self.updates = str(getattr(statement.table, "name", "")) if isinstance(statement, Update) else ""
        self.key = key_parameter(statement) if isinstance(statement, Update) else None
        if self.updates and self.key is None:
            raise ValueError("an UPDATE that is prepared names its row by `pk = :parameter`")
        self.error: type[Exception] = dialect.loaded_dbapi.Error
        self.constants: dict[str, Any] = {}
        self.processors: dict[str, Processor] = {}
        for bind, name in compiled.bind_names.items():
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                self.processors[name] = process
            if not bind.required:
                value = bind.effective_value
                self.constants[name] = value if process is None else process(value)
        self.positions: list[str] | None = list(compiled.positiontup or ()) if compiled.positional else None
        self.names = self.positions if self.positions is not None else list(compiled.params)
        self.results = [
            (index, process)
            for index, column in enumerate(results)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The parameters in the form that the driver takes. Raises KeyError for one that is missing."""
        constants, processors = self.constants, self.processors
        given = {}
        for name in self.names:
            if name in constants:
                given[name] = constants[name]
            else:
                process = processors.get(name)
                given[name] = values[name] if process is None else process(values[name])
        return tuple(given[name] for name in self.positions) if self.positions is not None else given

    def _bound_all(self, many: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The same for each of several sets of values, column by column: what is the same in all is converted once."""
        columns: list[list[Any]] = []
        for name in self.names:
            if name in self.constants:
                columns.append([self.constants[name]] * len(many))
                continue
            given = [values[name] for values in many]
            process = self.processors.get(name)
            if process is not None:
                first = given[0]
                same = all(value is first for value in given)
                given = [process(first)] * len(many) if same else [process(value) for value in given]
            columns.append(given)
        rows = list(zip(*columns, strict=True))
        return rows if self.positions is not None else [dict(zip(self.names, row, strict=True)) for row in rows]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """The rows of a SELECT, as Python values."""
        with self._cursor(connection) as cursor:
            cursor.execute(self.sql, self.bound(values))
            raw: list[Sequence[Any]] = cursor.fetchall()
        if not self.results or not raw:
            return raw
        columns: list[Sequence[Any]] = list(zip(*raw, strict=True))
        for index, process in self.results:
            columns[index] = [process(value) for value in columns[index]]
        return list(zip(*columns, strict=True))

    def run(self, connection: Connection, many: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each set of values."""
        if not many:
            return
        if self.key is not None:
            tell_updating(connection, self.updates, [values[self.key] for values in many])
        with self._cursor(connection) as cursor:
            if len(many) == 1:
                cursor.execute(self.sql, self.bound(many[0]))
            else:
                cursor.executemany(self.sql, self._bound_all(many))

    @contextmanager
    def _cursor(self, connection: Connection) -> Iterator[Any]:
        """The driver's own cursor, in the transaction of the connection. Its errors become SQLAlchemy's."""
        cursor: Any = connection.connection.cursor()
        try:
            yield cursor
        except self.error as error:
            raise DBAPIError.instance(
                self.sql, None, error, self.error, hide_parameters=True, dialect=connection.dialect
            ) from error
        finally:
            cursor.close()


Made = tuple[Any, Sequence[ColumnElement[Any]]]


@lru_cache(maxsize=1024)
def prepared(make: Callable[..., Made], dialect: Dialect, *form: Any) -> Prepared:
    """The statement that `make(*form)` gives, with its result columns; made once for each dialect and form."""
    statement, results = make(*form)
    return Prepared(statement, dialect, results)


def group_size(count: int) -> int:
    """How many places a list of `count` keys gets in a statement: powers of two, so that a handful of statements serve
    every number of keys (the last key is repeated)."""
    return min(LARGEST_GROUP, 1 << max(0, count - 1).bit_length())


def places(size: int) -> list[BindParameter[Any]]:
    """Places for so many keys, for a statement that `rows_among` runs."""
    return [bindparam(f"pk_{number}") for number in range(size)]


def rows_among(
    connection: Connection, make: Callable[..., Made], keys: Iterable[int], *form: Any, **values: Any
) -> Iterator[Sequence[Any]]:
    """The rows of the SELECT that `make(*form, size)` gives with `places(size)`, for all the keys: in groups, in the
    order of the keys. `values` are its other parameters."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), LARGEST_GROUP):
        group = wanted[start : start + LARGEST_GROUP]
        size = group_size(len(group))
        filled = group + group[-1:] * (size - len(group))
        statement = prepared(make, connection.dialect, *form, size)
        yield from statement.rows(connection, {f"pk_{number}": key for number, key in enumerate(filled)} | values)
