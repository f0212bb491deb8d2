"""Stock items as a list."""

from collections.abc import Callable, Mapping
from typing import Any

from tui.views.formats import decimal_of, quantity, short_date, with_unit
from tui.views.view import ResourceView
from tui.widgets.columns import Column

__all__ = [
    "STOCK_ITEMS",
    "available",
    "batch_or_serial",
    "in_short",
    "item_name",
    "location_name",
    "on_hand",
    "part_of",
    "unit_of",
]

Row = Mapping[str, Any]
OK_STATUS = 10


def part_of(row: Row) -> Row:
    """The part's details as they came along, an empty one when they did not."""
    return row.get("part_detail") or {}


def unit_of(row: Row) -> str:
    """The unit of the part, "" when it is counted in pieces."""
    return str(part_of(row).get("units") or "")


def item_name(row: Row) -> str:
    """What people call the item: its part's name, with the revision."""
    detail = part_of(row)
    name, revision = detail.get("name") or detail.get("full_name"), detail.get("revision")
    return f"{name} {revision}" if name and revision else str(name or f"Part {row.get('part')}")


def batch_or_serial(row: Row) -> str:
    """`#12` for a serial number, else the batch."""
    serial = row.get("serial")
    return f"#{serial}" if serial else str(row.get("batch") or "")


def available(row: Row) -> str:
    """What is on hand and promised to nobody; "" when the server does not say what is allocated."""
    there, allocated = decimal_of(row.get("quantity")), decimal_of(row.get("allocated"))
    return "" if there is None or allocated is None else quantity(max(there - allocated, 0))


def on_hand(row: Row) -> str:
    """The quantity with its unit; a long unit is cut, so that the figure has room."""
    return with_unit(row.get("quantity"), unit_of(row)[:6])


def location_name(row: Row) -> str:
    """Where it lies, as far as the server told: the path, else the name, else nothing."""
    detail = row.get("location_detail") or {}
    return str(detail.get("pathstring") or detail.get("name") or "")


def in_short(row: Row) -> str:
    """Where it lies and how to tell it from its like, in one line."""
    expiry = short_date(row.get("expiry_date"))
    facts = (
        location_name(row) or "no location",
        batch_or_serial(row),
        str(part_of(row).get("IPN") or ""),
        "" if row.get("status") == OK_STATUS else _status(row),
        f"expires {expiry}" if expiry else "",
    )
    return " · ".join(fact for fact in facts if fact)


def _status(row: Row) -> str:
    return str(row.get("status_text") or row.get("status") or "")


def _status_hint(row: Row) -> str:
    return "" if row.get("status") == OK_STATUS else "warn"


def _expiry(row: Row) -> str:
    date = short_date(row.get("expiry_date"))
    return f"{date}!" if date and row.get("expired") else date


def _expiry_hint(row: Row) -> str:
    return "bad" if row.get("expired") else "warn" if row.get("stale") else "muted"


def _text(member: str) -> Callable[[Row], str]:
    return lambda row: str(row.get(member) or "")


def _date(member: str) -> Callable[[Row], str]:
    return lambda row: short_date(row.get(member))


def _of_part(member: str) -> Callable[[Row], str]:
    return lambda row: str(part_of(row).get(member) or "")


STOCK_ITEMS = ResourceView(
    name="stock items",
    path="stock/",
    columns=(
        Column("part", "Part", item_name, width=30, min_width=18, flex=3, priority=0, hint="strong"),
        Column("quantity", "Quantity", on_hand, width=12, min_width=9, align="right", priority=1, hint="number"),
        Column("available", "Available", available, width=9, align="right", priority=3, hint="number"),
        Column("status", "Status", _status, width=12, min_width=6, priority=4, hint=_status_hint),
        Column("batch", "Batch/serial", batch_or_serial, width=14, min_width=9, priority=5),
        Column("ipn", "IPN", _of_part("IPN"), width=16, min_width=10, priority=6),
        Column("location", "Location", location_name, width=28, min_width=14, flex=1, priority=7, hint="muted"),
        Column("expiry", "Expiry", _expiry, width=11, priority=8, hint=_expiry_hint),
        Column("counted", "Counted", _date("stocktake_date"), width=10, priority=9, hint="muted"),
        Column("sku", "SKU", _text("SKU"), width=18, min_width=10, priority=10),
        Column("packaging", "Packaging", _text("packaging"), width=14, min_width=8, priority=11),
        Column("updated", "Updated", _date("updated"), width=10, priority=12, hint="muted"),
        Column("description", "Description", _of_part("description"), width=30, min_width=12, flex=1, priority=13),
        Column("item", "Item", _text("pk"), width=8, align="right", priority=14, hint="number"),
    ),
    shown=("part", "quantity", "available", "status", "batch", "ipn", "location", "expiry", "counted"),
    orderings={
        "part": "part__name",
        "quantity": "quantity",
        "status": "status",
        "batch": "batch",
        "ipn": "IPN",
        "location": "location",
        "expiry": "expiry_date",
        "counted": "stocktake_date",
        "sku": "SKU",
        "packaging": "packaging",
        "updated": "updated",
    },
    ordering="part",
)
