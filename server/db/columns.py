"""The columns that models are made of.

Each helper makes a mapped column and keeps beside it, in `Column.info`, what the REST engine and `OPTIONS` need to know
of it: its kind, label, help text, limits and whether a blank is allowed. A model is thereby the one place that says
what a field is; a resource names only the exceptions.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, Double, ForeignKey, Index, Integer, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from server.db.types import Fixed, UtcDateTime, line, prose

__all__ = [
    "LARGEST",
    "MONEY_PLACES",
    "QUANTITY_PLACES",
    "Base",
    "boolean",
    "char",
    "currency",
    "day",
    "email",
    "floating",
    "foreign",
    "image",
    "integer",
    "json_field",
    "key",
    "long_text",
    "moment",
    "money",
    "positive",
    "quantity",
    "sparse",
    "upload",
    "url",
]

QUANTITY_PLACES = 5
MONEY_PLACES = 6
LARGEST = 2**63 - 1

# Every constraint has a name, so that a later migration can change it on every database.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=_NAMES)


# 64 bits on every database; SQLite numbers its rows by a column that is called just INTEGER.
_WHOLE = BigInteger().with_variant(Integer, "sqlite")


def key() -> Mapped[int]:
    """The primary key, never given twice (SQLite is told to keep a sequence)."""
    return mapped_column(
        _WHOLE,
        primary_key=True,
        autoincrement=True,
        sort_order=-1,
        info={"kind": "integer", "label": "ID", "read_only": True},
    )


def _info(kind: str, label: str, help_text: str, null: bool, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "label": label, "help_text": help_text, "null": null} | {
        name: value for name, value in more.items() if value is not None
    }


def char(
    length: int, label: str, help_text: str = "", *, null: bool = False, blank: bool = False,
    default: str | None = None, index: bool = False, unique: bool = False, kind: str = "string",
) -> Mapped[Any]:  # fmt: skip
    """A line of text of at most `length` characters. `blank`: the empty text is allowed. A `default` of None means
    that the field must be given, unless null or blank is allowed."""
    filled = "" if default is None and blank and not null else default
    return mapped_column(
        line(length), nullable=null, default=filled, index=index, unique=unique,
        info=_info(kind, label, help_text, null, blank=blank, max_length=length, default=default),
    )  # fmt: skip


def url(label: str, help_text: str = "", *, null: bool = False, blank: bool = True) -> Mapped[Any]:
    """A web address of at most 2,000 characters."""
    return char(2000, label, help_text, null=null, blank=blank, kind="url")


def email(label: str, help_text: str = "", *, null: bool = True, blank: bool = True) -> Mapped[Any]:
    """An e-mail address."""
    return char(254, label, help_text, null=null, blank=blank, kind="email")


def image(label: str = "Image") -> Mapped[Any]:
    """The path of a picture below the media directory; None (or, in old data, "") when there is none."""
    return char(100, label, null=True, kind="image")


def upload(label: str, help_text: str = "") -> Mapped[Any]:
    """The path of a file below the media directory; None (or, in old data, "") when there is none."""
    return char(100, label, help_text, null=True, kind="file")


def long_text(
    label: str, help_text: str = "", *, null: bool = True, blank: bool = True, length: int | None = None
) -> Mapped[Any]:
    """Text of any length; `length` is the limit that input is held to (notes: 50,000)."""
    return mapped_column(
        prose(), nullable=null, default=None if null else "",
        info=_info("string", label, help_text, null, blank=blank, max_length=length),
    )  # fmt: skip


def integer(
    label: str, help_text: str = "", *, null: bool = False, default: int | None = None, minimum: int | None = None,
    maximum: int | None = None, index: bool = False, choices: str | None = None,
) -> Mapped[Any]:  # fmt: skip
    """A whole number; `choices` names a status class of server/domain/status.py."""
    return mapped_column(
        _WHOLE, nullable=null, default=default, index=index,
        info=_info(
            "choice" if choices else "integer", label, help_text, null, min_value=minimum, max_value=maximum,
            default=default, choices=choices,
        ),
    )  # fmt: skip


def positive(
    label: str, help_text: str = "", *, null: bool = False, default: int | None = None, index: bool = False
) -> Mapped[Any]:
    """A whole number that is not negative."""
    return integer(label, help_text, null=null, default=default, minimum=0, maximum=LARGEST, index=index)


def floating(label: str, help_text: str = "", *, null: bool = False, default: float | None = None) -> Mapped[Any]:
    """A number whose last digits do not matter (a rate, a parsed parameter)."""
    return mapped_column(
        Double, nullable=null, default=default, info=_info("float", label, help_text, null, default=default)
    )


def quantity(
    label: str, help_text: str = "", *, null: bool = False, default: Decimal | int | None = None,
    minimum: int | None = None, floor: int | None = 0, places: int = QUANTITY_PLACES,
) -> Mapped[Any]:  # fmt: skip
    """An exact amount of something, `places` decimal places. `minimum` is the limit that `OPTIONS` tells, `floor` the
    one that holds although `OPTIONS` is silent about it (InvenTree checks it behind the form)."""
    return mapped_column(
        Fixed(places), nullable=null, default=default,
        info=_info("quantity", label, help_text, null, min_value=minimum, floor=floor, default=default, places=places),
    )  # fmt: skip


def money(label: str, help_text: str = "", *, null: bool = True, default: Decimal | int | None = None) -> Mapped[Any]:
    """An exact amount of money, six decimal places; its currency is in a column of its own beside it."""
    return mapped_column(
        Fixed(MONEY_PLACES),
        nullable=null,
        default=default,
        info=_info("money", label, help_text, null, default=default),
    )


def currency(
    label: str = "Currency", help_text: str = "", *, default: str | None = "USD", null: bool = False
) -> Mapped[Any]:
    """A currency code (ISO 4217)."""
    return mapped_column(
        line(3), nullable=null, default=default, info=_info("currency", label, help_text, null, default=default)
    )


def boolean(label: str, help_text: str = "", *, default: bool = False, null: bool = False) -> Mapped[Any]:
    """Yes or no."""
    return mapped_column(
        Boolean, nullable=null, default=default, info=_info("boolean", label, help_text, null, default=default)
    )


def day(label: str, help_text: str = "", *, null: bool = True, index: bool = False) -> Mapped[date | None]:
    """A date without a time."""
    return mapped_column(Date, nullable=null, index=index, info=_info("date", label, help_text, null))


def moment(label: str, help_text: str = "", *, null: bool = True, index: bool = False) -> Mapped[datetime | None]:
    """A point in time, UTC."""
    return mapped_column(UtcDateTime, nullable=null, index=index, info=_info("datetime", label, help_text, null))


def json_field(label: str = "", help_text: str = "", *, null: bool = True) -> Mapped[Any]:
    """Any JSON value (metadata, deltas)."""
    return mapped_column(JSON(none_as_null=True), nullable=null, info=_info("json", label, help_text, null))


def foreign(
    target: str, label: str, help_text: str = "", *, null: bool = False, on_delete: str = "RESTRICT",
    index: bool = True, unique: bool = False, filters: dict[str, Any] | None = None,
) -> Mapped[Any]:  # fmt: skip
    """The key of a row of the table `target` ("stock_stocklocation"). `filters` are the limits on what may be chosen,
    as `OPTIONS` tells them. The attribute is named `<field>_id`, the JSON member `<field>`. `on_delete` is what the
    database does when that row goes: "CASCADE", "SET NULL" or "RESTRICT"."""
    return mapped_column(
        _WHOLE, ForeignKey(f"{target}.pk", ondelete=on_delete), nullable=null, unique=unique,
        index=index and not unique,
        info=_info("related", label, help_text, null, target=target, filters=filters),
    )  # fmt: skip


def sparse(table: str, column: str) -> Index:
    """An index of the rows that have a value in `column`: for foreign keys that are mostly empty, it costs nothing to
    write the other rows. (MySQL has no such thing and keeps all rows.)"""
    given = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=given, postgresql_where=given)
