"""Events in words: what the object is called, and each figure before and after as a person reads it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.db.columns import Base
from server.db.models import (
    Company,
    Part,
    PartCategory,
    PurchaseOrder,
    ReturnOrder,
    SalesOrder,
    StockLocation,
    SupplierPart,
    TransferOrder,
)
from server.db.models.counting import CountSession
from server.db.models.order import SalesOrderShipment
from server.db.models.plugin import PluginConfig
from server.db.models.users import Group, User
from server.domain import alert_life, counting, status
from server.events.catalog import WATCHED, Watched
from server.rest.context import Context
from server.rest.many import rows_by_key
from server.rest.resource import shape

__all__ = ["TITLES", "put_in_words"]

NAMED: Mapping[str, tuple[Any, str]] = {
    model.__tablename__: (shape(model, "pk", column), column)
    for model, column in (
        (Part, "name"), (PartCategory, "pathstring"), (StockLocation, "pathstring"), (Company, "name"),
        (SupplierPart, "SKU"), (PurchaseOrder, "reference"), (SalesOrder, "reference"), (ReturnOrder, "reference"),
        (TransferOrder, "reference"), (SalesOrderShipment, "reference"), (CountSession, "reference"),
        (User, "username"), (Group, "name"), (PluginConfig, "key"),
    )
}  # fmt: skip
"""By table: how a row of it is called."""

TITLES: Mapping[str, str] = {
    "stockitem": "Stock item", "stocklocation": "Location", "stockitemtestresult": "Test result",
    "purchaseorder": "Purchase order", "salesorder": "Sales order", "returnorder": "Return order",
    "transferorder": "Transfer order", "salesordershipment": "Shipment", "salesorderallocation": "Allocation",
    "transferorderallocation": "Allocation", "build": "Build order", "countsession": "Count session",
    "countline": "Count line", "countparked": "Parked code", "countreason": "Count reason", "user": "User",
    "group": "Group", "usergroup": "Member of group", "ruleset": "Rights of group", "apitoken": "API token",
    "userprofile": "User profile", "part": "Part", "partcategory": "Part category", "company": "Company",
    "supplierpart": "Supplier part", "locationlevel": "Stock level of location", "alert": "Alert",
    "inventreesetting": "Setting", "pluginsetting": "Setting",
    **{
        f"{kind}{line}": f"Line of {name}"
        for kind, name in (("purchaseorder", "purchase order"), ("salesorder", "sales order"),
                           ("returnorder", "return order"), ("transferorder", "transfer order"))
        for line in ("lineitem", "extraline")
    },
}  # fmt: skip

_CODES: Mapping[tuple[str, str], type[status.Status]] = {
    ("stockitem", "status"): status.StockStatus, ("purchaseorder", "status"): status.PurchaseOrderStatus,
    ("salesorder", "status"): status.SalesOrderStatus, ("returnorder", "status"): status.ReturnOrderStatus,
    ("transferorder", "status"): status.TransferOrderStatus, ("build", "status"): status.BuildStatus,
    ("returnorderlineitem", "outcome"): status.ReturnOrderLineStatus,
}  # fmt: skip
_LABELS: Mapping[tuple[str, str], Mapping[int, str]] = {
    ("countsession", "status"): {int(one): one.name.capitalize() for one in counting.SessionStatus},
    ("alert", "state"): alert_life.STATES, ("alert", "severity"): alert_life.SEVERITIES,
}  # fmt: skip
_BY_MODEL: Mapping[str, Watched] = {watched.model: watched for watched in WATCHED.values()}
_OWN = ("reference", "name", "username", "key", "code", "SKU", "kind")
"""Members of `about` that are what the object is called itself."""
_ABOVE = ("order", "session", "part", "user", "group", "plugin")
"""Members of `about` that say of what it is."""

Names = Mapping[str, Mapping[int, str]]


def put_in_words(context: Context, rows: Sequence[dict[str, Any]]) -> None:
    """Add to events `title` (Stock item), `object_name` (what it is called), `figures` (a list of `name`, `label`,
    `before`, `after` as texts, null for nothing, and `told`: whether the values are) and `changed` (the figures in one
    line). At most one statement for each table that they point to."""
    names = _names(context, rows)
    for row in rows:
        figures = _figures(row, names)
        row["title"] = TITLES.get(row["model"], row["model"])
        row["object_name"] = _called(row, names)
        row["figures"] = figures
        row["changed"] = "; ".join(_line(figure) for figure in figures)


def _target(model: str, member: str) -> str:
    """The table whose keys a member of `about` or `changes` holds; "" where it holds none."""
    watched = _BY_MODEL.get(model)
    if watched is None or f"{member}_id" not in watched.columns:
        return ""
    keys = Base.metadata.tables[watched.table].c[f"{member}_id"].foreign_keys
    return next((key.column.table.name for key in keys), "")


def _names(context: Context, rows: Iterable[Mapping[str, Any]]) -> Names:
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row["part_key"] is not None:
            wanted.setdefault("part_part", set()).add(row["part_key"])
        told = [(member, (value,)) for member, value in (row["about"] or {}).items()]
        told += [(member, pair) for member, pair in (row["changes"] or {}).items() if pair is not None]
        for member, values in told:
            table = _target(row["model"], member)
            if table in NAMED:
                wanted.setdefault(table, set()).update(value for value in values if isinstance(value, int))
    return {
        table: {
            key: str(found[0][NAMED[table][1]])
            for key, found in rows_by_key(context.planner, context.reader, NAMED[table][0], "pk", sorted(keys)).items()
        }
        for table, keys in sorted(wanted.items()) if keys
    }  # fmt: skip


def _called(row: Mapping[str, Any], names: Names) -> str:
    """What the object is called; its number where it has no name (any more)."""
    about = row["about"] or {}
    pieces = [
        _name(row["model"], member, about[member], names) for member in _ABOVE if about.get(member) is not None
    ]  # fmt: skip
    pieces += [str(about[member]) for member in _OWN if about.get(member)]
    if row["model"] == "part":
        name = next((text for text in reversed((row["changes"] or {}).get("name") or ()) if text), None)
        pieces.append(names.get("part_part", {}).get(row["object"]) or name or f"#{row['object']}")
    if row["model"] == "stockitem":
        pieces.append(f"batch {about['batch']}" if about.get("batch") else f"#{row['object']}")
    return " ".join(pieces) or f"#{row['object']}"


def _name(model: str, member: str, value: Any, names: Names) -> str:
    """A key as what it stands for, else as itself."""
    table = _target(model, member)
    if not table or not isinstance(value, int):
        return str(value)
    return names.get(table, {}).get(value) or f"#{value}"


def _figures(row: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    watched = _BY_MODEL.get(row["model"])
    made = []
    for member, pair in (row["changes"] or {}).items():
        before, after = (_said(row["model"], member, value, names) for value in pair or (None, None))
        made.append({
            "name": member, "label": _label(watched, member), "before": before, "after": after,
            "told": pair is not None,
        })  # fmt: skip
    return made


def _label(watched: Watched | None, member: str) -> str:
    if watched is not None:
        columns = Base.metadata.tables[watched.table].c
        for name in (member, f"{member}_id", f"{member}_key"):
            if name in columns:
                return str(columns[name].info.get("label") or member)
    return member.replace("_", " ").capitalize()


def _said(model: str, member: str, value: Any, names: Names) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and (model, member) in _CODES:
        return _CODES[model, member].text(value) or str(value)
    if isinstance(value, int) and (model, member) in _LABELS:
        return _LABELS[model, member].get(value, str(value))
    return _name(model, member, value, names) if isinstance(value, int) else str(value)


def _line(figure: Mapping[str, Any]) -> str:
    if not figure["told"]:
        return f"{figure['label']} changed"
    return f"{figure['label']} {figure['before'] or '-'} → {figure['after'] or '-'}"
