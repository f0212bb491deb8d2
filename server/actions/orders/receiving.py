"""Receiving goods against a purchase order: many lines in a fixed number of statements.

Rows are locked in one order: the order, its lines by key, the parts whose serial numbers are given out, builds by key.
So two deliveries of one line follow each other, and neither can take what the other has taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, select, update
from sqlalchemy.orm import Session

from server.actions.notices import items_received, tell
from server.actions.orders.kinds import PURCHASE_TABLES
from server.actions.orders.serials import SerialsWanted, new_serials
from server.actions.pricing import schedule_pricing
from server.actions.stock.ledger import ITEMS, Ledger
from server.actions.stock.lines import LOCATIONS
from server.db.models.build import Build
from server.db.models.common import Rate
from server.db.models.company import SupplierPart
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem
from server.db.models.part import Part
from server.db.prepared import places, prepared, rows_among
from server.domain import receiving
from server.domain.barcodes import barcode_hash
from server.domain.errors import InvalidInput, NotFound, WrongState
from server.domain.receiving import OrderedLine, Receipt
from server.domain.serials import serial_number_as_int
from server.domain.status import ACTIVE_BUILDS, BuildStatus, PurchaseOrderStatus
from server.domain.stock import NOT_STRUCTURAL, By, Item
from workflow.orders import PURCHASE

__all__ = ["ReceivingPolicy", "receive"]

ORDERS: Table = PurchaseOrder.__table__  # type: ignore[assignment]
LINES: Table = PurchaseOrderLineItem.__table__  # type: ignore[assignment]
SUPPLIED: Table = SupplierPart.__table__  # type: ignore[assignment]
PARTS: Table = Part.__table__  # type: ignore[assignment]
BUILDS: Table = Build.__table__  # type: ignore[assignment]
GROUP = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingPolicy:
    """What the settings say. `currency` is the server's own; `convert`: prices paid are kept in it."""

    accept_surplus: bool = True
    auto_complete: bool = True
    convert: bool = False
    currency: str = "USD"
    serials_everywhere: bool = False
    delete_on_deplete: bool = True


@dataclass(frozen=True, slots=True)
class _Order:
    pk: int
    destination: int | None
    responsible: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class _Build:
    pk: int
    status: int
    part: int
    external: bool
    destination: int | None


def receive(
    session: Session, by: By, order: int, receipts: Sequence[Receipt], policy: ReceivingPolicy, *,
    location: int | None = None,
) -> list[int]:  # fmt: skip
    """What came becomes stock; the keys of the new items, in the order of the receipts. `location` is where all goes
    that its receipt does not send elsewhere. Raises NotFound, WrongState, or InvalidInput (`items`, by index)."""
    if not receipts:
        raise InvalidInput("Line items must be provided")
    placed = _locked_order(session, order)
    lines = _locked_lines(session, order, receipts)
    builds = _locked_builds(session, lines.values())
    goods = _sorted_out(receipts, lines, policy)
    places = _places(session, receipts, lines, builds, location, placed)
    _check_barcodes(session, receipts)
    serials = new_serials(
        session,
        {
            index: SerialsWanted(line.part, line.part_path, receipts[index].serials, int(quantity))
            for index, (line, quantity) in goods.items()
            if receipts[index].serials.strip()
        },
        everywhere=policy.serials_everywhere,
    )
    if not placed.open:  # last, as in InvenTree: what is wrong with the lines is told first
        raise WrongState("Lines can only be received against an order marked as 'PLACED'")
    making = _Making(session, by, policy, builds, _rates(session, policy, lines.values()))
    for index, (line, quantity) in goods.items():
        making.take(receipts[index], line, quantity, places[index], serials.get(index, []))
    keys = making.write()
    _note_received(session, receipts, lines)
    _after(session, by, order, policy)
    tell(session, items_received(PURCHASE_TABLES.label), order, placed.responsible, by)
    return keys


# ------------------------------------------------------------------------------------------------- reading, locked


