"""Serial numbers in the database: which there are, which is the last, and making items of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from server.actions.stock.ledger import ITEMS, PARTS, Ledger
from server.actions.stock.lines import may_hold_stock
from server.db.trees import below
from server.domain import stock_sets
from server.domain.errors import InvalidInput, WrongState
from server.domain.serials import read_serial_numbers

__all__ = ["family", "latest_serial", "read_serials", "serialize", "taken_serials"]


def family(session: Session, part: int, parts: Table = PARTS, *, lock: bool = False) -> ColumnElement[bool]:
    """The condition that a row of `parts` is in the same tree of templates and variants as `part`: serial numbers are
    unique among them. `lock`: nobody else may give out numbers of that tree until this transaction ends."""
    path = session.execute(select(PARTS.c.tree_path).where(PARTS.c.pk == part)).scalar() or ""
    root = int(path.split("/")[1]) if path else part
    if lock:
        session.execute(select(PARTS.c.pk).where(PARTS.c.pk == root).with_for_update())
    low, high = below(f"/{root}/")
    return or_(parts.c.pk == part, (parts.c.tree_path >= low) & (parts.c.tree_path < high))


def _scope(session: Session, part: int, *, everywhere: bool, lock: bool = False) -> list[ColumnElement[bool]]:
    """The conditions on items among which the serial numbers of a part are unique."""
    serialized = [ITEMS.c.serial.is_not(None), ITEMS.c.serial != ""]
    if everywhere:
        return serialized
    return [*serialized, ITEMS.c.part_id.in_(select(PARTS.c.pk).where(family(session, part, lock=lock)))]


def latest_serial(session: Session, part: int, *, everywhere: bool = False) -> str | None:
    """The highest serial number of a part and its variants."""
    found = (
        select(ITEMS.c.serial)
        .where(*_scope(session, part, everywhere=everywhere))
        .order_by(ITEMS.c.serial_int.desc(), ITEMS.c.serial.desc(), ITEMS.c.pk.desc())
        .limit(1)
    )
    return session.execute(found).scalar()


def taken_serials(
    session: Session, part: int, serials: Sequence[str], *, everywhere: bool = False, besides: int | None = None
) -> list[str]:
    """Those of the serial numbers that another item (not `besides`) has already."""
    wanted = [ITEMS.c.serial.in_(serials), *_scope(session, part, everywhere=everywhere, lock=True)]
    if besides is not None:
        wanted.append(ITEMS.c.pk != besides)
    taken = set(session.execute(select(ITEMS.c.serial).where(*wanted)).scalars())
    return [serial for serial in serials if serial in taken]


def read_serials(session: Session, part: int, text: str, quantity: int, *, everywhere: bool = False) -> list[str]:
    """The serial numbers that `text` stands for. Raises InvalidInput with a list of texts."""
    latest = latest_serial(session, part, everywhere=everywhere) if "~" in text else None
    return read_serial_numbers(text, quantity, latest)


def serialize(
    ledger: Ledger, pk: int, text: str, quantity: int, location: int, notes: str = "", *, everywhere: bool = False
) -> list[int]:
    """`quantity` units of an item become items of their own at `location`, with the serial numbers that `text` stands
    for; their keys."""
    item = ledger.item(pk)
    stock_sets.enough_to_serialize(item, quantity)
    may_hold_stock(ledger.session, location, field="destination")
    if not item.trackable:
        raise WrongState("Serial numbers cannot be assigned to this part")
    if item.serial:
        raise WrongState("Stock item is already serialized")
    serials = _fresh(ledger.session, item.part, text, quantity, everywhere=everywhere)
    keys = [ledger.new_key(pk) for _ in serials]
    rest, pieces = stock_sets.serialize(item, serials, keys, location, ledger.by)
    for change in (*pieces, rest):
        ledger.take(change, notes)
    ledger.write()
    return [ledger.key_of(key) for key in keys]


def _fresh(session: Session, part: int, text: str, quantity: int, *, everywhere: bool) -> list[str]:
    try:
        serials = read_serials(session, part, text, quantity, everywhere=everywhere)
    except InvalidInput as error:
        raise InvalidInput({"serial_numbers": error.errors}) from None
    taken = taken_serials(session, part, serials, everywhere=everywhere)
    if taken:
        raise InvalidInput({"serial_numbers": [f"Serial numbers already exist: {','.join(taken)}"]})
    return serials
