"""Making and changing orders: references, who they are with, and what a duplicate takes over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from server.actions.attached import copy_parameters
from server.actions.orders.kinds import OrderTables
from server.db.models.common import InvenTreeCustomUserStateModel
from server.db.models.company import Address, Contact, SupplierPart
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem, SalesOrderShipment
from server.domain.errors import InvalidInput
from server.domain.order_references import BadPattern, Pattern, mismatch, reading
from server.domain.orders import check_dates

__all__ = [
    "OrderPolicy",
    "add_first_shipment",
    "check_order",
    "copy_lines",
    "custom_state_fits",
    "next_reference",
    "shipments_of",
]

_TRIES = 1000
_COPIED_NEVER = frozenset({"pk", "order_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPolicy:
    """What the settings say of a kind of order."""

    pattern: str
    require_responsible: bool = False
    currency: str = "USD"


# ------------------------------------------------------------------------------------------------- references


def _pattern(text: str) -> Pattern:
    try:
        return reading(text)
    except BadPattern as error:
        raise InvalidInput(f"The reference pattern of the settings is wrong: {error}", field="reference") from None


def next_reference(highest: int, taken: Callable[[str], bool], pattern: str, today: date) -> str:
    """The first free reference after the highest number. Raises InvalidInput where the pattern of the settings is of no
    use."""
    form = _pattern(pattern)
    for number in range(highest + 1, highest + _TRIES):
        reference = form.make(number, today)
        if not taken(reference):
            return reference
    raise InvalidInput("No reference is free; say which one to take", field="reference")


def _check_reference(session: Session, tables: OrderTables, row: Any, pattern: str) -> None:
    number = _pattern(pattern).number(row.reference)
    if number is None:
        raise InvalidInput(mismatch(pattern), field="reference")
    same = select(tables.order.pk).where(tables.order.reference == row.reference)
    if session.scalar(same if row.pk is None else same.where(tables.order.pk != row.pk)) is not None:
        raise InvalidInput(f"{tables.kind.title} with this Reference already exists.", field="reference")
    row.reference_int = number


# ------------------------------------------------------------------------------------------------- the order itself


def check_order(session: Session, tables: OrderTables, row: Any, policy: OrderPolicy) -> None:
    """Check an order whose values are set and not written yet. Raises InvalidInput by field."""
    history = inspect(row).attrs
    if row.pk is None or history.reference.history.has_changes():
        _check_reference(session, tables, row, policy.pattern)
    if tables.company is not None and getattr(row, tables.company) is None:
        raise InvalidInput("This field cannot be blank.", field=tables.company.removesuffix("_id"))
    _check_supplier(session, row)
    if policy.require_responsible and row.responsible_id is None:
        raise InvalidInput("Responsible user or group must be specified", field="responsible")
    _check_company(session, tables, row)
    check_dates(row.start_date, row.target_date)


def _check_company(session: Session, tables: OrderTables, row: Any) -> None:
    company = getattr(row, tables.company) if tables.company else None
    if company is None:
        return
    for model, column, name in ((Contact, row.contact_id, "contact"), (Address, row.address_id, "address")):
        if column is None:
            continue
        if session.scalar(select(model.company_id).where(model.pk == column)) != company:
            raise InvalidInput(f"{name.title()} does not match selected company", field=name)


def _check_supplier(session: Session, row: Any) -> None:
    """An order cannot go to another supplier while its lines ask for what the old one sells."""
    if not isinstance(row, PurchaseOrder) or row.pk is None or not inspect(row).attrs.supplier_id.history.has_changes():
        return
    line, sold = PurchaseOrderLineItem, SupplierPart
    others = select(line.pk).join(sold, sold.pk == line.part_id).where(line.order_id == row.pk)
    if session.scalar(others.where(sold.supplier_id != row.supplier_id).limit(1)) is not None:
        raise InvalidInput("The lines of the order belong to another supplier", field="supplier")


def add_first_shipment(session: Session, order: int) -> None:
    """Give a new sales order a shipment to begin with."""
    session.add(SalesOrderShipment(order_id=order, reference="1"))


def custom_state_fits(session: Session, status_class: str, status: int, key: int) -> bool:
    """Whether a key names the built-in state, or one that users added under it."""
    if key == status:
        return True
    state = InvenTreeCustomUserStateModel
    logical = session.scalar(select(state.logical_key).where(state.reference_status == status_class, state.key == key))
    return logical == status


def shipments_of(session: Session, order: int) -> list[int]:
    """The keys of the shipments of a sales order."""
    return list(session.scalars(select(SalesOrderShipment.pk).where(SalesOrderShipment.order_id == order)))


# ------------------------------------------------------------------------------------------------- duplicates


def copy_lines(
    session: Session, tables: OrderTables, row: Any, wanted: Mapping[str, Any], user: int, now: datetime
) -> None:
    """Give a new order what its body asks to take over from another one: parameters, lines, extra lines. What was done
    of the lines (received, shipped) begins anew. Raises InvalidInput."""
    original = wanted["original"]
    if wanted.get("copy_lines"):
        _same_company(session, tables, row, original)
        _copy(session, tables.line, original, row.pk, tables.done)
    if wanted.get("copy_extra_lines") and tables.extra_line is not None:
        _copy(session, tables.extra_line, original, row.pk, None)
    if wanted.get("copy_parameters"):
        copy_parameters(session, tables.label, original, row.pk, user, now)


def _same_company(session: Session, tables: OrderTables, row: Any, original: int) -> None:
    """What one supplier sells cannot be ordered from another one."""
    if tables.company != "supplier_id":
        return
    source = session.get_one(tables.order, original)
    if source.supplier_id != row.supplier_id:
        raise InvalidInput(
            {"duplicate": {"copy_lines": ["The lines belong to another supplier; leave them out or keep the supplier"]}}
        )


def _copy(session: Session, model: Any, source: int, target: int, done: str | None) -> None:
    columns = [column for column in inspect(model).columns if column.key not in _COPIED_NEVER]
    names = [inspect(model).get_property_by_column(column).key for column in columns]
    for old in session.scalars(select(model).where(model.order_id == source).order_by(model.pk)).all():
        values = {name: getattr(old, name) for name in names} | {"order_id": target}
        if done is not None:
            values[done] = 0
        session.add(model(**values))
    session.flush()
