"""The kinds of filters that a list may be asked with.

A filter reads the text of a query parameter and gives a `Test`, or None where the text means "no filter" (as unknown
booleans do in InvenTree). It raises InvalidInput with InvenTree's text where the value cannot be read. Conditions are
built once for each form of a filter and kept compiled; the values are always bound parameters.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, Dialect, Select, and_, bindparam, exists, func, not_, or_, select

from server.db.columns import Base
from server.domain.errors import InvalidInput
from server.rest.query import Source, Test

if TYPE_CHECKING:
    from server.rest.context import Context

__all__ = [
    "BAD_CHOICE",
    "Below",
    "Compare",
    "Custom",
    "Elsewhere",
    "Exact",
    "Family",
    "Filter",
    "Flag",
    "InList",
    "Range",
    "Regex",
    "RelatedTo",
    "Set",
    "contains",
    "has_tag",
    "read_boolean",
    "search_tests",
]

BAD_CHOICE = "Select a valid choice. That choice is not one of the available choices."
TRUE = frozenset({"true", "1", "yes", "y", "on", "t"})
FALSE = frozenset({"false", "0", "no", "n", "off", "f"})


def read_boolean(text: str | None) -> bool | None:
    """True, False, or None where the text is neither."""
    if text is None:
        return None
    lowered = text.strip().lower()
    return True if lowered in TRUE else False if lowered in FALSE else None


class Filter(Protocol):
    """What a list may be narrowed by; `name` is the query parameter."""

    @property
    def name(self) -> str: ...

    def read(self, text: str, context: "Context") -> Test | None: ...


def _number(name: str, text: str) -> int:
    try:
        number = int(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        raise InvalidInput({name: ["Enter a number."]}) from None
    return max(-(2**63), min(number, 2**63 - 1))


def _decimal(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**13:
        raise InvalidInput({name: ["Enter a number."]})
    return number


def _date(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({name: ["Enter a valid date."]}) from None


def _text(name: str, text: str) -> str:
    return text


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "text": _text, "number": _number, "decimal": _decimal, "date": _date,
}  # fmt: skip


@dataclass(frozen=True)
class Exact:
    """Equality with the column at `path` (the name where it is not given)."""

    name: str
    path: str = ""
    kind: str = "text"
    null: bool = False
    """Whether the text "null" asks for rows that have none."""
    fold: bool = False
    """Whether case does not count."""

    def read(self, text: str, context: "Context") -> Test | None:
        if text == "":
            return None
        path = self.path or self.name
        if self.null and text.lower() in ("null", "none"):
            return Test((self.name, "null"), lambda row: row.column(path).is_(None))
        value = READERS[self.kind](self.name, text)
        if self.fold:
            return Test(
                (self.name, "fold"), lambda row: func.lower(row.column(path)) == bindparam(f"f_{self.name}"),
                {f"f_{self.name}": value.lower()},
            )  # fmt: skip
        return Test(
            (self.name, "is"), lambda row: row.column(path) == bindparam(f"f_{self.name}", type_=row.column(path).type),
            {f"f_{self.name}": value},
        )  # fmt: skip


@dataclass(frozen=True)
class Compare:
    """A bound on the column at `path`: `op` is one of < <= > >=. Round decimals to what the column keeps."""

    name: str
    path: str
    op: str
    kind: str = "number"

    def read(self, text: str, context: "Context") -> Test | None:
        if text == "":
            return None
        value = READERS[self.kind](self.name, text)
        return Test(
            (self.name, "compare"),
            lambda row: row.column(self.path).op(self.op)(
                bindparam(f"f_{self.name}", type_=row.column(self.path).type)
            ),
            {f"f_{self.name}": value},
        )


def Range(path: str, *, before: str, after: str, kind: str = "date") -> tuple[Compare, Compare]:
    """The two filters that bound a date: strictly before and strictly after."""
    return (Compare(before, path, "<", kind), Compare(after, path, ">", kind))


@dataclass(frozen=True)
class RelatedTo:
    """The key of a related row that must exist: otherwise 400 as a model-choice filter answers."""

    name: str
    model: type[Base]
    path: str = ""
    null: bool = False
    where: Callable[[Source, ColumnElement[Any]], ColumnElement[Any]] | None = None
    """The condition, from the row and the bound key; equality with the column when it is not given."""
    must_exist: bool = True

    def read(self, text: str, context: "Context") -> Test | None:
        if text == "":
            return None
        path = self.path or self.name
        if self.null and text.lower() in ("null", "none"):
            return Test((self.name, "null"), lambda row: row.column(path).is_(None))
        if not text.isdigit() or (self.must_exist and not context.exists(self.model, int(text))):
            raise InvalidInput({self.name: [BAD_CHOICE]})

        def where(row: Source) -> ColumnElement[Any]:
            key: ColumnElement[Any] = bindparam(f"f_{self.name}", type_=self.model.__table__.c.pk.type)
            return self.where(row, key) if self.where else row.column(path) == key

        return Test((self.name, "related"), where, {f"f_{self.name}": int(text)})


@dataclass(frozen=True)
class Flag:
    """A yes-or-no question about the row; `where` gives the condition for yes. What is neither is no filter."""

    name: str
    where: Callable[[Source], ColumnElement[Any]]
    otherwise: Callable[[Source], ColumnElement[Any]] | None = None
    """The condition for no, where it is not just the opposite."""

    def read(self, text: str, context: "Context") -> Test | None:
        wanted = read_boolean(text)
        if wanted is None:
            return None
        if wanted:
            return Test((self.name, True), self.where)
        return Test((self.name, False), self.otherwise or (lambda row: not_(self.where(row))))


def Set(name: str, path: str = "") -> Flag:
    """A boolean column of the row."""
    return Flag(name, lambda row: row.column(path or name).is_(True), lambda row: row.column(path or name).is_(False))


@dataclass(frozen=True)
class InList:
    """Comma-separated numbers: rows whose column at `path` is (`exclude`: is not) among them. What is no number is
    refused."""

    name: str
    path: str = "pk"
    exclude: bool = False

    def read(self, text: str, context: "Context") -> Test | None:
        parts = [part.strip() for part in text.replace("[", "").replace("]", "").split(",")]
        numbers = [_number(self.name, part) for part in parts if part]
        if not numbers:
            return None
        names = [f"f_{self.name}_{index}" for index in range(len(numbers))]

        def where(row: Source) -> ColumnElement[Any]:
            column = row.column(self.path)
            inside = column.in_([bindparam(name, type_=column.type) for name in names])
            return not_(inside) if self.exclude else inside

        return Test((self.name, len(names)), where, dict(zip(names, numbers, strict=True)))


@dataclass(frozen=True)
class Below:
    """A node of a tree and, with `cascade`, all below it. `path` is the foreign key ("location", or "" where the row is
    itself a node and its parent is meant). An unknown key means no filter, as in InvenTree."""

    name: str
    model: type[Base]
    path: str
    cascade_by_default: bool = True

    def read(self, text: str, context: "Context") -> Test | None:
        if text == "":
            return None
        cascade = read_boolean(context.query.get("cascade"))
        cascade = self.cascade_by_default if cascade is None else cascade
        if text.lower() in ("null", "none"):
            return None if cascade else Test((self.name, "null"), lambda row: row.column(self.path).is_(None))
        pk = _number(self.name, text)
        if not cascade:
            return Test(
                (self.name, "is"), lambda row: row.column(self.path) == bindparam(f"f_{self.name}"),
                {f"f_{self.name}": pk},
            )  # fmt: skip
        found = context.ask(("branch", self.model), self._branch, pk=pk)
        if not found:
            return None
        if not found[0][1]:  # nothing is below it: one key finds the rows in the order of an index
            return Test(
                (self.name, "is"), lambda row: row.column(self.path) == bindparam(f"f_{self.name}"),
                {f"f_{self.name}": pk},
            )  # fmt: skip
        start, stop = subtree_bounds(found[0][0])

        def where(row: Source) -> ColumnElement[Any]:
            nodes = self.model.__table__.alias("below")
            inside = select(nodes.c.pk).where(
                nodes.c.tree_path >= bindparam(f"f_{self.name}_start"),
                nodes.c.tree_path < bindparam(f"f_{self.name}_stop"),
            )
            return row.column(self.path).in_(inside)

        return Test((self.name, "below"), where, {f"f_{self.name}_start": start, f"f_{self.name}_stop": stop})

    def _branch(self) -> Select[Any]:
        """The node's tree path and whether anything is below it."""
        nodes, child = self.model.__table__, self.model.__table__.alias("child")
        has_children = exists(select(child.c.pk).where(child.c.parent_id == nodes.c.pk).correlate(nodes))
        return select(nodes.c.tree_path, has_children).where(nodes.c.pk == bindparam("pk"))


