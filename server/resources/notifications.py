"""What users are told: their own messages, which nobody else sees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, update

from server.db.columns import Base
from server.db.models.build import Build
from server.db.models.common import NotificationMessage
from server.db.models.company import Company, SupplierPart
from server.db.models.order import PurchaseOrder, ReturnOrder, SalesOrder, TransferOrder
from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockItem, StockLocation
from server.db.models.users import User
from server.domain.content_types import BY_LABEL
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Context
from server.rest.filters import Exact, Set
from server.rest.many import rows_by_key
from server.rest.query import Column, Derived, Joined, Shape, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, col, fill, shape

__all__ = ["RESOURCES", "age_text"]


# ------------------------------------------------------------------------------------------------- targets


@dataclass(frozen=True)
class _Target:
    """Something that a message can be about: what names it (all members but the key, joined), and where the web pages
    of InvenTree would show it."""

    named_by: Shape
    web: str = ""
    joint: str = " - "

    def name(self, row: Mapping[str, Any]) -> str:
        return self.joint.join(str(value) for key, value in row.items() if key != "pk" and value)


def _order(model: type[Base], partner: str) -> Shape:
    return shape(model, "pk", "reference", Joined(name="partner", path=f"{partner}.name"))


TARGETS: Mapping[str, _Target] = {
    "auth.user": _Target(shape(User, "pk", "username")),
    "build.build": _Target(shape(Build, "pk", "reference", "title"), "manufacturing/build-order"),
    "company.company": _Target(shape(Company, "pk", "name", "description"), "company"),
    "company.supplierpart": _Target(shape(SupplierPart, "pk", "SKU"), "purchasing/supplier-part"),
    "order.purchaseorder": _Target(_order(PurchaseOrder, "supplier"), "purchasing/purchase-order"),
    "order.returnorder": _Target(_order(ReturnOrder, "customer"), "sales/return-order"),
    "order.salesorder": _Target(_order(SalesOrder, "customer"), "sales/sales-order"),
    "order.transferorder": _Target(shape(TransferOrder, "pk", "reference"), "stock/transfer-order"),
    "part.part": _Target(shape(Part, "pk", "IPN", "name", "revision"), "part", " | "),
    "part.partcategory": _Target(shape(PartCategory, "pk", "pathstring", "description"), "part/category"),
    "stock.stockitem": _Target(
        shape(StockItem, "pk", Joined(name="part", path="part.name"), "batch", "serial"), "stock/item"
    ),
    "stock.stocklocation": _Target(shape(StockLocation, "pk", "pathstring", "description"), "stock/location"),
}


def _about(origin: str, kind: str, key: int, name: str) -> dict[str, Any]:
    label = BY_LABEL[kind].app_labeled_name.split(" | ")[1]
    about: dict[str, Any] = {
        "name": name, "model_name": label, "model_type": kind.split(".")[1], "model_id": key,
    }  # fmt: skip
    if TARGETS[kind].web:
        about["link"] = f"{origin}/web/{TARGETS[kind].web}/{key}"
    return about


def _with_objects(context: Context, rows: Sequence[dict[str, Any]]) -> None:
    """Put what each message is about, and where it comes from, in place of their keys: one query for each kind."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        for member in ("target", "source"):
            kind, key = row[member]
            if kind in TARGETS and key is not None:
                wanted.setdefault(kind, set()).add(key)
    names = {
        (kind, key): TARGETS[kind].name(rows[0])
        for kind, keys in wanted.items()
        for key, rows in rows_by_key(
            context.planner, context.reader, TARGETS[kind].named_by, "pk", sorted(keys)
        ).items()
    }
    origin = context.incoming.origin
    for row in rows:
        for member in ("target", "source"):
            kind, key = row[member]
            name = names.get((kind, key))
            row[member] = None if name is None else _about(origin, kind, key, name)


# ------------------------------------------------------------------------------------------------- messages


