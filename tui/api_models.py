"""What answers of the server mean to the client: the few things it reasons about, as frozen dataclasses.

Lists on the screen show the rows as they came; these are for what is decided here. Members that the client does not
know are ignored, ones that an older server does not send have a default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui.views.formats import decimal_of, quantity

__all__ = ["Location", "Person", "ServerInfo", "StatusChoice", "StockItem"]

Row = Mapping[str, Any]

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a server says of itself to anybody who asks."""

    version: str
    api_version: int
    instance: str
    is_bincard: bool = False

    @classmethod
    def of(cls, answer: Row) -> "ServerInfo":
        """From `GET /api/`. Raises TypeError when no InvenTree server answers like that."""
        number = answer.get("apiVersion")
        if not isinstance(number, int) or not isinstance(answer.get("version"), str):
            raise TypeError("no apiVersion")
        plugins = answer.get("active_plugins") or []
        return cls(
            version=answer["version"],
            api_version=number,
            instance=_text(answer.get("instance")),
            is_bincard=any(isinstance(each, Mapping) and each.get("slug") == "bincard" for each in plugins),
        )

    def __str__(self) -> str:
        return f"{'Bincard' if self.is_bincard else 'InvenTree'} {self.version} (API {self.api_version})"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, and what the role allows: role -> verbs (view, add, change, delete)."""

    pk: int
    username: str
    full_name: str
    is_staff: bool
    is_superuser: bool
    roles: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, me: Row, roles: Row) -> "Person":
        """From `user/me/` and `user/me/roles/`. Raises TypeError when these are not a user's."""
        username, pk = me.get("username"), me.get("pk")
        if not isinstance(username, str) or not isinstance(pk, int):
            raise TypeError("no username")
        given = roles.get("roles")
        return cls(
            pk=pk,
            username=username,
            full_name=f"{_text(me.get('first_name'))} {_text(me.get('last_name'))}".strip(),
            is_staff=bool(me.get("is_staff") or roles.get("is_staff")),
            is_superuser=bool(me.get("is_superuser") or roles.get("is_superuser")),
            roles={
                role: frozenset(verbs or ()) for role, verbs in (given if isinstance(given, Mapping) else {}).items()
            },
        )

    def can(self, role: str, verb: str) -> bool:
        """Whether the role allows it."""
        return self.is_superuser or verb in self.roles.get(role, ())


@dataclass(frozen=True, slots=True)
class StatusChoice:
    """One status that a thing can be given. `key` is what is sent; custom ones have keys of their own."""

    key: int
    label: str
    color: str = ""

    @classmethod
    def all_of(cls, answer: Row) -> list["StatusChoice"]:
        """From `stock/status/` and its like, in the server's order; entries without a key are left out."""
        values = answer.get("values")
        found = values.values() if isinstance(values, Mapping) else ()
        return [
            cls(entry["key"], _text(entry.get("label") or entry.get("name")), _text(entry.get("color")))
            for entry in found
            if isinstance(entry, Mapping) and isinstance(entry.get("key"), int)
        ]


@dataclass(frozen=True, slots=True)
class Location:
    """A place for stock. A structural one holds no stock itself."""

    pk: int
    name: str
    path: str = ""
    structural: bool = False
    external: bool = False

    @classmethod
    def of(cls, row: Row) -> "Location":
        """From a row of `stock/location/` or its tree."""
        name = _text(row.get("name"))
        return cls(
            pk=int(row["pk"]),
            name=name,
            path=_text(row.get("pathstring")) or name,
            structural=bool(row.get("structural")),
            external=bool(row.get("external")),
        )


@dataclass(frozen=True, slots=True)
class StockItem:
    """A quantity of a part in one place, with what decides about it. Quantities have five places at most."""

    pk: int
    part: int
    part_name: str
    quantity: Decimal
    allocated: Decimal = ZERO
    units: str = ""
    serial: str = ""
    batch: str = ""
    location: int | None = None
    location_path: str = ""
    status: int = 10
    status_text: str = ""
    supplier_part: int | None = None
    packaging: str = ""
    updated: str = ""
    stocktake_date: str = ""
    delete_on_deplete: bool = False
    trackable: bool = False
    """Whether its part is tracked piece by piece, so that there are only whole ones."""
    where_else: str = ""
    """Why it is not in stock although it has a quantity ("is with a customer"), "" when nothing is in the way."""
    installed_items: int = 0
    tracking_items: int | None = None
    """How many entries its history has, None where the server does not say."""

    @classmethod
    def of(cls, row: Row) -> "StockItem":
        """From a row of `stock/`. Raises KeyError or ValueError for what is no stock item."""
        on_hand = decimal_of(row["quantity"])
        if on_hand is None:
            raise ValueError(f"stock item {row['pk']} has no quantity")
        part = row.get("part_detail") or {}
        place = row.get("location_detail") or {}
        return cls(
            pk=int(row["pk"]),
            part=int(row["part"]),
            part_name=_text(part.get("full_name") or part.get("name")) or f"part {row['part']}",
            quantity=on_hand,
            allocated=decimal_of(row.get("allocated")) or ZERO,
            units=_text(part.get("units")),
            serial=_text(row.get("serial")),
            batch=_text(row.get("batch")),
            location=row.get("location"),
            location_path=_text(place.get("pathstring") or place.get("name")),
            # A custom status is told apart by its own key; the plain one is what it counts as.
            status=int(row.get("status_custom_key") or row.get("status") or 10),
            status_text=_text(row.get("status_text")),
            supplier_part=row.get("supplier_part"),
            packaging=_text(row.get("packaging")),
            updated=_text(row.get("updated")),
            stocktake_date=_text(row.get("stocktake_date")),
            delete_on_deplete=bool(row.get("delete_on_deplete")),
            trackable=bool(part.get("trackable")),
            where_else=_where_else(row),
            installed_items=int(row.get("installed_items") or 0),
            tracking_items=row.get("tracking_items"),
        )

    @property
    def available(self) -> Decimal:
        """What is promised to nobody, 0 when more is promised than there is."""
        return max(self.quantity - self.allocated, ZERO)

    @property
    def is_serialised(self) -> bool:
        """Whether it is one piece with a number."""
        return bool(self.serial)

    @property
    def deletes_itself(self) -> bool:
        """Whether the server removes the item when nothing is left of it (it keeps one that is allocated)."""
        return self.delete_on_deplete and not self.is_serialised and self.allocated == 0

    @property
    def label(self) -> str:
        """What people call it: part, and serial number or batch."""
        if self.serial:
            return f"{self.part_name} #{self.serial}"
        return f"{self.part_name} batch {self.batch}" if self.batch else self.part_name

    def amount(self, value: Decimal) -> str:
        """A quantity of this item with its unit."""
        return f"{quantity(value)} {self.units}" if self.units else quantity(value)


def _where_else(row: Row) -> str:
    for member, text in (
        ("customer", "is with a customer"),
        ("belongs_to", "is installed in another item"),
        ("consumed_by", "was used up by a build"),
        ("sales_order", "was shipped to a customer"),
    ):
        if row.get(member) is not None:
            return text
    return "is still being built" if row.get("is_building") else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)
