"""Purchase orders, their lines and extra lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select

from server.actions.orders.kinds import PURCHASE_TABLES
from server.actions.orders.lines import check_purchase_line, line_to_join, price_by_breaks
from server.db.models.build import Build
from server.db.models.company import SupplierPart
from server.db.models.order import PurchaseOrder, PurchaseOrderExtraLine, PurchaseOrderLineItem
from server.db.models.part import Part
from server.domain.errors import InvalidInput
from server.domain.status import PurchaseOrderStatus
from server.resources.briefs import LOCATION_BRIEF, PART_BRIEF, SUPPLIER_PART_BRIEF
from server.resources.order_briefs import PURCHASE_ORDER, PURCHASE_ORDER_BRIEF
from server.resources.order_build import BUILD_BRIEF
from server.resources.order_entry import orders
from server.resources.order_filters import (
    HEADER_ORDERING,
    LINE_ORDERING,
    by_company,
    header_filters,
    line_filters,
    of_lines,
    open_codes,
    part_with_variants,
)
from server.resources.order_header import linked
from server.resources.order_lines import (
    LINES_CAN,
    Lines,
    extra_lines,
    fill,
    line_members,
    line_price,
    lines_of,
    overdue,
    price_column,
    touch,
)
from server.resources.part_figures import alias_of
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Flag, RelatedTo
from server.rest.many import rows_by_key
from server.rest.query import Column, Computed, Const, Detail, Joined, Many, Planner, Reader, Source, WriteOnly
from server.rest.resource import Endpoint, Resource, col, shape
from workflow.orders import PURCHASE

__all__ = ["PURCHASE_LINE", "RESOURCES"]

STILL_OPEN = open_codes(PURCHASE)
COMPLETE = int(PurchaseOrderStatus.COMPLETE)


def _sells(line: Any, part: ColumnElement[Any]) -> Any:
    supplied = alias_of(SupplierPart, "sold")
    return line.c.part_id.in_(select(supplied.c.pk).where(supplied.c.part_id == part))


ORDERS = orders(
    PURCHASE_TABLES, access=Role("purchase_order"), shape=PURCHASE_ORDER,
    list_about="API endpoint for accessing a list of PurchaseOrder objects.\n\n"
    "- GET: Return list of PurchaseOrder objects (with filters)\n- POST: Create a new PurchaseOrder object",
    detail_about="API endpoint for detail view of a PurchaseOrder object.",
    filters=header_filters(
        PURCHASE, "order.purchaseorder", "complete_date",
        by_company("supplier"),
        of_lines("part", PurchaseOrderLineItem, Part, _sells),
        of_lines("supplier_part", PurchaseOrderLineItem, SupplierPart, lambda line, key: line.c.part_id == key),
        of_lines("external_build", PurchaseOrderLineItem, Build, lambda line, key: line.c.build_order_id == key),
    ),
    search=("reference", "supplier.name", "supplier_reference", "project_code.code", "description"),
    ordering={
        **HEADER_ORDERING, "supplier__name": "supplier.name", "complete_date": "complete_date",
        "responsible": "responsible", "total_price": "total_price",
    },
    default_order=("-reference_int", "-reference"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- lines


def _text(name: str, label: str, path: str, *, null: bool = True) -> Joined:
    return Joined(name=name, path=path, field=f.String(label=label, read_only=True, allow_null=null))


def _destination(row: Source) -> ColumnElement[Any]:
    """Where the goods go: as the line says, else the order, else where the part usually lies."""
    usual = row.via("part.part").c.default_location_id
    return func.coalesce(row.c.destination_id, row.via("order").c.destination_id, usual)


_GOES_TO = shape(PurchaseOrderLineItem, "pk", Computed(name="place", sql=_destination))


def _destinations(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> Mapping[int, dict[str, Any]]:
    lines = rows_by_key(planner, reader, _GOES_TO, "pk", keys)
    places = {pk: rows[0]["place"] for pk, rows in lines.items() if rows[0]["place"] is not None}
    found = rows_by_key(planner, reader, LOCATION_BRIEF, "pk", list(places.values()))
    return {pk: found[place][0] for pk, place in places.items() if place in found}


PURCHASE_LINE = shape(
    PurchaseOrderLineItem,
    *line_members(PURCHASE_ORDER_BRIEF),
    col("part", required=True, label="Supplier Part"),
    "build_order",
    "discount",
    overdue(PURCHASE_TABLES),
    col("received", read_only=True),
    price_column("purchase_price", "Purchase Price", "Unit purchase price"),
    col("purchase_price_currency", required=False),
    Const(
        name="auto_pricing", value=False,
        field=f.Boolean(
            label="Auto Pricing", help_text="Automatically calculate purchase price based on supplier part data",
            default=False,
        ),
    ),
    "destination",
    line_price("purchase_price"),
    WriteOnly(
        name="merge_items",
        field=f.Boolean(
            label="Merge Items", default=True,
            help_text="Merge items with the same part, destination and target date into one line item",
        ),
    ),
    _text("sku", "SKU", "part.SKU"),
    _text("mpn", "MPN", "part.manufacturer_part.MPN"),
    _text("ipn", "Internal Part Number", "part.part.IPN"),
    Joined(name="internal_part", path="part.part", field=f.Any_(label="Internal Part", read_only=True)),
    _text("internal_part_name", "Internal Part Name", "part.part.name", null=False),
    linked("build_order_detail", "build_order", BUILD_BRIEF),
    Many(name="destination_detail", load=_destinations, empty=lambda: None, shape=LOCATION_BRIEF, single=True),
    Detail(
        name="part_detail", via="part.part", shape=PART_BRIEF, flag="part_detail", default=False,
        hidden_in=frozenset({"create"}),
    ),
    Detail(
        name="supplier_part_detail", via="part", shape=SUPPLIER_PART_BRIEF, flag="part_detail", default=False,
        in_writes=False,
    ),
)  # fmt: skip


def _complete(row: Source) -> ColumnElement[Any]:
    return row.column("order.status") == COMPLETE


def _pending(row: Source) -> ColumnElement[Any]:
    return row.column("order.status").in_(STILL_OPEN)


def _received(row: Source) -> ColumnElement[Any]:
    return row.c.received >= row.c.quantity


def _not_received(row: Source) -> ColumnElement[Any]:
    return not_(_received(row)) & _pending(row)


def _part_given(context: Context, values: dict[str, Any], row: Any) -> None:
    """InvenTree wants the supplier part in every change, and clients send it."""
    if "part" not in values:
        raise InvalidInput("Supplier part must be specified", field="part")


def _check(context: Context, row: PurchaseOrderLineItem, values: Mapping[str, Any], created: bool) -> None:
    required = bool(context.setting("BUILDORDER_EXTERNAL_REQUIRED"))
    check_purchase_line(context.session, row, external_required=required)
    if values.get("auto_pricing"):
        price_by_breaks(context.session, row)


@dataclass(frozen=True, kw_only=True)
class PurchaseLines(Lines):
    """A new line joins the one that asks for the same, unless its body says otherwise."""

    def make(self, context: Context, body: Mapping[str, Any]) -> Sequence[int]:
        values = f.read_body(self.writable(creating=True), {"quantity": 1, **body}, context)
        row = PurchaseOrderLineItem()
        found = self._line_to_join(context, row, values)
        if found is None:
            self.save(context, row, values, created=True)
            return [row.pk]
        found.quantity += values["quantity"]
        if values["auto_pricing"]:
            price_by_breaks(context.session, found)
        context.session.flush()
        return [found.pk]

    def _line_to_join(
        self, context: Context, row: PurchaseOrderLineItem, values: Mapping[str, Any]
    ) -> PurchaseOrderLineItem | None:
        """The line that the new one joins, once the new one has passed the checks."""
        if not (values["merge_items"] and context.setting("PURCHASEORDER_MERGE_LINE_ITEMS")):
            return None
        for member in self.shape.members:
            if isinstance(member, Column) and member.name in values:
                setattr(row, self._attribute(member), values[member.name])
        touch(context, row)
        fill(context, row)
        required = bool(context.setting("BUILDORDER_EXTERNAL_REQUIRED"))
        check_purchase_line(context.session, row, external_required=required)
        return line_to_join(context.session, row, values)


LINES = lines_of(
    PURCHASE_TABLES, check=_check, prepare=_part_given, of=PurchaseLines,
    defaults=lambda context: {"build_order_detail.issued_by": context.user.pk},
    shape=PURCHASE_LINE, can=LINES_CAN,
    list_about="API endpoint for accessing a list of PurchaseOrderLineItem objects.\n\n"
    "- GET: Return a list of PurchaseOrder Line Item objects\n- POST: Create a new PurchaseOrderLineItem object",
    detail_about="Detail API endpoint for PurchaseOrderLineItem object.",
    filters=(
        *line_filters(PurchaseOrder, "purchase_price"),
        Flag("order_complete", _complete),
        RelatedTo("part", SupplierPart),
        part_with_variants("base_part", lambda row, is_it: is_it(row.column("part.part"))),
        Flag("pending", _pending),
        Flag("received", _received, _not_received),
    ),
    search=("part.part.name", "part.part.description", "part.manufacturer_part.MPN", "part.SKU", "reference"),
    ordering={
        **LINE_ORDERING, "MPN": "part.manufacturer_part.MPN", "SKU": "part.SKU", "IPN": "part.part.IPN",
        "part_name": "part.part.name", "purchase_price": "purchase_price", "received": "received",
        "complete_date": "order.complete_date",
    },
)  # fmt: skip

EXTRA_LINES = extra_lines(PURCHASE_TABLES, "order/po-extra-line/", PURCHASE_ORDER_BRIEF, PurchaseOrderExtraLine)

RESOURCES: tuple[Resource | Endpoint, ...] = (ORDERS, LINES, EXTRA_LINES)