def subtree_bounds(tree_path: str) -> tuple[str, str]:
    """The half-open range of tree paths of a node and all below it ("/1/5/" up to "/1/50", since "0" follows "/")."""
    return tree_path, tree_path[:-1] + "0"


@dataclass(frozen=True)
class Custom:
    """A filter with a rule of its own: `make(text, context)` gives the test or None."""

    name: str
    make: Callable[[str, "Context"], Test | None]

    def read(self, text: str, context: "Context") -> Test | None:
        return self.make(text, context)


@dataclass(frozen=True)
class Family:
    """Filters whose names follow a pattern ("parameter_4_gt"): `make(match, text, context)` gives the test or None."""

    pattern: re.Pattern[str]
    make: Callable[[re.Match[str], str, "Context"], Test | None]

    def tests(self, context: "Context") -> list[Test]:
        """The conditions of all parameters of the query whose names fit."""
        fitting = ((self.pattern.fullmatch(name), text) for name, text in context.query.items())
        made = [self.make(match, text.strip(), context) for match, text in fitting if match is not None]
        return [test for test in made if test is not None]


# ---------------------------------------------------------------------------------------------------------- search


Matches = Callable[[ColumnElement[Any]], ColumnElement[Any]]


@dataclass(frozen=True)
class Elsewhere:
    """Text in rows that point to the row, to be searched as well: the SKUs of a part. `keys` selects, from a matcher
    for one column, what the column at `path` must be among."""

    keys: Callable[[Matches], Select[Any]]
    path: str = "pk"


