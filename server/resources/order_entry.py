"""How orders are made, changed and deleted: the hooks that the resources of all kinds share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from server.actions.orders.entry import (
    OrderPolicy,
    add_first_shipment,
    check_order,
    copy_lines,
    custom_state_fits,
    next_reference,
    shipments_of,
)
from server.actions.orders.kinds import SALES_TABLES, OrderTables, tables_of
from server.actions.orders.totals import recalculate, refuse_locked
from server.actions.tags import set_tags
from server.domain.errors import InvalidInput
from server.domain.orders import LINES_LOCKED, ORDER_LOCKED, settings_of
from server.resources.uploads import drop_with
from server.rest.context import Context
from server.rest.resource import Hooks, Resource

__all__ = ["Orders", "base_currency", "new_reference", "orders", "refuse_locked_order", "update_total"]


def base_currency(context: Context) -> str:
    """The currency of the server."""
    return str(context.setting("INVENTREE_DEFAULT_CURRENCY"))


def refuse_locked_order(
    context: Context, order: Any, *, field: str = "non_field_errors", text: str = LINES_LOCKED
) -> None:
    """Refuse to touch an order that is done where the settings say so. Raises WrongState in InvenTree's words."""
    setting = settings_of(tables_of(type(order)).kind).edit_completed
    refuse_locked(order, edit_completed=bool(context.setting(setting)), field=field, text=text)


def update_total(context: Context, order: Any) -> None:
    """Work out the total of an order whose lines have changed."""
    recalculate(context.session, order, base_currency(context))
    order.updated_at = context.now


# ------------------------------------------------------------------------------------------------- hooks


def _policy(context: Context, tables: OrderTables) -> OrderPolicy:
    names = settings_of(tables.kind)
    return OrderPolicy(
        pattern=str(context.setting(names.pattern)),
        require_responsible=bool(context.setting(names.require_responsible)),
        currency=base_currency(context),
    )


def _prepare(context: Context, values: dict[str, Any], row: Any) -> None:
    """Nothing of an order that is done may be changed. (Before the values are set: a new state would unlock it.)"""
    if row is not None:
        refuse_locked_order(context, row, field="reference", text=ORDER_LOCKED)


def _before(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    tables = tables_of(type(row))
    policy = _policy(context, tables)
    if created:
        row.created_by_id, row.creation_date = context.user.pk, context.today
        row.status = type(row).__table__.c.status.default.arg
    check_order(context.session, tables, row, policy)
    key = values.get("status_custom_key")
    if key is not None and not custom_state_fits(context.session, tables.kind.status_class, row.status, key):
        raise InvalidInput(f'"{key}" is not a valid choice.', field="status_custom_key")
    if key is not None and key == row.status:
        row.status_custom_key = None
    row.updated_at = context.now


def _after(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    tables = tables_of(type(row))
    if "tags" in values:
        set_tags(context.session, tables.label, row.pk, values["tags"])
    if created and tables is SALES_TABLES and context.setting("SALESORDER_DEFAULT_SHIPMENT"):
        add_first_shipment(context.session, row.pk)
    if created and values.get("duplicate"):
        copy_lines(context.session, tables, row, values["duplicate"], context.user.pk, context.now)
    recalculate(context.session, row, base_currency(context))


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    tables = tables_of(type(row))
    if tables is SALES_TABLES:
        drop_with(context, "order.salesordershipment", shipments_of(context.session, row.pk))
    drop_with(context, tables.label, [row.pk])
    context.session.delete(row)


# ------------------------------------------------------------------------------------------------- the resource


def new_reference(context: Context, tables: OrderTables) -> str:
    """The reference that a new order would get."""
    order = tables.order.__table__
    highest = context.ask(("highest reference", tables.order), lambda: select(func.max(order.c.reference_int)))

    def taken(reference: str) -> bool:
        same = select(order.c.pk).where(order.c.reference == bindparam("reference"))
        return bool(context.ask(("reference", tables.order), lambda: same, reference=reference))

    pattern = str(context.setting(settings_of(tables.kind).pattern))
    return next_reference(highest[0][0] or 0, taken, pattern, context.today)


@dataclass(frozen=True, kw_only=True)
class Orders(Resource):
    """Orders of one kind; a new one gets the next reference where its body names none."""

    def make(self, context: Context, body: Mapping[str, Any]) -> Any:
        if "reference" not in body:
            # Whoever numbers an order waits for who is about to do the same: all lock the first order of the kind.
            order = tables_of(self.model).order
            first = select(order.pk).order_by(order.pk).limit(1)
            context.session.execute(first.with_for_update(key_share=True))
            body = {**body, "reference": new_reference(context, tables_of(self.model))}
        return super().make(context, body)


def orders(tables: OrderTables, **declared: Any) -> Orders:
    """The resource of a kind of order."""
    hooks = Hooks(
        prepare=_prepare, before_save=_before, after_save=_after, delete=_delete,
        defaults=lambda context: {"reference": new_reference(context, tables)},
    )  # fmt: skip
    return Orders(path=tables.kind.path, title=tables.kind.title, hooks=hooks, **declared)
