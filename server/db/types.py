"""Column types that mean the same on SQLite, MySQL/MariaDB and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String
from sqlalchemy.dialects.mysql import DATETIME, LONGTEXT
from sqlalchemy.types import Text, TypeDecorator, TypeEngine

__all__ = ["Fixed", "UtcDateTime", "line", "prose"]

# Texts compare and sort by code point, as SQLite does: "b2" and "B2" are two serial numbers on every database.
_EXACT = {"postgresql": "C", "mysql": "utf8mb4_bin", "mariadb": "utf8mb4_bin"}


def line(length: int) -> String:
    """A line of text of at most `length` characters, compared exactly."""
    kind = String(length)
    for dialect, collation in _EXACT.items():
        kind = kind.with_variant(String(length, collation=collation), dialect)
    return kind


def prose() -> Text:
    """Text of any length, compared exactly (MySQL's own TEXT would end at 65,535 bytes)."""
    return (
        Text()
        .with_variant(Text(collation="C"), "postgresql")
        .with_variant(LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")
    )


class Fixed(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, kept as a whole number of its smallest step.

    SQLite has no decimals: it would keep 0.1 as a float and sums would drift. A whole number is exact, sorts, compares
    and adds on every database. `Fixed(5)` holds 1.25 as 125000. What has more places than that is refused on the way
    in (`ValueError`), never rounded; so is what does not fit (`Fixed(5)` ends at 92 million million).
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places
        self.scale = 10**places

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(str(value)) * self.scale if not isinstance(value, Decimal) else value * self.scale
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"{value} has more than {self.places} decimal places")
        if abs(whole) >= 2**63:
            raise ValueError(f"{value} is too large")
        return whole

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, kept in UTC without a zone, given back with the zone set."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # MySQL drops the microseconds unless told to keep them.
        return dialect.type_descriptor(DATETIME(fsp=6) if dialect.name in ("mysql", "mariadb") else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is None:
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)
