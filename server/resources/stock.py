"""Stock items: what lies where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from server.actions.stock.deletion import delete_items
from server.actions.stock.entry import PartOfStock, create, edit, part_of_stock
from server.actions.stock.serials import read_serials, taken_serials
from server.actions.tags import set_tags
from server.db.models.company import SupplierPart
from server.domain.errors import InvalidInput
from server.domain.stock import State
from server.resources.statuses import status_endpoint
from server.resources.stock_bodies import by
from server.resources.stock_filters import ORDERING, STOCK_FILTERS, STOCK_SEARCH
from server.resources.stock_shapes import STOCK_ITEM
from server.resources.stock_states import state_of
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.query import Column
from server.rest.resource import Endpoint, Hooks, Resource

__all__ = ["RESOURCES", "STOCK", "STOCK_ACCESS", "everywhere"]

STOCK_ACCESS = Role("stock", others=("build",))


def everywhere(context: Context) -> bool:
    """Whether serial numbers are unique among all parts."""
    return bool(context.setting("SERIAL_NUMBER_GLOBALLY_UNIQUE"))


# ------------------------------------------------------------------------------------------------- new stock


def _part(context: Context, key: Any) -> PartOfStock:
    known = str(key).isdigit() and not isinstance(key, bool) and int(key) < 2**63
    part = part_of_stock(context.session, int(key)) if known else None
    if part is None:
        raise InvalidInput({"part": "Valid part must be supplied"})
    return part


def _in_packs(context: Context, values: dict[str, Any]) -> None:
    """With `use_pack_size` the quantity counts packs of the supplier part, and the price is that of a pack."""
    if not values.pop("use_pack_size", False) or values.get("supplier_part") is None:
        return
    supplied = SupplierPart.__table__.c
    pack = context.session.execute(
        select(SupplierPart.pack_quantity_native).where(supplied.pk == values["supplier_part"])
    ).scalar_one()
    if pack <= 0 or pack == 1:
        return
    values["quantity"] = (values["quantity"] * pack).quantize(Decimal("0.00001"))
    if values.get("purchase_price") is not None:
        values["purchase_price"] = (values["purchase_price"] / pack).quantize(Decimal("0.000001"))


def _serials(context: Context, part: PartOfStock, values: dict[str, Any]) -> list[str]:
    """The serial numbers that the body asks for, none where it asks for none."""
    text = values.pop("serial_numbers", None)
    if not text:
        return []
    if not part.trackable:
        raise InvalidInput("Serial numbers cannot be supplied for a non-trackable part", field="serial_numbers")
    quantity = int(values["quantity"])
    try:
        serials = read_serials(context.session, part.pk, text, quantity, everywhere=everywhere(context))
    except InvalidInput as error:
        raise InvalidInput({"quantity": error.errors, "serial_numbers": error.errors}) from None
    taken = taken_serials(context.session, part.pk, serials, everywhere=everywhere(context))
    if taken:
        text = f"The following serial numbers already exist or are invalid : {','.join(taken)}"
        raise InvalidInput(text, field="serial_numbers")
    values["quantity"] = Decimal(1)
    return serials


def _state(context: Context, values: dict[str, Any]) -> State | None:
    """The state that a body asks for; what is no state is passed over, as in InvenTree."""
    custom, plain = values.pop("status_custom_key", None), values.pop("status", None)
    wanted = custom if custom is not None else plain
    return None if wanted is None else state_of(context, wanted)


@dataclass(frozen=True, kw_only=True)
class StockItems(Resource):
    """Stock is made by several items from one body, and the answer is always a list."""

    def create(self, context: Context) -> Answer:
        keys, numbered = self._new(context, context.body())
        return Answer(self.several(context, keys, kind="update" if numbered else "create"), 201)

    def _new(self, context: Context, body: Mapping[str, Any]) -> tuple[list[int], bool]:
        """The keys of the items that a body makes, and whether they were given serial numbers."""
        if body.get("quantity") is None:
            raise InvalidInput({"quantity": "Quantity is required"})
        part = _part(context, body.get("part"))
        values = f.read_body(self.writable(creating=True), body, context)
        tags = values.pop("tags", None)
        if "location" not in body and part.default_location is not None:
            values["location"] = part.default_location
        if values.get("expiry_date") is None and part.default_expiry > 0:
            values["expiry_date"] = context.today + timedelta(days=part.default_expiry)
        _in_packs(context, values)
        serials = _serials(context, part, values)
        state = _state(context, values) or State(10)
        columns: dict[str, Any] = {
            "batch": "", "delete_on_deplete": bool(context.setting("STOCK_DELETE_DEPLETED_DEFAULT")),
            "purchase_price_currency": context.setting("INVENTREE_DEFAULT_CURRENCY"),
        }  # fmt: skip
        columns |= {
            self._attribute(member): values[member.name]
            for member in self.shape.members
            if isinstance(member, Column) and member.name in values
        }
        columns |= {"status": state.logical, "status_custom_key": state.custom}
        keys = create(context.session, by(context), part, columns, serials, everywhere=everywhere(context))
        for key in keys if tags else ():
            set_tags(context.session, "stock.stockitem", key, tags or ())
        return keys, bool(serials)

    def bulk_delete(self, context: Context) -> Answer:
        rows = self._chosen(context, context.body())
        _delete_all(context, rows)
        return Answer({"success": f"Deleted {len(rows)} items"})


# ------------------------------------------------------------------------------------------------- changing, deleting


def _prepare(context: Context, values: dict[str, Any], row: Any) -> None:
    state = _state(context, values)
    if state is not None:
        values["status"] = state.logical
        row.status_custom_key = state.custom
    if "serial" in values:
        everywhere(context)  # asked for now: a query would write the row before it is checked


def _before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    edit(context.session, by(context), row, everywhere=everywhere(context) if "serial" in values else False)


def _after(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    if "tags" in values:
        set_tags(context.session, "stock.stockitem", row.pk, values["tags"])


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    _delete_all(context, [row])


def _delete_all(context: Context, rows: Sequence[Any]) -> None:
    for row in rows:
        context.session.expunge(row)
    discard(context, delete_items(context.session, [row.pk for row in rows]))


STOCK = StockItems(
    path="stock/",
    access=STOCK_ACCESS,
    shape=STOCK_ITEM,
    title="Stock",
    list_about=(
        "API endpoint for list view of Stock objects.\n\n"
        "- GET: Return a list of all StockItem objects (with optional query filters)\n"
        "- POST: Create a new StockItem\n- DELETE: Delete multiple StockItem objects"
    ),
    detail_about="API detail endpoint for a single StockItem instance.",
    can=("list", "create", "bulk_update", "bulk_delete", "detail", "update", "delete"),
    filters=STOCK_FILTERS,
    search=STOCK_SEARCH,
    ordering=ORDERING,
    default_order=("part_name", "quantity", "location"),
    hooks=Hooks(prepare=_prepare, before_save=_before, after_save=_after, delete=_delete),
)


RESOURCES: tuple[Resource | Endpoint, ...] = (
    status_endpoint("stock/status/", "StockStatus"),
    status_endpoint("stock/track/status/", "StockHistoryCode"),
    STOCK,
)