def _moment(row: Mapping[str, Any]) -> datetime:
    raw = row["_raw.creation"]
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    return moment.replace(tzinfo=UTC)


def _age(row: Mapping[str, Any]) -> int:
    return max(0, int((datetime.now(UTC) - _moment(row)).total_seconds()))


_SPANS = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("week", 604_800),
    ("day", 86_400),
    ("hour", 3600),
    ("minute", 60),
)


def age_text(seconds: int) -> str:
    """How long ago that is, in words: "now", "5 minutes ago", "1 week, 2 days ago"."""
    if seconds <= 0:
        return "now"
    for index, (name, length) in enumerate(_SPANS):
        count, rest = divmod(seconds, length)
        if not count:
            continue
        if length <= 3600:
            return f"{_one(name) if count == 1 else _counted(count, name)} ago"
        smaller, size = _SPANS[index + 1]
        beside = f", {_counted(rest // size, smaller)}" if rest >= size else ""
        return f"{_counted(count, name)}{beside} ago"
    return f"{_one('second') if seconds == 1 else _counted(seconds, 'second')} ago"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _one(name: str) -> str:
    return f"an {name}" if name == "hour" else f"a {name}"


def _pair(kind: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda row: (row[f"{kind}_model_type"], row[f"{kind}_model_id"])


def _object(kind: str) -> Derived:
    return Derived(
        name=kind, needs=(f"{kind}_model_type", f"{kind}_model_id"), make=_pair(kind),
        field=f.Any_(label=kind.capitalize(), read_only=True),
    )  # fmt: skip


MESSAGE = shape(
    NotificationMessage,
    "pk",
    _object("target"),
    _object("source"),
    Column(name="user", field=f.Any_(label="User", help_text="User", read_only=True, meta={"filters": {}})),
    col("category", read_only=True),
    col("name", read_only=True),
    col("message", read_only=True, allow_blank=False, meta={}),
    col("creation", read_only=True),
    Derived(name="age", needs=("_raw.creation",), make=_age, field=f.Any_(label="Age", read_only=True)),
    Derived(
        name="age_human", needs=("_raw.creation",), make=lambda row: age_text(_age(row)),
        field=f.Any_(label="Age human", read_only=True),
    ),
    col("read", required=True, meta={"default": False}),
)  # fmt: skip


def _own(context: Context) -> Test:
    return Test("own messages", lambda row: row.c.user_id == bindparam("_user", type_=row.c.pk.type))


class _Messages(Resource):
    """Messages are filled with what they are about, which may be any kind of object."""

    def filled(
        self, context: Context, rows: Sequence[dict[str, Any]], shown: frozenset[str], parameters: Mapping[str, Any],
        kind: str,
    ) -> Sequence[dict[str, Any]]:  # fmt: skip
        filled = fill(context, self.shape, rows, shown, parameters, kind)
        _with_objects(context, filled)
        return filled


_ABOUT = "Notifications for the current user.\n\n- User can only view / delete their own notification objects"

MESSAGES = _Messages(
    path="notifications/", access=Authenticated(), shape=MESSAGE, title="Notification Message",
    can=("list", "detail", "update", "delete", "bulk_delete"), list_about=_ABOUT, detail_about=_ABOUT,
    filters=(Set("read"), Exact("category")), search=("name", "message"),
    ordering={name: name for name in ("category", "name", "read", "creation")}, hooks=Hooks(scope=_own),
)  # fmt: skip


def _read_all(context: Context) -> dict[str, str]:
    context.session.execute(
        update(NotificationMessage)
        .where(NotificationMessage.user_id == context.user.pk, NotificationMessage.read.is_(False))
        .values(read=True)
    )
    return {"status": "ok"}


READ_ALL = Endpoint(
    path="notifications/readall/", access=Authenticated(), title="Notification Read All",
    description="API endpoint to mark all notifications as read.", methods={"POST": Route(_read_all, writes=True)},
    body={member.name: member.field for member in MESSAGE.members if member.field is not None},
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (READ_ALL, MESSAGES)
