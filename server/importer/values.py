"""From the values of an export (JSON) to those of the columns."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Double, Integer, String, Text
from sqlalchemy.types import BigInteger

from server.db.types import Fixed, UtcDateTime
from server.importer.report import printable

__all__ = ["BadValue", "converter"]

LARGEST = 2**63


class BadValue(ValueError):
    """A value that its column cannot hold; the message says why."""


def converter(column: Column[Any]) -> Callable[[Any], Any]:
    """The function that makes a value of `column` from a JSON value. It raises BadValue."""
    convert = _conversion(column)
    nullable = bool(column.nullable)
    instead = _instead_of_null(column)

    def checked(value: Any) -> Any:
        if value is None:
            if nullable:
                return None
            if instead is None:
                raise BadValue("null is not allowed")
            return instead
        return convert(value)

    return checked


def _instead_of_null(column: Column[Any]) -> Any:
    """Older generations have null in some fields that must have a value since: the empty text, or the default."""
    if column.info.get("blank"):
        return ""
    default = column.default
    return default.arg if default is not None and default.is_scalar else None  # type: ignore[attr-defined]


def _conversion(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, Fixed):
        return lambda value: _decimal(value, kind)
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, Text):
        return lambda value: _text(value, None)
    if isinstance(kind, String):
        return lambda value: _text(value, kind.length)
    for known, conversion in (
        (Boolean, _boolean), (BigInteger, _whole), (Integer, _whole), (Date, _date), (Double, _number), (JSON, _json),
    ):  # fmt: skip
        if isinstance(kind, known):
            return conversion
    raise TypeError(f"no conversion to {kind!r} of {column}")


def _text(value: Any, length: int | None) -> str:
    if not isinstance(value, str):
        raise BadValue(f"{printable(value)} is not a text")
    if length is not None and len(value) > length:
        raise BadValue(f"{len(value)} characters are more than {length}")
    if "\x00" in value or not _encodable(value):
        raise BadValue("it holds characters that no database keeps")
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue(f"{printable(value)} is neither true nor false")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST <= value < LARGEST:
        raise BadValue(f"{printable(value)} is not a whole number")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):
        raise BadValue(f"{printable(value)} is not a number")
    return float(value)


def _decimal(value: Any, kind: Fixed) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise BadValue(f"{printable(value)} is not a number")
    try:
        number = Decimal(str(value))
        steps = number.scaleb(kind.places)
        if not number.is_finite() or steps != int(steps):
            raise BadValue(f"{printable(value)} is not a number of at most {kind.places} decimal places")
    except InvalidOperation:
        raise BadValue(f"{printable(value)} is not a number") from None
    if abs(steps) >= LARGEST:
        raise BadValue(f"{printable(value)} is too large")
    return number


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadValue(f"{printable(value)} is not a date") from None


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadValue(f"{printable(value)} is not a date and time") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(value: Any) -> Any:
    return value
