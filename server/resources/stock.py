"""Stock items: what lies where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from server.actions.stock.deletion import delete_items
from server.actions.stock.entry import PartOfStock, create, edit, part_of_stock
from server.actions.stock.serials import read_serials, taken_serials
from server.actions.tags import set_tags
from server.db.models.company import SupplierPart
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.db.trees import below
from server.domain.errors import InvalidInput, NotFound
from server.domain.stock import State
from server.resources.statuses import status_endpoint
from server.resources.stock_bodies import by
from server.resources.stock_filters import ORDERING, STOCK_FILTERS, STOCK_SEARCH
from server.resources.stock_shapes import STOCK_BRIEF, STOCK_ITEM
from server.resources.stock_states import state_of
from server.resources.uploads import discard
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.query import Column, Order, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route

__all__ = ["RESOURCES", "STOCK", "STOCK_ACCESS", "everywhere"]

STOCK_ACCESS = Role("stock", others=("build",))
NO_ITEM = "No StockItem matches the given query."


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
    context.session.expunge(row)
    discard(context, delete_items(context.session, [row.pk]))


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


# ------------------------------------------------------------------------------------------------- serial numbers


def _neighbour(context: Context, row: Any, *, before: bool) -> dict[str, Any] | None:
    """The item with the next lower or higher serial number among the part's variants."""
    part, serial_int, path = row
    root = path.split("/")[1] if path else str(part)
    low, high = below(f"/{root}/")

    def where(item: Any) -> Any:
        parts = Part.__table__.alias("relative")
        related = select(parts.c.pk).where(
            parts.c.tree_path >= bindparam("f_low"), parts.c.tree_path < bindparam("f_high")
        )
        number = item.c.serial_int
        beyond = number < bindparam("f_serial") if before else number > bindparam("f_serial")
        return item.c.part_id.in_(related) & beyond & (item.c.serial != "")

    plan = context.planner.page(
        STOCK_BRIEF, frozenset(), [Test(("neighbour", before), where)], (Order("serial_int", before), Order("pk")),
        kind="nested", paged=True,
    )  # fmt: skip
    found = plan.objects(
        context.reader,
        {
            **context.parameters, "f_low": low, "f_high": high, "f_serial": serial_int, "_limit": 1, "_offset": 0,
        },
    )  # fmt: skip
    return found[0] if found else None


def _serial_numbers(context: Context, pk: int) -> dict[str, Any]:
    items, parts = StockItem.__table__.c, Part.__table__.c
    found = context.ask(
        "serial number",
        lambda: (
            select(items.part_id, items.serial_int, parts.tree_path, items.serial, items.quantity)
            .join(Part.__table__, parts.pk == items.part_id)
            .where(items.pk == bindparam("pk"))
        ),
        pk=pk,
    )
    if not found:
        raise NotFound(NO_ITEM)
    *row, serial, _ = found[0]
    if not serial:
        return {"next": None, "previous": None}
    return {
        "next": _neighbour(context, row, before=False), "previous": _neighbour(context, row, before=True),
    }  # fmt: skip


SERIAL_NUMBERS = Endpoint(
    path="stock/{pk}/serial-numbers/",
    access=STOCK_ACCESS,
    title="Stock Item Serial Numbers",
    description=(
        "View extra serial number information for a given stock item.\n\n"
        'Provides information on the "previous" and "next" stock items,\nbased on the serial number of the given '
        "stock item."
    ),
    methods={"GET": Route(_serial_numbers)},
)

RESOURCES: tuple[Resource | Endpoint, ...] = (
    status_endpoint("stock/status/", "StockStatus"),
    status_endpoint("stock/track/status/", "StockHistoryCode"),
    STOCK,
    SERIAL_NUMBERS,
)