Searched = str | Elsewhere


def _anywhere(row: Source, searched: Sequence[Searched], matches: Matches) -> ColumnElement[Any]:
    return or_(*(
        matches(row.column(one)) if isinstance(one, str) else row.column(one.path).in_(one.keys(matches))
        for one in searched
    ))  # fmt: skip


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def contains(column: ColumnElement[Any], parameter: str, dialect: Dialect) -> ColumnElement[Any]:
    """Whether the column holds the bound pattern, whatever the case."""
    pattern: ColumnElement[Any] = bindparam(parameter)
    if dialect.name == "postgresql":
        return column.ilike(pattern, escape="\\")
    if dialect.name in ("mysql", "mariadb"):
        return func.lower(column).like(func.lower(pattern), escape="\\")
    return column.like(pattern, escape="\\")


def _variants(word: str, dialect: Dialect) -> list[str]:
    """SQLite folds the case of ASCII letters only: a Cyrillic word is looked for in its usual spellings."""
    if word.isascii() or dialect.name != "sqlite":
        return [word]
    return list(dict.fromkeys((word, word.lower(), word.upper(), word.capitalize())))


def search_tests(paths: Sequence[Searched], context: "Context") -> list[Test]:
    """One test for each word of `?search=`: it must be in one of the columns. With `search_whole` the whole word must
    match, with `search_regex` the word is a regular expression."""
    text = context.query.get("search", "").strip()
    if not text or not paths:
        return []
    dialect = context.planner.dialect
    whole = read_boolean(context.query.get("search_whole")) or False
    regex = read_boolean(context.query.get("search_regex")) or False
    tests = []
    edge = r"\y" if dialect.name == "postgresql" else r"\b"
    for number, word in enumerate(text.replace(",", " ").split()[:20]):
        if regex:
            _check_pattern("search", word)
        if regex or whole:
            pattern = word if regex else f"{edge}{_regex_quoted(word)}{edge}"
            tests.append(_regex_test(paths, number, pattern, dialect))
        else:
            tests.append(_word_test(paths, number, _variants(word, dialect), dialect))
    return tests


