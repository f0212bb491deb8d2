"""What the lines of all kinds of orders show, take and do to the total of their order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, inspect, select

from server.actions.orders.kinds import OrderTables, tables_of
from server.actions.orders.lines import check_discount
from server.db.columns import Base
from server.domain.orders import line_number, line_total
from server.resources.briefs import PROJECT_CODE
from server.resources.order_entry import base_currency, new_reference, refuse_locked_order, update_total
from server.resources.order_figures import late
from server.resources.order_filters import LINE_ORDERING, open_codes, quantity_search
from server.resources.order_header import NEW_OR_NESTED, linked
from server.resources.part_figures import Expression
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import RelatedTo
from server.rest.many import LARGEST_GROUP
from server.rest.query import Column, Computed, Derived, Joined, Member, Shape, Source
from server.rest.resource import Hooks, Resource, col, shape

__all__ = [
    "LINES_CAN",
    "Lines",
    "extra_lines",
    "fill",
    "line_figure",
    "line_members",
    "line_price",
    "lines_of",
    "overdue",
    "price_column",
    "touch",
]

LINES_CAN = ("list", "create", "bulk_delete", "detail", "update", "delete")
_DUE = "orders whose totals are due"
_LOCKED = "orders that lines were locked by"
_PRICE = f.Decimal_(
    label="Total price", read_only=True, allow_null=True, max_digits=19, decimal_places=6
)  # fmt: skip

Check = Callable[[Context, Any, Mapping[str, Any], bool], None]


# ------------------------------------------------------------------------------------------------- members


def line_members(order: Shape) -> tuple[Member | str, ...]:
    """The members that every line begins with; `order` is the shape of its order inside it."""
    return (
        "pk",
        "line",
        "link",
        "notes",
        "order",
        "project_code",
        col("quantity", required=True),
        "reference",
        "target_date",
        linked("order_detail", "order", order, default=False),
        Joined(
            name="project_code_label", path="project_code.code", flag="project_code_detail",
            field=f.String(label="Project Code Label", read_only=True, allow_null=True),
        ),
        linked("project_code_detail", "project_code", PROJECT_CODE),
    )  # fmt: skip


def price_column(name: str, label: str, help_text: str) -> Column:
    """The price of one, which a body may leave out."""
    return Column(
        name=name, field=f.Money(label=label, help_text=help_text, allow_null=True, required=False)
    )  # fmt: skip


def _decimal(value: Any, places: int) -> Decimal | None:
    return None if value is None else Decimal(int(value)).scaleb(-places)


def line_price(price: str) -> Derived:
    """The member "total_price": price times quantity less the discount, exactly."""
    needs = tuple(f"_raw.{name}" for name in (price, "quantity", "discount"))

    def make(row: Mapping[str, Any]) -> float | None:
        amount, quantity, discount = (
            _decimal(row[need], places) for need, places in zip(needs, (6, 5, 2), strict=True)
        )
        total = line_total(amount, quantity or Decimal(0), discount)
        return None if total is None else float(total)

    return Derived(name="total_price", needs=needs, make=make, field=_PRICE)


def line_figure(name: str, sql: Callable[[Source], Expression], label: str | None = None) -> Computed:
    """A quantity that is worked out; InvenTree leaves it out of the answer that makes a line."""
    return Computed(
        name=name, sql=sql, field=f.Float(label=label, read_only=True), hidden_in=frozenset({"create"})
    )  # fmt: skip


def overdue(tables: OrderTables) -> Computed:
    """Whether a line of an open order is past its own target date and not done."""
    still_open, done = open_codes(tables.kind), str(tables.done)

    def sql(row: Source) -> Expression:
        pending: Expression = row.c[done] < row.c.quantity
        return and_(row.via("order").c.status.in_(still_open), pending, late(row.c))

    return Computed(
        name="overdue", sql=sql, encode=bool, null_in=NEW_OR_NESTED, field=f.Boolean(read_only=True, allow_null=True)
    )


# ------------------------------------------------------------------------------------------------- writing


def order_of(context: Context, tables: OrderTables, key: int) -> Any:
    """The order of a line, locked until the transaction ends: asked once for all lines of a request. Whoever changes
    lines locks their order first, then the lines."""
    session = context.session
    known: dict[Any, Any] = session.info.setdefault(_LOCKED, {})
    if (tables.label, key) not in known:
        known[tables.label, key] = session.get_one(tables.order, key, with_for_update=True, populate_existing=True)
    return known[tables.label, key]


def touch(context: Context, row: Any) -> None:
    """Take note that the total of the line's order (and of the one that it leaves) is to be worked out again before
    the answer is made. Raises WrongState where one of them is closed to changes."""
    tables = tables_of(type(row))
    left = inspect(row).attrs.order_id.history.deleted or ()
    for key in sorted({row.order_id, *left}):
        order = order_of(context, tables, key)
        refuse_locked_order(context, order)
        context.session.info.setdefault(_DUE, {})[tables.label, key] = order


def settle(context: Context) -> None:
    """Work out the totals that are due, once for each order."""
    if not context.writing:
        return
    due: dict[Any, Any] = context.session.info.get(_DUE, {})
    while due:
        _, order = due.popitem()
        update_total(context, order)
    context.session.flush()


def fill(context: Context, row: Any) -> None:
    """What a body need not say: the currency of the price is the server's; the number that lines are sorted by."""
    row.line_int = line_number(row.line)
    price = next((name for name in ("purchase_price", "sale_price", "price") if hasattr(row, name)), None)
    if price is not None and getattr(row, f"{price}_currency") is None:
        setattr(row, f"{price}_currency", base_currency(context))


