"""The history of stock: who did what to which item, when, and what changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from server.db.models.build import Build
from server.db.models.company import Company
from server.db.models.order import PurchaseOrder, ReturnOrder, SalesOrder, TransferOrder
from server.db.models.part import Part
from server.db.models.stock import StockItem, StockItemTracking
from server.db.models.users import User
from server.db.trees import below
from server.domain.status import StockHistoryCode
from server.resources.briefs import PART_BRIEF, USER_BRIEF, media_url
from server.resources.location import LOCATION_DETAIL
from server.resources.part_filters import part_path
from server.resources.stock_filters import moment_filter
from server.resources.stock_shapes import STOCK_BRIEF
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Custom, RelatedTo, read_boolean
from server.rest.many import rows_by_key
from server.rest.query import Column, Derived, Detail, Many, Planner, Reader, Shape, Source, Test
from server.rest.resource import Endpoint, Resource, shape

__all__ = ["RESOURCES", "TRACKING"]


# ------------------------------------------------------------------------------------------------- what changed

_CUSTOMER = shape(
    Company, "pk", "name", "description", "website", "phone", "email", "currency", "contact", "link",
    Column(name="image", encode=media_url), "active", "is_customer", "is_manufacturer", "is_supplier", "notes",
    "tax_id",
)  # fmt: skip


def _order(model: Any) -> Shape:
    return shape(model, "pk", "reference", "description", "status")


# What the members of the deltas point to; each is shown beside its key as "<name>_detail".
_POINTED_TO: Mapping[str, Shape] = {
    "location": LOCATION_DETAIL,
    "stockitem": STOCK_BRIEF,
    "part": PART_BRIEF,
    "customer": _CUSTOMER,
    "purchaseorder": _order(PurchaseOrder),
    "salesorder": _order(SalesOrder),
    "returnorder": _order(ReturnOrder),
    "transferorder": _order(TransferOrder),
    "buildorder": shape(Build, "pk", "reference", "title", "status"),
}
_DELTAS = shape(StockItemTracking, "pk", "deltas")


def _deltas(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
    """The deltas of the entries by key, with the details of what they point to: one query for each kind."""
    found = {key: rows[0]["deltas"] or {} for key, rows in rows_by_key(planner, reader, _DELTAS, "pk", keys).items()}
    for name, of in _POINTED_TO.items():
        wanted = sorted({pk for deltas in found.values() if isinstance(pk := deltas.get(name), int)})
        details = rows_by_key(planner, reader, of, "pk", wanted) if wanted else {}
        for deltas in found.values():
            if deltas.get(name) in details:
                deltas[f"{name}_detail"] = details[deltas[name]][0]
    return found


def _label(row: Mapping[str, Any]) -> str:
    return StockHistoryCode.text(row["tracking_type"]) or ""


def _pointer(name: str, label: str) -> Column:
    return Column(name=name, field=f.Any_(label=label, read_only=True, allow_null=True, meta={"filters": {}}))


TRACKING = shape(
    StockItemTracking,
    "pk",
    "item",
    Detail(name="item_detail", via="item", shape=STOCK_BRIEF, flag="item_detail", default=False),
    _pointer("part", "Part"),
    Detail(name="part_detail", via="part", shape=PART_BRIEF, flag="part_detail", default=False),
    Column(name="date", field=f.DateTime(label="Date", read_only=True)),
    Many(name="deltas", load=_deltas, empty=dict, field=f.Any_(label="Deltas", read_only=True)),
    Derived(name="label", needs=("tracking_type",), make=_label, field=f.String(read_only=True)),
    "notes",
    Column(
        name="tracking_type", field=f.Integer(label="Tracking type", read_only=True, meta={"default": 0})
    ),
    _pointer("user", "User"),
    Detail(name="user_detail", via="user", shape=USER_BRIEF, flag="user_detail", default=False),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- filters


def _of_part(text: str, context: Context) -> Test | None:
    """`?part=`: entries of a part and, with `include_variants=true`, of its variants."""
    if not text:
        return None
    path = part_path("part", text, context)
    if not read_boolean(context.query.get("include_variants")) or not path:
        return Test(("part", "is"), lambda row: row.c.part_id == bindparam("f_part"), {"f_part": int(text)})
    low, high = below(path)

    def where(row: Source) -> Any:
        part = Part.__table__.alias("variant")
        inside = (part.c.tree_path >= bindparam("f_low"), part.c.tree_path < bindparam("f_high"))
        return row.c.part_id.in_(select(part.c.pk).where(*inside))

    return Test(("part", "below"), where, {"f_low": low, "f_high": high})


HISTORY = Resource(
    path="stock/track/",
    access=Role("stock"),
    shape=TRACKING,
    title="Stock Tracking",
    list_about=(
        "API endpoint for list view of StockItemTracking objects.\n\nStockItemTracking objects are read-only\n"
        "(they are created by internal model functionality)\n\n- GET: Return list of StockItemTracking objects"
    ),
    detail_about="Detail API endpoint for StockItemTracking model.",
    can=("list", "detail"),
    filters=(
        RelatedTo("item", StockItem),
        RelatedTo("user", User),
        Custom("part", _of_part),
        moment_filter("min_date", "date", ">="),
        moment_filter("max_date", "date", "<="),
    ),
    search=("notes",),
    ordering={"date": "date"},
    default_order=("-date",),
)

RESOURCES: tuple[Resource | Endpoint, ...] = (HISTORY,)