def _locked_order(session: Session, pk: int) -> _Order:
    columns = (ORDERS.c.status, ORDERS.c.destination_id, ORDERS.c.responsible_id)
    row = session.execute(select(*columns).where(ORDERS.c.pk == pk).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("No PurchaseOrder matches the given query.")
    state = PURCHASE.state(row.status)
    is_open = state is not None and PURCHASE.transition("receive").works_from(state)
    return _Order(pk, row.destination_id, row.responsible_id, is_open)


def _locked_lines(session: Session, order: int, receipts: Sequence[Receipt]) -> dict[int, OrderedLine]:
    keys = {receipt.line for receipt in receipts}
    connection = session.connection()
    if connection.dialect.name != "sqlite":  # there, whoever writes is alone
        for _ in rows_among(connection, _locking, keys):
            pass
    lines = [_line(row) for row in rows_among(connection, _reading, keys)]
    found = {line.pk: line for line in lines if line.order == order and line.part is not None}
    if len(found) < len(keys):
        _refuse_lines(session, order, sorted(keys - found.keys()))
    return found


Made = tuple[Any, Sequence[ColumnElement[Any]]]


def _locking(size: int) -> Made:
    return select(LINES.c.pk).where(LINES.c.pk.in_(places(size))).order_by(LINES.c.pk).with_for_update(), ()


def _reading(size: int) -> Made:
    """The lines with what they say of their goods, in the order of `_NAMES`."""
    columns = (
        LINES.c.pk, LINES.c.order_id, LINES.c.quantity, LINES.c.received, PARTS.c.pk, PARTS.c.name,
        PARTS.c.tree_path, SUPPLIED.c.pk, SUPPLIED.c.pack_quantity_native, SUPPLIED.c.packaging,
        LINES.c.purchase_price, LINES.c.purchase_price_currency, LINES.c.discount, LINES.c.destination_id,
        PARTS.c.default_location_id, PARTS.c.trackable, PARTS.c.virtual, LINES.c.build_order_id,
    )  # fmt: skip
    statement = (
        select(*columns)
        .outerjoin(SUPPLIED, SUPPLIED.c.pk == LINES.c.part_id)
        .outerjoin(PARTS, PARTS.c.pk == SUPPLIED.c.part_id)
        .where(LINES.c.pk.in_(places(size)))
    )
    return statement, columns


_NAMES = (
    "pk", "order", "quantity", "received", "part", "part_name", "part_path", "supplier_part", "pack", "packaging",
    "price", "currency", "discount", "destination", "default_location", "trackable", "virtual", "build",
)  # fmt: skip


def _line(row: Any) -> OrderedLine:
    values = dict(zip(_NAMES, row, strict=True))
    values["part_path"], values["currency"] = values["part_path"] or "", values["currency"] or ""
    return OrderedLine(**values)


def _refuse_lines(session: Session, order: int, keys: Sequence[int]) -> None:
    """Raises WrongState for lines that are of another order, or that name no part any more."""
    others = select(LINES.c.pk).where(LINES.c.pk.in_(keys), LINES.c.order_id != order).limit(1)
    if session.execute(others).first() is not None:
        raise WrongState("{'Line item does not match purchase order'}")  # InvenTree's words, braces and all
    raise WrongState("Line item is missing a linked part")


def _locked_builds(session: Session, lines: Any) -> dict[int, _Build]:
    """The external builds that the lines are for. Raises WrongState where one cannot take what comes."""
    keys = sorted({line.build for line in lines if line.build is not None})
    if not keys:
        return {}
    columns = (BUILDS.c.pk, BUILDS.c.status, BUILDS.c.part_id, BUILDS.c.external, BUILDS.c.destination_id)
    rows = session.execute(select(*columns).where(BUILDS.c.pk.in_(keys)).order_by(BUILDS.c.pk).with_for_update())
    builds = {row.pk: _Build(*row) for row in rows}
    for line in lines:
        build = builds.get(line.build)
        if build is not None and not build.external:
            raise WrongState("Cannot receive items against an internal build order")
        if build is not None and build.part != line.part:
            raise WrongState("Cannot receive items against a build order for a different part")
    return builds


def _rates(session: Session, policy: ReceivingPolicy, lines: Any) -> dict[str, float]:
    """What one unit of the base currency buys; nothing where no price is converted."""
    if not policy.convert or all(line.price is None or line.currency == policy.currency for line in lines):
        return {}
    return dict(session.execute(select(Rate.currency, Rate.value)).all())


# ------------------------------------------------------------------------------------------------- checking


def _sorted_out(
    receipts: Sequence[Receipt], lines: dict[int, OrderedLine], policy: ReceivingPolicy
) -> dict[int, tuple[OrderedLine, Decimal]]:
    """What goes on the shelf by receipt: the line and the quantity in units of the part. `lines` is left with what is
    received then. A virtual part is received, but there is nothing to put anywhere."""
    goods: dict[int, tuple[OrderedLine, Decimal]] = {}
    errors: dict[str, Any] = {}
    for index, receipt in enumerate(receipts):
        line = lines[receipt.line]
        try:
            if not policy.accept_surplus:
                receiving.may_come(line, receipt.quantity)
            quantity = receiving.base_quantity(line, receipt.quantity)
            _check_numbered(receipt, quantity)
        except InvalidInput as error:
            errors[str(index)] = error.errors
            continue
        lines[receipt.line] = replace(line, received=line.received + receipt.quantity)
        if not line.virtual:
            goods[index] = (line, quantity)
    if errors:
        raise InvalidInput({"items": errors})
    return goods


def _check_numbered(receipt: Receipt, quantity: Decimal) -> None:
    if not receipt.serials.strip():
        return
    if quantity != quantity.to_integral_value():
        raise InvalidInput("Quantity must be a whole number for items with serial numbers", field="quantity")
    if receipt.barcode and quantity > 1:
        raise InvalidInput("One barcode cannot stand for several serialized items", field="barcode")


def _places(
    session: Session, receipts: Sequence[Receipt], lines: Mapping[int, OrderedLine], builds: Mapping[int, _Build],
    location: int | None, order: _Order,
) -> list[int]:  # fmt: skip
    """Where each receipt goes. Raises InvalidInput where nobody says, or where the place holds no stock itself."""
    places: list[int] = []
    for receipt in receipts:
        line = lines[receipt.line]
        place = receiving.put_away(receipt, line, location, order.destination)
        build = builds.get(line.build) if line.build is not None else None
        place = build.destination if place is None and build is not None else place
        if place is None and not line.virtual:
            raise InvalidInput("Destination location must be specified", field="location")
        places.append(place or 0)
    structural = select(LOCATIONS.c.pk).where(LOCATIONS.c.pk.in_(sorted(set(places))), LOCATIONS.c.structural.is_(True))
    bad = set(session.execute(structural).scalars())
    if bad and location in bad:
        raise InvalidInput(NOT_STRUCTURAL, field="location")
    if bad:
        errors = {str(index): {"location": [NOT_STRUCTURAL]} for index, place in enumerate(places) if place in bad}
        raise InvalidInput({"items": errors})
    return places


def _check_barcodes(session: Session, receipts: Sequence[Receipt]) -> None:
    """Raises InvalidInput where a barcode is given twice or stands for another stock item."""
    given = [barcode_hash(receipt.barcode) if receipt.barcode else "" for receipt in receipts]
    hashes = sorted({code for code in given if code})
    if not hashes:
        return
    used: set[str] = set()
    for start in range(0, len(hashes), GROUP):
        group = hashes[start : start + GROUP]
        used |= set(session.execute(select(ITEMS.c.barcode_hash).where(ITEMS.c.barcode_hash.in_(group))).scalars())
    errors = {
        str(index): {"barcode": ["Barcode is already in use"]} for index, code in enumerate(given) if code in used
    }
    if errors:
        raise InvalidInput({"items": errors})
    if len(hashes) < sum(bool(code) for code in given):
        raise InvalidInput("Supplied barcode values must be unique")


# ------------------------------------------------------------------------------------------------- making the stock


class _Making:
    """Makes items of receipts, all written at the end."""

    def __init__(
        self, session: Session, by: By, policy: ReceivingPolicy, builds: Mapping[int, _Build], rates: dict[str, float]
    ) -> None:
        self.session = session
        self.policy = policy
        self.builds = builds
        self.rates = rates
        self.ledger = Ledger(session, by)
        self.keys: list[int] = []
        self.built: dict[int, Decimal] = {}

    def take(self, receipt: Receipt, line: OrderedLine, quantity: Decimal, place: int, serials: Sequence[str]) -> None:
        """One item, or one for each serial number."""
        build = self.builds.get(line.build) if line.build is not None else None
        if build is not None and build.status == BuildStatus.CANCELLED:
            build = None
        if build is not None and build.status == BuildStatus.COMPLETE:
            self.built[build.pk] = self.built.get(build.pk, Decimal(0)) + quantity
        price, currency = receiving.unit_price(line, self.policy.currency if self.policy.convert else None, self.rates)
        columns: dict[str, Any] = {
            "part_name": line.part_name, "purchase_order_id": line.order, "notes": receipt.note, "link": "",
            "build_id": None if build is None else build.pk, "barcode_data": receipt.barcode,
            "barcode_hash": barcode_hash(receipt.barcode) if receipt.barcode else "",
        }  # fmt: skip
        for serial in serials or ("",):
            key = self.ledger.new_key(**columns)
            item = Item(
                pk=key, part=line.part, quantity=Decimal(1) if serial else quantity, location=place, serial=serial,
                serial_int=serial_number_as_int(serial), batch=receipt.batch, expiry_date=receipt.expiry_date,
                packaging=receipt.packaging or line.packaging or None, status=receipt.state.logical,
                status_custom_key=receipt.state.custom, delete_on_deplete=self.policy.delete_on_deplete,
                is_building=build is not None and build.status in ACTIVE_BUILDS, supplier_part=line.supplier_part,
                purchase_price=price, purchase_price_currency=currency or self.policy.currency,
                trackable=line.trackable,
            )  # fmt: skip
            self.ledger.take(receiving.receive(item, line), receipt.note)
            self.keys.append(key)

    def write(self) -> list[int]:
        """The keys of the items, in the database."""
        self.ledger.write()
        for pk, quantity in sorted(self.built.items()):
            made = BUILDS.c.completed + int(quantity)
            self.session.execute(update(BUILDS).where(BUILDS.c.pk == pk).values(completed=made))
        return [int(self.ledger.key_of(key)) for key in self.keys]


def _note_received(session: Session, receipts: Sequence[Receipt], lines: Mapping[int, OrderedLine]) -> None:
    connection = session.connection()
    keys = sorted({receipt.line for receipt in receipts})
    rows = [{"b_pk": pk, "b_received": lines[pk].received} for pk in keys]
    prepared(_noting, connection.dialect).run(connection, rows)


def _noting() -> Made:
    received = bindparam("b_received", type_=LINES.c.received.type)
    return update(LINES).where(LINES.c.pk == bindparam("b_pk")).values(received=received), ()


def _after(session: Session, by: By, order: int, policy: ReceivingPolicy) -> None:
    """The order has changed; where nothing is still to come it may be complete."""
    values: dict[str, Any] = {"updated_at": by.now}
    missing = select(LINES.c.pk).where(LINES.c.order_id == order, LINES.c.quantity > LINES.c.received).limit(1)
    if policy.auto_complete and session.execute(missing).first() is None:
        values |= {
            "status": int(PurchaseOrderStatus.COMPLETE), "status_custom_key": None, "complete_date": by.now.date(),
            "received_by_id": by.user,
        }  # fmt: skip
        bought = select(SUPPLIED.c.part_id).join(LINES, LINES.c.part_id == SUPPLIED.c.pk)
        schedule_pricing(session, session.execute(bought.where(LINES.c.order_id == order)).scalars(), by.now)
    session.execute(update(ORDERS).where(ORDERS.c.pk == order).values(**values))