def _before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    """The order must be open to changes; so must the one that the line was in before."""
    touch(context, row)
    fill(context, row)
    if hasattr(row, "discount"):
        check_discount(row)


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    touch(context, row)
    context.session.delete(row)


@dataclass(frozen=True, kw_only=True)
class Lines(Resource):
    """Lines of orders. The totals of their orders are right before any answer goes out. A new line is for one where its
    body does not say."""

    def make(self, context: Context, body: Mapping[str, Any]) -> Sequence[int]:
        return super().make(context, {"quantity": 1, **body})

    def row(self, context: Context, key: Any) -> Any:
        self._lock_orders(context, [key])
        return super().row(context, key)

    def _rows(self, context: Context, keys: Sequence[int]) -> list[Any]:
        self._lock_orders(context, keys)
        return super()._rows(context, keys)

    def _lock_orders(self, context: Context, keys: Sequence[int]) -> None:
        columns, found = self.model.__table__.c, set()
        for start in range(0, len(keys), LARGEST_GROUP):
            group = keys[start : start + LARGEST_GROUP]
            found |= set(context.session.scalars(select(columns.order_id).where(columns.pk.in_(group)).distinct()))
        for order in sorted(found):
            order_of(context, tables_of(self.model), order)

    def one(self, context: Context, key: Any, *, kind: str) -> dict[str, Any]:
        settle(context)
        return super().one(context, key, kind=kind)

    def several(self, context: Context, keys: Sequence[int], *, kind: str) -> list[dict[str, Any]]:
        settle(context)
        return super().several(context, keys, kind=kind)

    def delete(self, context: Context, **arguments: Any) -> Answer:
        answer = super().delete(context, **arguments)
        settle(context)
        return answer

    def bulk_delete(self, context: Context) -> Answer:
        answer = super().bulk_delete(context)
        settle(context)
        return answer


def _told(context: Context, tables: OrderTables) -> Mapping[str, Any]:
    return {"order_detail.reference": new_reference(context, tables)}


def lines_of(
    tables: OrderTables, *, check: Check | None = None,
    prepare: Callable[[Context, dict[str, Any], Any], None] | None = None,
    defaults: Callable[[Context], Mapping[str, Any]] | None = None, of: type[Lines] = Lines, **declared: Any,
) -> Lines:  # fmt: skip
    """The resource of the lines of a kind of order; `check` are the rules of the kind, `prepare` those that come before
    all others, `defaults` more that forms are told."""

    def before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
        _before(context, row, values, created)
        if check is not None:
            check(context, row, values, created)

    def told(context: Context) -> Mapping[str, Any]:
        more = defaults(context) if defaults else {}
        money = {f"{tables.price}_currency": base_currency(context)} if tables.price else {}
        return {**_told(context, tables), **money, **more}

    hooks = Hooks(prepare=prepare, before_save=before, delete=_delete, defaults=told)
    title = f"{tables.kind.title} Line Item"
    return of(path=tables.kind.line_path, access=Role(tables.kind.role), title=title, hooks=hooks, **declared)


# ------------------------------------------------------------------------------------------------- extra lines


def _extra_shape(model: type[Base], order: Shape) -> Shape:
    members = [member for member in line_members(order) if member != "pk"]
    return shape(
        model,
        "pk",
        "description",
        "discount",
        price_column("price", "Price", "Unit price"),
        col("price_currency", required=False),
        line_price("price"),
        *members,
    )


def extra_lines(tables: OrderTables, path: str, order: Shape, model: type[Base]) -> Lines:
    """The resource of the extra lines of a kind of order (freight, services), kept in `model`."""
    shown = model.__name__
    return Lines(
        path=path, access=Role(tables.kind.role), title=f"{tables.kind.title} Extra Line", can=LINES_CAN,
        shape=_extra_shape(model, order),
        list_about=f"API endpoint for accessing a list of {shown} objects.",
        detail_about=f"API endpoint for detail view of a {shown} object.",
        filters=(RelatedTo("order", tables.order),),
        search=(quantity_search(model), "notes", "reference", "description"),
        ordering={"quantity": "quantity", "notes": "notes", "reference": "reference", "line": LINE_ORDERING["line"]},
        hooks=Hooks(
            before_save=_before, delete=_delete,
            defaults=lambda context: {**_told(context, tables), "price_currency": base_currency(context)},
        ),
    )  # fmt: skip