def _word_test(paths: Sequence[Searched], number: int, words: list[str], dialect: Dialect) -> Test:
    names = [f"s_{number}_{index}" for index in range(len(words))]

    def where(row: Source) -> ColumnElement[Any]:
        return _anywhere(row, paths, lambda column: or_(*(contains(column, name, dialect) for name in names)))

    return Test(
        ("search", number, len(words), tuple(paths)), where,
        {name: f"%{_escaped(word)}%" for name, word in zip(names, words, strict=True)},
    )  # fmt: skip


def _regex_quoted(word: str) -> str:
    return "".join(character if character.isalnum() else f"\\{character}" for character in word)


def _check_pattern(name: str, pattern: str) -> None:
    """Raises InvalidInput where it is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise InvalidInput({name: [f"Invalid regular expression: {error}"]}) from None


def _matching(parameter: str, dialect: Dialect) -> Matches:
    """Whether a column matches the bound pattern, whatever the case. SQLite's REGEXP is Python's re, which takes its
    flags in the pattern (`_caseless`)."""
    flags = None if dialect.name == "sqlite" else "i"
    return lambda column: column.regexp_match(bindparam(parameter), flags=flags)


def _caseless(pattern: str, dialect: Dialect) -> str:
    return f"(?i){pattern}" if dialect.name == "sqlite" else pattern


def _regex_test(paths: Sequence[Searched], number: int, pattern: str, dialect: Dialect) -> Test:
    name = f"s_{number}"
    return Test(
        ("search", "regex", number, tuple(paths)), lambda row: _anywhere(row, paths, _matching(name, dialect)),
        {name: _caseless(pattern, dialect)},
    )  # fmt: skip


@dataclass(frozen=True)
class Regex:
    """The column matches a regular expression, whatever the case."""

    name: str
    path: str

    def read(self, text: str, context: "Context") -> Test | None:
        if text == "":
            return None
        _check_pattern(self.name, text)
        matches = _matching(f"f_{self.name}", context.planner.dialect)
        return Test(
            (self.name, "regex"), lambda row: matches(row.column(self.path)),
            {f"f_{self.name}": _caseless(text, context.planner.dialect)},
        )  # fmt: skip


def has_tag(model_type: str, tagged: type[Base], tag: type[Base]) -> Custom:
    """`?tags=` asks for rows with all of the comma-separated tags. As `?tags=true` it only asks to see them."""

    def make(text: str, context: "Context") -> Test | None:
        names = [name.strip().lower() for name in text.split(",") if name.strip()]
        if not names or read_boolean(text) is not None:
            return None
        links, tags = tagged.__table__, tag.__table__
        parameters = {f"f_tag_{index}": name for index, name in enumerate(names)}

        def where(row: Source) -> ColumnElement[Any]:
            return and_(*(
                exists().where(
                    links.c.model_id == row.c.pk, links.c.model_type == model_type, links.c.tag_id == tags.c.pk,
                    func.lower(tags.c.name) == bindparam(parameter),
                )
                for parameter in parameters
            ))  # fmt: skip

        return Test(("tags", len(names)), where, parameters)

    return Custom("tags", make)
